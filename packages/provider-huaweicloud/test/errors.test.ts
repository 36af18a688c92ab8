import { type DnsError, type DnsErrorCode, toFqdn } from '@domainproof/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  failureOf,
  newCall,
  providerAt,
  startVendorServer,
  TELLING,
  type VendorServer,
  type Via,
  ZONE,
} from './support/vendor-server.js';

/** Vendor codes, the HTTP statuses that the documents give, what they must become, and what the hint must tell. */
type Row = [codes: string, statuses: number[], expected: DnsErrorCode, hint?: RegExp];

const SERVICE_ROWS: Row[] = [
  ['0000 0001 0003', [500], 'TRANSIENT'],
  ['0002', [400], 'PROTOCOL', /adapter/],
  ['0004', [404], 'RECORD_CONFLICT', /deleted/],
  ['0005', [401], 'AUTH_INVALID', /secret key/],
  ['0006 0007 0017', [400], 'PROTOCOL', /adapter/],
  ['0013', [403], 'FORBIDDEN', /frozen.*dns:/],
  ['0014', [403], 'THROTTLED', /call rate/],
  ['0015', [500], 'TRANSIENT'],
  ['0016', [400], 'RECORD_CONFLICT', /CNAME/],
  ['0021', [409], 'BUSY'],
  ['0030 0031 0037', [403], 'FORBIDDEN', /permission dns:/],
  ['0032 0033', [400], 'PROTOCOL', /adapter/],
  ['0040', [400, 403], 'FORBIDDEN', /real-name/],
  ['0041', [400], 'PROTOCOL', /project id/],
  ['0043 0044', [400], 'PROTOCOL', /adapter/],
  ['0202', [400], 'INVALID_NAME'],
  ['0203', [400], 'TTL_OUT_OF_RANGE', /2147483647/],
  ['0208', [400], 'RECORD_CONFLICT', /exists/],
  ['0209', [400, 409, 500], 'BUSY', /zone.*console/],
  ['0211', [400], 'FORBIDDEN', /another account/],
  ['0213 0214', [400], 'ZONE_INACTIVE', /Enable the zone/],
  ['0301', [400], 'PROTOCOL', /adapter/],
  ['0302', [400, 404], 'ZONE_NOT_FOUND', /another account/],
  ['0303 0319', [400], 'TTL_OUT_OF_RANGE', /2147483647/],
  ['0304', [400], 'INVALID_NAME', /name of the zone/],
  ['0305 0309', [400], 'INVALID_VALUE'],
  ['0307', [400], 'UNSUPPORTED', /TXT/],
  ['0308', [400], 'INVALID_VALUE', /4096.*50/],
  ['0310 0311', [400, 403], 'AUTH_INVALID', /project id/],
  ['0312', [400], 'RECORD_CONFLICT', /CNAME/],
  ['0313', [404], 'RECORD_CONFLICT', /deleted/],
  ['0314', [400, 409], 'BUSY'],
  ['0315', [400], 'PROTOCOL', /adapter/],
  ['0317 0318', [400, 409], 'FORBIDDEN', /SOA, NS/],
  ['0320 0321', [400], 'INVALID_NAME', /levels/],
  ['0322', [400], 'QUOTA_EXCEEDED', /20 weighted/],
  ['0323 0324', [400], 'INVALID_VALUE', /weighted/],
  ['0325', [400], 'UNSUPPORTED', /line/],
  ['0326 0327 0329', [400], 'PROTOCOL', /adapter/],
  ['0328', [400], 'RECORD_CONFLICT', /name, type and line/],
  ['0330 0331 0332 0333', [400], 'PROTOCOL', /adapter/],
  ['0335', [400], 'RECORD_CONFLICT', /name, type and line/],
  ['0403 0404 0408 0409', [403], 'QUOTA_EXCEEDED', /higher quota/],
  ['0806', [400], 'UNSUPPORTED', /default line/],
  ['1206', [400, 404], 'ZONE_NOT_FOUND', /another account/],
  ['1601 1602', [400], 'UNSUPPORTED', /line/],
  ['1604', [404], 'UNSUPPORTED', /line/],
  ['1607', [409], 'UNSUPPORTED', /line/],
  ['1802 2002', [403], 'FORBIDDEN', /permission dns:/],
  ['2003 2005 2006', [403], 'FORBIDDEN', /frozen.*arrears/],
];
const GATEWAY_ROWS: Row[] = [
  ['0101', [404], 'PROTOCOL', /endpoint/],
  ['0201', [400, 413, 414, 494], 'PROTOCOL', /endpoint/],
  ['0201', [500, 502, 504], 'TRANSIENT'],
  ['0204', [400], 'PROTOCOL', /TLS/],
  ['0301 0303 0305', [401], 'AUTH_INVALID', /secret key/],
  ['0302 0304 0306', [403], 'FORBIDDEN', /permission dns:/],
  ['0307', [401], 'AUTH_EXPIRED', /new temporary credentials/],
  ['0308', [429], 'THROTTLED', /call rate/],
  ['0310', [403], 'FORBIDDEN', /project id/],
  ['0401 0402 0404', [403], 'FORBIDDEN', /IP address/],
  ['0601 0606', [500], 'TRANSIENT'],
  ['0602', [400], 'PROTOCOL', /endpoint/],
  ['0607', [400], 'PROTOCOL', /https/],
  ['0610', [502], 'TRANSIENT'],
  ['0613', [503], 'TRANSIENT'],
  ['0802', [403], 'FORBIDDEN', /region/],
];

let server: VendorServer;
let answer: Answer;

beforeAll(async () => {
  server = await startVendorServer(() => answer);
});
afterAll(() => server.close());

/** The error of a read and of a write that are answered the same way. */
async function errorsFor(next: Answer, via?: Via): Promise<[read: DnsError, write: DnsError]> {
  answer = { headers: { 'x-request-id': '0123456789abcdef0123456789abcdef' }, ...next };
  const provider = providerAt(server, {}, via);
  const key = { name: toFqdn('_dnsauth.example.com'), type: 'TXT', line: 'default' };
  const change = { key, add: ['a'], remove: [], ttl: 300 };
  return [
    (await failureOf(provider.findZones(key.name, newCall()))) as DnsError,
    (await failureOf(provider.applyChange(ZONE, undefined, change, newCall()))) as DnsError,
  ];
}

const RETRYABLE = ['THROTTLED', 'BUSY', 'TRANSIENT'];

const ROWS = [
  ...SERVICE_ROWS.flatMap((row) => expand('DNS', row)),
  ...GATEWAY_ROWS.flatMap((row) => [...expand('APIG', row), ...expand('APIGW', row)]),
];

function expand(prefix: string, [codes, statuses, expected, hint = /^/]: Row) {
  return codes
    .split(' ')
    .flatMap((code) =>
      statuses.map((status) => ({ vendorCode: `${prefix}.${code}`, status, expected, hint })),
    );
}

describe.each(TELLING)('over %s', (via) => {
  test.each(ROWS)(
    '$vendorCode with HTTP $status is $expected',
    async ({ vendorCode, status, expected, hint }) => {
      const json = vendorCode.startsWith('DNS.')
        ? { code: vendorCode, message: 'What the vendor says.' }
        : { error_code: vendorCode, error_msg: 'What the vendor says.', request_id: 'of the body' };
      const [read, write] = await errorsFor({ status, json }, via);
      for (const error of [read, write])
        expect(error).toMatchObject({
          name: 'DnsError',
          code: expected,
          vendorCode,
          httpStatus: status,
          provider: 'huaweicloud',
          requestId: '0123456789abcdef0123456789abcdef',
          message: expect.stringContaining('What the vendor says.'),
          retryable: RETRYABLE.includes(expected),
        });
      for (const error of [read, write]) expect(error.hint ?? '').toMatch(hint);
      expect(read).toMatchObject({ operation: 'ListPublicZones', outcomeUnknown: false });
      expect(write).toMatchObject({ operation: 'CreateRecordSet', outcomeUnknown: status >= 500 });
    },
  );

  test.each([
    ['verify aksk signature fail', 'AUTH_INVALID', /secret key/],
    ['Get secretKey failed,ak:AKTESTKEYID0001,err:ak not exist', 'AUTH_INVALID', /China site/],
    ['AK access failed to reach the limit,forbidden', 'AUTH_INVALID', /five minutes/],
    ['signature expired', 'AUTH_INVALID', /clock/],
    ['decrypt token fail', 'AUTH_INVALID', /security token/],
    ['the token is expired', 'AUTH_EXPIRED', /temporary credentials/],
    ['something new', 'AUTH_INVALID', /access key/],
  ])('.0301 with the text "%s" is %s with a hint', async (text, code, hint) => {
    const error_msg = `Incorrect IAM authentication information: ${text}`;
    const [error] = await errorsFor({ status: 401, json: { error_code: 'APIGW.0301', error_msg } }, via);
    expect(error).toMatchObject({ code, retryable: false, hint: expect.stringMatching(hint) });
  });

  test('a missing permission is named by the IAM action of the call', async () => {
    const [read, write] = await errorsFor(
      { status: 403, json: { code: 'DNS.1802', message: 'denied' } },
      via,
    );
    expect(read.hint).toContain('dns:zone:list');
    expect(write.hint).toContain('dns:recordset:create');
  });

  test('a 401 is never retryable, whatever code comes with it', async () => {
    const [error] = await errorsFor({ status: 401, json: { code: 'DNS.0000', message: 'internal' } }, via);
    expect(error).toMatchObject({ code: 'AUTH_INVALID', retryable: false });
  });

  test('a vendor text is kept on one line and cut', async () => {
    const message = `first\r\nsecond\u001b[31m${'x'.repeat(5000)}`;
    const [error] = await errorsFor({ status: 400, json: { code: 'DNS.0308', message } }, via);
    expect(error.message).toContain('first second');
    expect(error.message.length).toBeLessThan(500);
  });
});

test.each([
  [301, 'PROTOCOL'],
  [400, 'PROTOCOL'],
  [401, 'AUTH_INVALID'],
  [403, 'FORBIDDEN'],
  [404, 'PROTOCOL'],
  [429, 'THROTTLED'],
  [500, 'TRANSIENT'],
  [503, 'TRANSIENT'],
])('an unknown code with HTTP %d is %s', async (status, expected) => {
  for (const json of [
    { code: 'DNS.9999', message: 'new' },
    { code: 'toString' },
    { code: 5, message: [] },
    {},
  ]) {
    const [read, write] = await errorsFor({ status, json });
    expect(read).toMatchObject({ code: expected, httpStatus: status });
    expect(write).toMatchObject({ code: expected, outcomeUnknown: status >= 500 });
  }
});

test.each([
  ['7', 7000],
  ['999999', 600_000],
  ['soon', undefined],
  ['-1', undefined],
])('Retry-After: %s is %s ms', async (value, retryAfterMs) => {
  const [error] = await errorsFor({ status: 429, json: {}, headers: { 'retry-after': value } });
  expect(error.retryAfterMs).toBe(retryAfterMs);
});

test('the request id comes from the body if no header tells it', async () => {
  const json = { error_code: 'APIGW.0308', error_msg: 'throttled', request_id: 'from-the-body' };
  const [error] = await errorsFor({ status: 429, json, headers: {} });
  expect(error.requestId).toBe('from-the-body');
});

test('the vendor code decides, whatever HTTP status it comes with', async () => {
  const seen = new Set<string>();
  for (const { vendorCode, expected } of ROWS) {
    // The gateway uses .0201 for bad requests as well as for a back end that is down.
    if (vendorCode.endsWith('.0201') || seen.has(vendorCode)) continue;
    seen.add(vendorCode);
    for (const status of [400, 403, 409, 500]) {
      const json = { code: vendorCode, message: 'x' };
      const [read] = await errorsFor({ status, json });
      expect(`${vendorCode} ${read.code}`).toBe(`${vendorCode} ${expected}`);
    }
  }
  expect(seen.size).toBeGreaterThan(100);
});
