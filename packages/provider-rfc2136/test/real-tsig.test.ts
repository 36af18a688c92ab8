import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addition, capturedUpdate } from './servers/adapter.js';
import { talkativeBind } from './servers/bind.js';
import { heldIn } from './servers/foreign.js';
import { OURS, OURS_SHA512 } from './servers/keys.js';
import { knot } from './servers/knot.js';
import { tsigOf } from './servers/message.js';
import { isInstalled, type NameServer, startNameServer } from './servers/name-server.js';
import { rcodeOf } from './servers/operations.js';
import { powerdns } from './servers/powerdns.js';
import { transfer } from './servers/questions.js';
import { forwarded } from './servers/relay.js';
import { TAMPERINGS, withOctetTurned } from './servers/tampering.js';

/** Messages that are on their way at a time. */
const AT_A_TIME = 20;
/** A server that does not answer within this many milliseconds has thrown the message away. */
const PATIENCE_MS = 1_000;

/** What PowerDNS does not look at: fields of the TSIG record that say nothing, since they have one value only. */
const OVERLOOKED_BY_POWERDNS: readonly string[] = ['signature: TTL', 'signature: length'];

describe.each([talkativeBind, knot, powerdns].filter(isInstalled))(
  'a signed update of ours at $title',
  (program) => {
    const zone = 'example.com';
    let server: NameServer;
    beforeAll(async () => {
      server = await startNameServer(program);
      await server.addZones([zone]);
    });
    afterAll(() => server.close());

    /** Everything in the zone, its serial number too, which any update raises. */
    const contents = async () => JSON.stringify(await transfer(server.port, zone));

    /**
     * The response code, or that the server did not answer. What it did not verify it answers without a signature: BIND says that a
     * message without a change is fine even if nobody signed it, as one is whose count of changes was set to 0.
     */
    async function answerTo(message: Buffer): Promise<string> {
      const silence = new Promise<string>((resolve) => setTimeout(resolve, PATIENCE_MS, 'no answer').unref());
      return Promise.race([forwarded(message, server.port).then(verdictOf, () => 'no answer'), silence]);
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

    const isOverlooked = (what: string) => program === powerdns && OVERLOOKED_BY_POWERDNS.includes(what);

    test.each(TAMPERINGS.filter(({ what }) => !isOverlooked(what)))(
      'is refused if it was tampered with: $what',
      async ({ what, tamper }) => {
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
      },
    );

    test('is refused whichever of its octets was changed, but for those of the message id', async () => {
      const message = await capturedUpdate(zone, addition(zone, 'every-octet', 'token'), OURS);
      const before = await contents();
      const { ttlAt, dataAt } = tsigOf(message)!;
      const octets = Array.from({ length: message.length }, (_, index) => index).filter(
        (at) => at >= 2 && !(program === powerdns && at >= ttlAt && at < dataAt),
      );
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

    test.runIf(program === powerdns).each(TAMPERINGS.filter(({ what }) => isOverlooked(what)))(
      'is carried out as it is, or not at all, if it was tampered with: $what',
      async ({ what, tamper }) => {
        const host = `overlooked-${OVERLOOKED_BY_POWERDNS.indexOf(what)}`;
        const before = await heldIn(server, zone);
        await answerTo(tamper(await capturedUpdate(zone, addition(zone, host, 'token'), OURS)));
        const added = (await heldIn(server, zone)).filter(
          ({ name }) => !before.some((set) => set.name === name),
        );
        expect([[], [[`${host}.${zone}.`, ['token']]]]).toContainEqual(
          added.map(({ name, values }) => [name, values]),
        );
      },
    );

    test('may get another message id from a forwarder: the signature keeps the original one', async () => {
      const message = await capturedUpdate(zone, addition(zone, 'forwarded', 'token'), OURS);
      expect(message.readUInt16BE(tsigOf(message)!.originalIdAt)).toBe(message.readUInt16BE(0));
      expect(await answerTo(withOctetTurned(message, 1))).toBe('NOERROR');
      expect(await heldIn(server, zone)).toContainEqual(
        expect.objectContaining({ name: `forwarded.${zone}.`, values: ['token'] }),
      );
    });
  },
);

function verdictOf(answer: Buffer): string {
  const isSigned = (tsigOf(answer)?.mac.length ?? 0) > 0;
  return isSigned ? rcodeOf(answer) : `${rcodeOf(answer)} without a signature`;
}
