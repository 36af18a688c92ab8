import packet from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { dnssecByResolver } from '../src/diagnosis/network/dnssec-by-resolver.js';
import { extendedErrorsOf } from '../src/diagnosis/network/extended-errors.js';
import type { ExtendedError, Message } from '../src/wire/message.js';
import { type SceneOptions, sceneOf } from './network-scene.js';
import { RCODE, reply } from './world/name-server.js';
import { healthyWorld, type World } from './world/world.js';

const CHECKING_DISABLED = 0x10;

/** The resolver fails for the zone, except for those who ask it not to check. */
function validating(
  world: World,
  rcodeUnchecked?: number,
  options: { code: number; data: Buffer }[] = [],
): void {
  world.resolver.override = ({ query }) => {
    const isUnchecked = ((query.flags ?? 0) & CHECKING_DISABLED) !== 0;
    const flags = packet.RECURSION_AVAILABLE;
    if (!isUnchecked) return reply(query, { flags, rcode: RCODE.SERVFAIL, options });
    return rcodeUnchecked === undefined ? undefined : reply(query, { flags, rcode: rcodeUnchecked });
  };
}

const evidenceIn = (world: World, options?: SceneOptions) =>
  world.run(sceneOf(world, options).then(dnssecByResolver));

describe('what a resolver shows of DNSSEC', () => {
  test('is a failure that goes away when it does not check; two questions for the apex are the evidence', async () => {
    const world = healthyWorld();
    validating(world);
    const evidence = await evidenceIn(world);
    expect(evidence?.map(({ question, answer }) => [question, answer])).toEqual([
      ['example.com. SOA', 'SERVFAIL'],
      ['example.com. SOA without checking', 'NOERROR'],
    ]);
    expect(world.resolver.asked).toEqual(['example.com SOA', 'example.com SOA']);
  });

  test('is nothing if it answers, and one question is enough then', async () => {
    const world = healthyWorld();
    expect(await evidenceIn(world)).toBeUndefined();
    expect(world.resolver.asked).toEqual(['example.com SOA']);
  });

  test('is nothing if it fails without checking too, which is another fault', async () => {
    const world = healthyWorld();
    validating(world, RCODE.SERVFAIL);
    expect(await evidenceIn(world)).toBeUndefined();
  });

  test('is nothing if it does not answer', async () => {
    const world = healthyWorld();
    Object.assign(world.internet.host('203.0.113.53'), { udp: 'silent', tcp: 'silent' });
    expect(await evidenceIn(world)).toBeUndefined();
  });

  test('is asked for also where the record stands at the apex and is not served yet, as SOA is always there', async () => {
    const world = healthyWorld();
    validating(world);
    const options = { record: { name: 'example.com', values: ['token-1'] } };
    expect(await evidenceIn(world, options)).toHaveLength(2);
    expect(await evidenceIn(world, { record: null })).toHaveLength(2);
    expect(new Set(world.resolver.asked)).toEqual(new Set(['example.com SOA']));
  });

  test('is nothing for a name without delegation', async () => {
    const world = healthyWorld();
    const scene = await world.run(sceneOf(world));
    expect(await world.run(dnssecByResolver({ ...scene, delegation: null }))).toBeUndefined();
  });
});

describe('extended errors', () => {
  const message = (...errors: ExtendedError[]) =>
    ({ edns: { version: 0, errors, nsid: undefined, subnetScope: undefined } }) as unknown as Message;

  test('are told in words with their code and the text of the server', () => {
    const errors = extendedErrorsOf(
      message(
        { code: 7, text: '' },
        { code: 9, text: 'no key for\u001b[2J DS 12345' },
        { code: 4_711, text: '' },
      ),
    );
    expect(errors).toEqual([
      'signature expired (7)',
      'DNSKEY missing (9): "no key for\\027[2J DS 12345"',
      'extended error (4711)',
    ]);
  });

  test('are bounded in number and length', () => {
    const errors = extendedErrorsOf(message(...Array(50).fill({ code: 0, text: 'x'.repeat(10_000) })));
    expect(errors).toHaveLength(4);
    expect(errors[0]!.length).toBeLessThan(200);
  });

  test('are none without EDNS', () => {
    expect(extendedErrorsOf({ edns: undefined } as Message)).toEqual([]);
  });

  test('of a resolver stand in the evidence', async () => {
    const world = healthyWorld();
    validating(world, undefined, [
      { code: 15, data: Buffer.from('\u0000\u0007signature of example.com expired') },
    ]);
    const evidence = await evidenceIn(world);
    expect(evidence?.map(({ answer }) => answer)).toEqual([
      'SERVFAIL, signature expired (7): "signature of example.com expired"',
      'NOERROR',
    ]);
  });
});
