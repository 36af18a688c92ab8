import type { DnsErrorCode } from '@domainproof/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERROR_TABLE } from '../src/error-table.js';
import {
  failureOf,
  KEY,
  key,
  refusal,
  startServer,
  type TestServer,
  testCall,
  zone,
} from './support/server.js';
import { TRANSPORTS } from './support/transports.js';

describe.each(TRANSPORTS)('over $name', ({ providerFor }) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  beforeEach(() => {
    server.requests.length = 0;
  });
  afterAll(() => server.close());

  const change = { key: key(), add: ['token-1'], remove: [], ttl: 600 };
  const add = (call = testCall()) => providerFor(server).applyChange(zone, undefined, change, call);
  const read = (call = testCall()) => providerFor(server).readRecordSet(zone, key(), call);

  /** Code and status as the vendor gives them, what they become, and whether a write with this answer may have been carried out. */
  const ROWS: readonly [code: string, status: number, becomes: DnsErrorCode, outcomeUnknown?: boolean][] = [
    ['DomainRecordConflict', 400, 'RECORD_CONFLICT'],
    ['DomainRecordNotBelongToUser', 400, 'RECORD_CONFLICT'],
    ['DomainRecordLocked', 400, 'FORBIDDEN'],
    ['DomainForbidden', 400, 'FORBIDDEN'],
    ['RecordForbidden.DNSChange', 400, 'FORBIDDEN'],
    ['RecordForbidden.BlackHole', 400, 'FORBIDDEN'],
    ['Forbidden.DomainExpired', 400, 'FORBIDDEN'],
    ['Forbidden.DomainLocked', 400, 'FORBIDDEN'],
    ['Forbidden.RecordLocked', 400, 'FORBIDDEN'],
    ['SubDomainInvalid.Line', 400, 'UNSUPPORTED'],
    ['UnsupportedLine', 400, 'UNSUPPORTED'],
    ['InvalidDomainName.NoExist', 400, 'ZONE_NOT_FOUND'],
    ['InvalidDomainName.Format', 400, 'INVALID_NAME'],
    ['InvalidDomainName.Suffix', 400, 'INVALID_NAME'],
    ['IncorrectDomainUser', 400, 'ZONE_NOT_FOUND'],
    ['InvalidRR.NoExist', 400, 'INVALID_NAME'],
    ['InvalidRR.Format', 400, 'INVALID_NAME'],
    ['SubDomainInvalid.Value', 400, 'INVALID_VALUE'],
    ['SubDomainInvalid.Length', 400, 'INVALID_VALUE'],
    ['QuotaExceeded.TTL', 400, 'TTL_OUT_OF_RANGE'],
    ['QuotaExceeded.Record', 400, 'QUOTA_EXCEEDED'],
    ['QuotaExceeded.ARecord', 400, 'QUOTA_EXCEEDED'],
    ['QuotaExceeded.BatchNumber', 400, 'QUOTA_EXCEEDED'],
    ['URLForwardError.NoVerify', 400, 'INVALID_VALUE'],
    ['MissingParameter', 400, 'PROTOCOL'],
    ['MissingDomainName', 400, 'PROTOCOL'],
    ['InvalidParameter', 400, 'PROTOCOL'],
    ['DataFormatError', 400, 'PROTOCOL'],
    ['LastOperationNotFinished', 400, 'BUSY'],
    ['OperationThreadInUsed', 400, 'BUSY'],
    ['Throttling', 400, 'THROTTLED'],
    ['Throttling.User', 400, 'THROTTLED'],
    ['Throttling.Api', 503, 'THROTTLED'],
    ['ServiceThrottling', 429, 'THROTTLED'],
    ['ServiceUnavailable', 503, 'TRANSIENT', true],
    ['InternalError', 500, 'TRANSIENT', true],
    ['UnKnownError', 400, 'TRANSIENT', true],
    ['SignatureNonceUsed', 400, 'TRANSIENT', true],
    ['SignatureDoesNotMatch', 400, 'AUTH_INVALID'],
    ['IncompleteSignature', 400, 'AUTH_INVALID'],
    ['InvalidAccessKeyId.NotFound', 404, 'AUTH_INVALID'],
    ['InvalidAccessKeyId.Inactive', 400, 'AUTH_INVALID'],
    ['InvalidAccessKeyId', 404, 'AUTH_INVALID'],
    ['InvalidSecurityToken.Expired', 400, 'AUTH_EXPIRED'],
    ['InvalidSecurityToken.Malformed', 400, 'AUTH_INVALID'],
    ['Forbidden.RAM', 400, 'FORBIDDEN'],
    ['NoPermission', 403, 'FORBIDDEN'],
    ['InvalidTimeStamp.Expired', 400, 'AUTH_INVALID'],
    ['InvalidAction.NotFound', 404, 'PROTOCOL'],
    // Codes that nobody has met yet go by the status.
    ['Something.New', 400, 'PROTOCOL'],
    ['Something.New', 429, 'THROTTLED'],
    ['Something.New', 502, 'TRANSIENT', true],
  ];

  describe('a refusal of the vendor', () => {
    it.each(ROWS)('%s (HTTP %i) is %s', async (vendorCode, status, code, outcomeUnknown = false) => {
      // Of a code that is known, the status says nothing more.
      const statuses = vendorCode === 'Something.New' ? [status] : [status, 409];
      for (const given of statuses) {
        server.respond = () =>
          refusal(vendorCode, `The reason. ${KEY.accessKeyId} ${KEY.accessKeySecret}`, given);
        const call = testCall();
        const error = await failureOf(add(call));
        expect(error).toMatchObject({
          name: 'DnsError',
          code,
          vendorCode,
          httpStatus: given,
          provider: 'alidns',
          operation: 'AddDomainRecord',
          requestId: '6000EF52-23F8-5FD5-9FBF-D0C3D926FEA0',
          outcomeUnknown,
        });
        expect(error.message).toContain('The reason.');
        expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(
          new RegExp(`${KEY.accessKeyId}|${KEY.accessKeySecret}`),
        );
        expect(error.retryable).toBe(['THROTTLED', 'BUSY', 'TRANSIENT'].includes(code));
        // Where waiting does not help, the operator is told what does.
        const canAct = !error.retryable && vendorCode !== 'Something.New';
        expect(error.hint === undefined).toBe(!canAct);
        expect(call.events).toMatchObject([
          {
            provider: 'alidns',
            operation: 'AddDomainRecord',
            write: true,
            outcome: code,
            httpStatus: given,
            vendorCode,
          },
        ]);
      }
    });

    it.each(['null', '"text"', '[1]', '7'])(
      'whose body is %s is TRANSIENT, with an unknown outcome',
      async (body) => {
        for (const status of [400, 500]) {
          server.respond = () => ({ status, body });
          const error = await failureOf(add());
          expect(error).toMatchObject({
            code: 'TRANSIENT',
            httpStatus: status,
            vendorCode: undefined,
            outcomeUnknown: true,
          });
        }
      },
    );

    it('in XML is read as well', async () => {
      server.respond = () => ({
        status: 400,
        headers: { 'content-type': 'text/xml;charset=utf-8' },
        body: '<?xml version="1.0"?><Error><RequestId>R-1</RequestId><Code>Forbidden.RAM</Code><Message>No.</Message></Error>',
      });
      expect(await failureOf(add())).toMatchObject({
        code: 'FORBIDDEN',
        vendorCode: 'Forbidden.RAM',
        requestId: 'R-1',
      });
    });

    it('with details of a RAM denial shows none of the encoded ones', async () => {
      server.respond = () => ({
        status: 400,
        body: {
          Code: 'Forbidden.RAM',
          Message: 'User not authorized.',
          AccessDeniedDetail: { EncodedDiagnosticMessage: 'AQEAAA-encoded', AuthPrincipalOwnerId: '1234' },
        },
      });
      const error = await failureOf(add());
      expect(JSON.stringify(error)).not.toContain('AQEAAA-encoded');
      expect(error.cause).toBeUndefined();
    });

    it('has every row of the table tried by a test', () => {
      const tried = (pattern: string) =>
        ROWS.some(([code]) =>
          pattern.endsWith('*') ? code.startsWith(pattern.slice(0, -1)) : code === pattern,
        );
      expect(ERROR_TABLE.map(({ vendorCode }) => vendorCode).filter((code) => !tried(code))).toEqual([
        'DomainRecordDuplicate', // A success: see the tests of changes.
      ]);
    });

    it('names the RAM action of the call that was not allowed', async () => {
      server.respond = () => refusal('Forbidden.RAM', 'User not authorized.');
      expect((await failureOf(add())).hint).toContain('alidns:AddDomainRecord');
      expect((await failureOf(read())).hint).toContain('alidns:DescribeDomainRecords');
    });

    it('hints at the clock, and at the edition', async () => {
      server.respond = () =>
        refusal('InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
      expect((await failureOf(add())).hint).toMatch(/clock/);
      server.respond = () =>
        refusal('QuotaExceeded.TTL', 'A valid TTL must be in the range of 600 to 86400.');
      expect((await failureOf(add())).hint).toMatch(/edition/);
    });

    it('tells how long the vendor asks to wait, if that can be believed', async () => {
      const wait = async (value: string) => {
        server.respond = () =>
          refusal('Throttling.User', 'Flow control.', 400, { 'x-acs-retry-after': value });
        return (await failureOf(add())).retryAfterMs;
      };
      expect(await wait('1500')).toBe(1_500);
      expect(await wait('-1')).toBeUndefined();
      expect(await wait('soon')).toBeUndefined();
      expect(await wait('86400000000')).toBeUndefined();
    });

    it('of a read leaves nothing unknown', async () => {
      server.respond = () => refusal('InternalError', 'Try again.', 500);
      expect(await failureOf(read())).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: false });
    });

    it('without a code goes by the status', async () => {
      server.respond = () => ({ status: 400, body: { Message: 'No code here.' } });
      const error = await failureOf(add());
      expect(error).toMatchObject({ code: 'PROTOCOL', message: expect.stringContaining('No code here.') });
      expect(error.vendorCode).toBeUndefined();
      server.respond = () => ({ status: 500, body: {} });
      expect(await failureOf(add())).toMatchObject({ code: 'TRANSIENT', outcomeUnknown: true });
    });

    it('comes on one line of bounded length, without control characters', async () => {
      server.respond = () => refusal('Something.New', `\u001b[31mred\r\n${'long '.repeat(1_000)}`);
      const { message } = await failureOf(add());
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
      expect(message).not.toMatch(/[\u0000-\u001f]/);
      expect(message.length).toBeLessThan(400);
    });
  });
});
