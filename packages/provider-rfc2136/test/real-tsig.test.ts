import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addition, capturedUpdate } from './servers/adapter.js';
import { talkativeBind } from './servers/bind.js';
import { heldIn } from './servers/foreign.js';
import { OURS, OURS_SHA512 } from './servers/keys.js';
import { knot } from './servers/knot.js';
import { tsigOf } from './servers/message.js';
import { type NameServer, startNameServer } from './servers/name-server.js';
import { rcodeOf } from './servers/operations.js';
import { powerdns } from './servers/powerdns.js';
import { transfer } from './servers/questions.js';
import { forwarded } from './servers/relay.js';
import { TAMPERINGS, withOctetTurned } from './servers/tampering.js';

/** Messages that are on their way at a time. */
const AT_A_TIME = 20;
/** A server that does not answer within this many milliseconds has thrown the message away. */
const PATIENCE_MS = 1_000;

describe.each([talkativeBind, knot, powerdns])('a signed update of ours at $title', (program) => {
  const zone = 'example.com';
  let server: NameServer;
  beforeAll(async () => {
    server = await startNameServer(program);
    await server.addZones([zone]);
  });
  afterAll(() => server.close());

  /** Everything in the zone, its serial number too, which any update raises. */
  const contents = async () => JSON.stringify(await transfer(server.port, zone));

  /** The response code, or that the server did not answer. */
  async function answerTo(message: Buffer): Promise<string> {
    const silence = new Promise<string>((resolve) => setTimeout(resolve, PATIENCE_MS, 'no answer').unref());
    return Promise.race([forwarded(message, server.port).then(rcodeOf, () => 'no answer'), silence]);
  }

  test.each([OURS, OURS_SHA512])('is carried out, with $algorithm', async (key) => {
    const host = `signed-${key.algorithm}`;
    const message = await capturedUpdate(zone, addition(zone, host, 'token'), key);
    expect(await answerTo(message)).toBe('NOERROR');
    expect(await heldIn(server, zone)).toContainEqual(
      expect.objectContaining({ name: `${host}.${zone}.`, type: 'TXT', values: ['token'] }),
    );
    if (program !== talkativeBind) return;
    // The server's own word that it has verified the signature, and whom it takes for the sender.
    expect(server.log()).toContain(`request has valid signature: ${key.name}`);
    expect(server.log()).toMatch(
      new RegExp(`/key ${key.name}: updating zone '${zone}/IN': adding an RR at '${host}`),
    );
  });

  test.each(TAMPERINGS)('is refused if it was tampered with: $what', async ({ what, tamper }) => {
    const change = addition(
      zone,
      `tampered-${TAMPERINGS.findIndex((other) => other.what === what)}`,
      'token',
    );
    const message = await capturedUpdate(zone, change, OURS);
    const before = await contents();
    const changed = tamper(message);
    expect(changed.equals(message)).toBe(false);
    expect(await answerTo(changed)).not.toBe('NOERROR');
    expect(await contents()).toBe(before);
    // It was that which was wrong with it, and nothing else.
    expect(await answerTo(message)).toBe('NOERROR');
    expect(await contents()).not.toBe(before);
  });

  test('is refused whichever of its octets was changed, but for those of the message id', async () => {
    const message = await capturedUpdate(zone, addition(zone, 'every-octet', 'token'), OURS);
    const before = await contents();
    const octets = Array.from({ length: message.length - 2 }, (_, index) => index + 2);
    const accepted: number[] = [];
    while (octets.length > 0)
      await Promise.all(
        octets.splice(0, AT_A_TIME).map(async (at) => {
          if ((await answerTo(withOctetTurned(message, at))) === 'NOERROR') accepted.push(at);
        }),
      );
    expect(accepted).toEqual([]);
    expect(await contents()).toBe(before);
    expect(await answerTo(message)).toBe('NOERROR');
  });

  test('may get another message id from a forwarder: the signature keeps the original one', async () => {
    const message = await capturedUpdate(zone, addition(zone, 'forwarded', 'token'), OURS);
    expect(message.readUInt16BE(tsigOf(message)!.originalIdAt)).toBe(message.readUInt16BE(0));
    expect(await answerTo(withOctetTurned(message, 1))).toBe('NOERROR');
    expect(await heldIn(server, zone)).toContainEqual(
      expect.objectContaining({ name: `forwarded.${zone}.`, values: ['token'] }),
    );
  });
});
