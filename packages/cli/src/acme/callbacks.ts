import { type DesiredRecord, DnsError } from '@domainproof/core';
import { challengeRecord } from '../challenges/acme-record.js';
import type { Challenges } from '../challenges/challenges.js';
import { NotVisibleError } from '../challenges/not-visible.js';
import type { Authorization, Challenge } from './contract.js';
import { openChallenges } from './open.js';
import type { AcmeChallengesOptions } from './options.js';

const TYPE = 'dns-01';

/** What is behind the callbacks of `acmeChallenges`. */
export class Callbacks {
  readonly #options: AcmeChallengesOptions;
  #opening: Promise<Challenges> | undefined;
  /** Names and values of records whose creation has failed, until they are removed. */
  readonly #failed = new Set<string>();
  #isClosed = false;

  constructor(options: AcmeChallengesOptions) {
    this.#options = options;
  }

  async create(authorization: Authorization, { type }: Challenge, digest: string): Promise<void> {
    if (type !== TYPE)
      throw new DnsError('UNSUPPORTED', `A challenge of the type ${type} has no DNS record.`, {
        hint: `Have acme-client choose ${TYPE}: challengePriority: ['${TYPE}'].`,
      });
    const record = challengeRecord(authorization.identifier.value, digest);
    const { ttl } = this.#options;
    try {
      const challenges = await this.#open();
      const { report } = await challenges.present({ ...record, ...(ttl !== undefined && { ttl }) });
      if (!report.visible) throw new NotVisibleError(report);
    } catch (error) {
      this.#failed.add(keyOf(record));
      throw error;
    }
  }

  /** acme-client calls this also where `create` has failed. Then the first failure is the one to be told, and what is left is in the journal. */
  async remove(authorization: Authorization, { type }: Challenge, digest: string): Promise<void> {
    if (type !== TYPE) return;
    const record = challengeRecord(authorization.identifier.value, digest);
    const hasFailed = this.#failed.delete(keyOf(record));
    try {
      await (await this.#open()).cleanup(record);
    } catch (error) {
      if (!hasFailed) throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const challenges = await this.#opening?.catch(() => undefined);
    await challenges?.close();
  }

  #open(): Promise<Challenges> {
    if (this.#isClosed) throw new DnsError('ABORTED', 'The challenges are closed; nothing more is begun.');
    this.#opening ??= openChallenges(this.#options).catch((error) => {
      // What was missing may be there the next time.
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }
}

function keyOf({ name, value }: DesiredRecord): string {
  return `${name} ${value}`;
}
