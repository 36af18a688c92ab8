import type { DnsError } from '@domainproof/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TYPE } from '../src/wire/codes.js';
import { type AnswerParts, answer, type SeenRequest, type Signing } from './support/answer.js';
import { type Primary, startPrimary } from './support/primary.js';
import { failureOf, key, providerFor, testCall, zone } from './support/provider.js';
import { RCODE } from './support/zone-data.js';

let primary: Primary;
beforeEach(async () => {
  primary = await startPrimary();
});
afterEach(() => primary.close());

const ours = { key: key(), add: ['ours'], remove: [], ttl: 120 };

/** What becomes of an update, or of a question, to which the server says so. */
async function updateWith(respond: (seen: SeenRequest) => Buffer | Buffer[], options = {}) {
  primary.respond = respond;
  return failureOf(providerFor(primary, options).applyChange(zone, undefined, ours, testCall()));
}
async function questionWith(respond: (seen: SeenRequest) => Buffer, options = {}) {
  primary.respond = respond;
  const call = testCall();
  const error = await failureOf(providerFor(primary, options).readRecordSet(zone, key(), call));
  return { error, call };
}
const saying = (parts: AnswerParts, signing?: Signing | 'unsigned') => (seen: SeenRequest) =>
  answer(seen, parts, signing);

describe('a signed refusal of an update', () => {
  it.each([
    ['FORMERR', { code: 'PROTOCOL', outcomeUnknown: false }],
    ['SERVFAIL', { code: 'TRANSIENT', outcomeUnknown: true, retryable: true }],
    ['NOTIMP', { code: 'UNSUPPORTED', outcomeUnknown: false }],
    ['REFUSED', { code: 'FORBIDDEN', outcomeUnknown: false }],
    ['NOTAUTH', { code: 'ZONE_NOT_FOUND', outcomeUnknown: false }],
    ['NOTZONE', { code: 'INVALID_NAME', outcomeUnknown: false }],
  ] as const)('%s has a code and a hint of its own', async (rcode, expected) => {
    const error = await updateWith(saying({ rcode: RCODE[rcode] }));
    expect(error).toMatchObject({ ...expected, vendorCode: rcode, provider: 'rfc2136', operation: 'Update' });
    expect(error.message).toContain(`(${rcode})`);
    expect(error.message).not.toContain('not signed');
    expect(error.hint).toMatch(/\.$/);
    expect(`${error.message} ${error.hint}`).not.toMatch(/[{}]/);
  });

  it('of a kind that nobody knows is told by its number', async () => {
    const error = await updateWith(saying({ rcode: 11 }));
    expect(error).toMatchObject({ code: 'PROTOCOL', vendorCode: 'RCODE11' });
  });

  it('may leave the zone out', async () => {
    const error = await updateWith(saying({ rcode: RCODE.REFUSED, question: false }));
    expect(error.code).toBe('FORBIDDEN');
  });

  it('names the key that lacks the permission, or the address', async () => {
    const error = await updateWith(saying({ rcode: RCODE.REFUSED }));
    expect(error.hint).toContain('Allow the key proof.example.org to update');
    const unsigned = { keyName: undefined, keySecret: undefined, unsigned: true };
    const other = await updateWith(saying({ rcode: RCODE.REFUSED }), unsigned);
    expect(other.hint).toContain("Allow this client's address to update");
    expect(other.outcomeUnknown).toBe(false);
  });
});

describe('an answer without a signature', () => {
  it('that says success is none', async () => {
    const error = await updateWith(saying({}, 'unsigned'));
    expect(error).toMatchObject({ code: 'PROTOCOL', outcomeUnknown: true, retryable: true });
    expect(error.message).toContain('is not signed');
    const { error: read } = await questionWith(saying({ flags: 0x0400 }, 'unsigned'));
    expect(read).toMatchObject({ code: 'PROTOCOL', outcomeUnknown: false, retryable: false });
  });

  it('that refuses is told, and is no proof that nothing was carried out', async () => {
    const error = await updateWith(saying({ rcode: RCODE.REFUSED }, 'unsigned'));
    expect(error).toMatchObject({ code: 'FORBIDDEN', outcomeUnknown: true });
    expect(error.message).toContain(
      'The answer is not signed, so this is no proof, and the server may not have accepted the signature.',
    );
  });

  it('that says a prerequisite does not hold does not make the adapter go on', async () => {
    const error = await updateWith(saying({ rcode: RCODE.YXRRSET }, 'unsigned'));
    expect(error).toMatchObject({ code: 'PROTOCOL', outcomeUnknown: true });
    expect(primary.requests).toHaveLength(1);
    primary.put('_dnsauth.example.org.', 'TXT', ['theirs']);
    primary.respond = (seen) =>
      seen.operation === 'Check' ? answer(seen, { rcode: RCODE.NXRRSET }, 'unsigned') : undefined;
    const read = providerFor(primary).readRecordSet(zone, key(), testCall());
    expect(await failureOf(read)).toMatchObject({ code: 'PROTOCOL' });
  });

  it('is what an unsigned request gets', async () => {
    const provider = providerFor(primary, { keyName: undefined, keySecret: undefined, unsigned: true });
    await provider.applyChange(zone, undefined, ours, testCall());
    expect(primary.requests[0]?.message.tsig).toBeUndefined();
    expect(primary.held('_dnsauth.example.org.')).toEqual(['ours 120']);
  });
});

describe('what a server says about our signature', () => {
  it.each([
    ['BADSIG', 16, 'does not accept the signature of the TSIG key proof.example.org (BADSIG)'],
    ['BADKEY', 17, 'does not know the TSIG key proof.example.org with hmac-sha256 (BADKEY)'],
    ['BADTRUNC', 22, 'wants a longer signature'],
    ['TSIG99', 99, 'refuses the signature of the TSIG key proof.example.org (TSIG99)'],
  ])('%s is told, and is no proof: it cannot be signed', async (vendorCode, error, message) => {
    const failure = await updateWith(saying({ rcode: RCODE.NOTAUTH }, { error, macOctets: 0 }));
    expect(failure).toMatchObject({
      code: 'AUTH_INVALID',
      vendorCode,
      outcomeUnknown: true,
      retryable: false,
    });
    expect(failure.message).toContain(message);
    const { error: read, call } = await questionWith(
      saying({ rcode: RCODE.NOTAUTH }, { error, macOctets: 0 }),
    );
    expect(read).toMatchObject({ code: 'AUTH_INVALID', vendorCode, outcomeUnknown: false });
    expect(call.events).toMatchObject([
      { outcome: 'AUTH_INVALID', vendorCode, operation: 'Query TXT', write: false },
    ]);
  });

  it('BADTIME shows both clocks', async () => {
    const otherData = Buffer.alloc(6);
    otherData.writeUIntBE(Math.floor(Date.now() / 1000) + 3_600, 0, 6);
    const failure = await updateWith((seen) =>
      answer(seen, { rcode: RCODE.NOTAUTH }, { error: 18, otherData, time: seen.message.tsig!.timeSigned }),
    );
    expect(failure).toMatchObject({ code: 'AUTH_INVALID', vendorCode: 'BADTIME', outcomeUnknown: false });
    const clock = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;
    const [theirs, mine] = [...failure.hint!.matchAll(clock)].map(([text]) => Date.parse(text));
    expect((theirs! - mine!) / 1000).toBeGreaterThanOrEqual(3_599);
    expect(failure.hint).toMatch(/: 3(600|599|601) seconds apart, and 300 are allowed\. Set both by NTP\./);
  });

  it('BADTIME without a clock, or signed with the time of the server, is understood too', async () => {
    const failure = await updateWith(saying({ rcode: RCODE.NOTAUTH }, { error: 18, time: 1_000 }));
    expect(failure).toMatchObject({
      vendorCode: 'BADTIME',
      hint: 'Set both clocks by NTP.',
      outcomeUnknown: false,
    });
  });

  it('NOTAUTH to a question is about the key, as PowerDNS has it', async () => {
    const { error } = await questionWith(saying({ rcode: RCODE.NOTAUTH }, 'unsigned'));
    expect(error).toMatchObject({ code: 'AUTH_INVALID', vendorCode: 'NOTAUTH' });
    expect(error.message).toContain('does not accept the TSIG key proof.example.org');
    const unsigned = { keyName: undefined, keySecret: undefined, unsigned: true };
    const { error: other } = await questionWith(saying({ rcode: RCODE.NOTAUTH }), unsigned);
    expect(other.message).toContain('wants a signed question');
  });
});

describe('a signature that is not the one that was asked for', () => {
  const expectRefused = (error: DnsError, why: string) => {
    expect(error).toMatchObject({ code: 'PROTOCOL', outcomeUnknown: true });
    expect(error.message).toContain(why);
  };

  it.each([
    ['another secret', { secret: 'b3RoZXI=' }],
    ['another key', { keyName: 'other.example.org' }],
    ['another algorithm', { algorithm: 'hmac-sha1.' }],
    ['a MAC cut short', { macOctets: 16 }],
  ])('made with %s is refused', async (_, signing) => {
    expectRefused(await updateWith(saying({}, signing)), 'has a wrong signature');
  });

  it('made for another request is refused', async () => {
    const error = await updateWith((seen) => {
      const tsig = { ...seen.message.tsig!, mac: Buffer.alloc(32, 7) };
      return answer({ ...seen, message: { ...seen.message, tsig } }, {});
    });
    expectRefused(error, 'has a wrong signature');
  });

  it.each([-301, 301, -100_000])('made %i seconds away is refused', async (away) => {
    const time = Math.floor(Date.now() / 1000) + away + Math.sign(away);
    expectRefused(await updateWith(saying({}, { time })), 'was signed at another time than now');
  });

  it('made within five minutes is accepted', async () => {
    primary.respond = saying({}, { time: Math.floor(Date.now() / 1000) - 290 });
    await providerFor(primary).applyChange(zone, undefined, ours, testCall());
  });

  it('does not cover a change of the answer', async () => {
    const error = await updateWith((seen) => {
      const changed = answer(seen, { rcode: RCODE.REFUSED });
      changed[3]! &= 0xf0; // NOERROR
      return changed;
    });
    expectRefused(error, 'has a wrong signature');
  });
});

describe('an answer to something else', () => {
  it('with another id, or to another kind of request, or a question, is passed over', async () => {
    primary.respond = (seen, own) => {
      const right = own();
      const otherId = Buffer.from(right);
      otherId.writeUInt16BE((seen.message.id + 1) & 0xffff, 0);
      const otherOpcode = Buffer.from(right);
      otherOpcode[2]! ^= 0x08;
      const question = Buffer.from(right);
      question[2]! &= 0x7f;
      return [otherId, otherOpcode, question, Buffer.alloc(3), Buffer.alloc(0), right];
    };
    const receipt = await providerFor(primary).applyChange(zone, undefined, ours, testCall());
    expect(receipt.settled).toBe(true);
  });

  it('is waited past until the time is over', async () => {
    const error = await updateWith(
      (seen) => {
        const other = answer(seen, {});
        other.writeUInt16BE((seen.message.id + 1) & 0xffff, 0);
        return other;
      },
      { timeoutMs: 200 },
    );
    expect(error).toMatchObject({ code: 'TIMEOUT', outcomeUnknown: true });
    expect(error.message).toContain('no answer within 200 ms');
  });

  it('with another name or type in it is refused', async () => {
    for (const question of [
      { name: 'other.example.', type: TYPE.TXT },
      { name: '_dnsauth.example.org.', type: 1 },
    ]) {
      const { error } = await questionWith((seen) =>
        answer({ ...seen, message: { ...seen.message, questions: [question] } }, { flags: 0x0400 }),
      );
      expect(error).toMatchObject({ code: 'PROTOCOL' });
      expect(error.message).toContain('is about another name');
    }
    const { error } = await questionWith(saying({ flags: 0x0400, question: false }));
    expect(error.message).toContain('is about another name');
  });
});

describe('an answer that cannot be relied on', () => {
  it.each([
    ['is cut off', (right: Buffer) => right.subarray(0, right.length - 3)],
    ['has only a header', (right: Buffer) => right.subarray(0, 12)],
    ['has half a header', (right: Buffer) => right.subarray(0, 5)],
    ['goes on after its end', (right: Buffer) => Buffer.concat([right, Buffer.alloc(1)])],
  ])('because it %s', async (_, change) => {
    const error = await updateWith((seen) => change(answer(seen, {})));
    expect(error).toMatchObject({ code: 'PROTOCOL', outcomeUnknown: true, retryable: true });
    expect(error.message).toContain('cannot be read');
  });

  it('because it says that it is cut short', async () => {
    const { error } = await questionWith(saying({ flags: 0x0600 }));
    expect(error.message).toContain('is cut short');
  });

  it('because the server got it from a cache', async () => {
    const { error } = await questionWith(saying({}));
    expect(error).toMatchObject({ code: 'ZONE_NOT_FOUND' });
    expect(error.message).toContain('with authority');
  });
});
