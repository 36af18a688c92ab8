import { DnsError } from '../errors.js';
import type { RecordSet } from '../provider.js';
import type { SetRequest } from './request.js';

/** @throws DnsError `RECORD_CONFLICT` if another record set at the name excludes this one. */
export function assertNoConflict({ account, key }: SetRequest, seen: RecordSet | undefined): void {
  const target = key.type === 'CNAME' ? seen?.values[0] : undefined;
  if (target !== undefined)
    throw new DnsError(
      'RECORD_CONFLICT',
      `${key.name} is a CNAME to ${target} already, and a name holds one.`,
      {
        provider: account.id,
        hint: 'Remove that CNAME if it is left over from an earlier validation, or choose TXT validation.',
      },
    );
  const culprit = seen?.conflicts[0];
  if (!culprit) return;
  throw new DnsError(
    'RECORD_CONFLICT',
    `A ${key.type} record cannot be added at ${key.name}: a ${culprit.type} record is there (line ${culprit.line}).`,
    {
      provider: account.id,
      hint:
        culprit.type === 'CNAME'
          ? 'Remove the CNAME, or prove the domain at the name that the CNAME points to.'
          : 'A CNAME must be the only record at its name: remove the other record, or choose TXT validation.',
    },
  );
}
