import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tsigKey } from '../src/key.js';
import { isSigned, sign } from '../src/tsig.js';
import { CLASS, TYPE } from '../src/wire/codes.js';
import { decodeMessage, type TsigRecord } from '../src/wire/message.js';
import { encodeRdata } from '../src/wire/rdata.js';
import { updateRequest } from '../src/wire/request.js';

interface Exchange {
  algorithm: string;
  request: string;
  answer: string;
}

/** What nsupdate and named of BIND 9.18 sent each other, seen on the wire. */
const { keyName, secret, exchanges } = JSON.parse(
  readFileSync(new URL('bind-exchanges.json', import.meta.url), 'utf8'),
) as { keyName: string; secret: string; exchanges: Exchange[] };

const signatureOf = (packet: Buffer) => decodeMessage(packet).tsig as TsigRecord;

describe.each(exchanges)('$algorithm, as BIND has it', ({ algorithm, ...hex }) => {
  const key = tsigKey({ name: keyName, secret, algorithm }, 'in a test');
  const request = Buffer.from(hex.request, 'hex');
  const answer = Buffer.from(hex.answer, 'hex');
  const { id } = decodeMessage(request);
  const { timeSigned, mac } = signatureOf(request);

  it('writes and signs an update octet for octet as nsupdate does', () => {
    const name = 'vec.example.com.';
    const { packet } = updateRequest(
      id,
      'example.com.',
      [{ name, type: TYPE.TXT, class: CLASS.NONE, ttl: 0, rdata: Buffer.alloc(0) }],
      [{ name, type: TYPE.TXT, class: CLASS.IN, ttl: 60, rdata: encodeRdata('TXT', 'vector') }],
    );
    const signed = sign(packet, key, timeSigned);
    expect(signed.packet.toString('hex')).toBe(hex.request);
    expect(signed.mac).toEqual(mac);
  });

  it("accepts named's answer to it", () => {
    expect(isSigned(answer, signatureOf(answer), key, mac)).toBe(true);
  });

  it('accepts no answer of which one bit was changed, nor one to another request', () => {
    for (let bit = 0; bit < answer.length * 8; bit += 1) {
      const changed = Buffer.from(answer);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      let tsig: TsigRecord | undefined;
      try {
        ({ tsig } = decodeMessage(changed));
      } catch {
        continue; // It cannot even be read.
      }
      // The id is restored from the TSIG record, and the case of a key's name has no meaning.
      const isHarmless =
        bit < 16 || tsig?.keyName.toString('latin1').toLowerCase() === key.name.toString('latin1');
      if (tsig && isSigned(changed, tsig, key, mac)) expect(isHarmless, `bit ${bit}`).toBe(true);
      if (bit >= 16 && bit < 96 && tsig) expect(isSigned(changed, tsig, key, mac), `bit ${bit}`).toBe(false);
    }
    expect(isSigned(answer, signatureOf(answer), key, Buffer.from(mac).reverse())).toBe(false);
  });

  it('accepts it under no other key, and not with a shorter MAC', () => {
    const other = tsigKey({ name: keyName, secret: 'b3RoZXI=', algorithm }, 'in a test');
    expect(isSigned(answer, signatureOf(answer), other, mac)).toBe(false);
    const renamed = tsigKey({ name: 'other', secret, algorithm }, 'in a test');
    expect(isSigned(answer, signatureOf(answer), renamed, mac)).toBe(false);
    const elsewise = tsigKey(
      { name: keyName, secret, algorithm: algorithm === 'hmac-sha1' ? 'hmac-sha256' : 'hmac-sha1' },
      'in a test',
    );
    expect(isSigned(answer, signatureOf(answer), elsewise, mac)).toBe(false);
    const tsig = signatureOf(answer);
    expect(isSigned(answer, { ...tsig, mac: tsig.mac.subarray(0, 10) }, key, mac)).toBe(false);
    expect(isSigned(answer, { ...tsig, mac: Buffer.alloc(0) }, key, mac)).toBe(false);
  });
});
