// One client of benchmarks/bulk.mjs in a process of its own: asks for all names at both servers and compares each answer.
// Usage: node bulk-client.mjs CLIENT NAMES PASSES; prints one line of JSON.
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { createVerifier } from '../packages/propagation-verifier/dist/index.js';
import { HOSTS, nameOf, PORT, textOf, ZONE } from './bulk-names.mjs';
import { startResolver } from './servers/authoritative.mjs';

const [client, names, passes] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4] ?? 1)];
const addresses = Object.values(HOSTS);

const CLIENTS = {
  async verifyMany() {
    const resolver = await startResolver(ZONE, HOSTS);
    const verifier = createVerifier({ resolvers: [resolver.address], authoritativePort: PORT });
    let visible = 0;
    const options = { maxPerSecond: Number.POSITIVE_INFINITY };
    for await (const report of verifier.verifyMany(expectations(), options))
      if (report.visible && report.servers.length === addresses.length) visible += 1;
    resolver.stop();
    return visible;
  },

  /** A plain client over dns-packet: one socket for each server, at most 100 questions under way at each, ids in order. */
  async dnsPacket() {
    const require = createRequire(new URL('../packages/propagation-verifier/package.json', import.meta.url));
    const packet = require('dns-packet');
    const confirmed = new Uint8Array(names);
    let visible = 0;
    await Promise.all(
      addresses.map(
        (address) =>
          new Promise((resolve) => {
            const socket = createSocket('udp4');
            const underWay = new Map();
            let sent = 0;
            const total = names * passes;
            const send = () => {
              const id = sent & 0xffff;
              const number = sent % names;
              sent += 1;
              const bytes = packet.encode({
                type: 'query',
                id,
                questions: [{ type: 'TXT', name: nameOf(number) }],
              });
              underWay.set(id, { number, bytes });
              socket.send(bytes);
            };
            // Without repetition a lost packet would hold a plain client up for ever.
            const repeat = setInterval(() => {
              for (const { bytes } of underWay.values()) socket.send(bytes);
            }, 500);
            socket.on('message', (bytes) => {
              const answer = packet.decode(bytes);
              const asked = underWay.get(answer.id);
              if (!asked) return;
              underWay.delete(answer.id);
              const text = Buffer.concat(answer.answers[0]?.data ?? []).toString();
              if (text === textOf(asked.number)) {
                confirmed[asked.number] += 1;
                if (confirmed[asked.number] % addresses.length === 0) visible += 1;
              }
              if (sent < total) send();
              else if (underWay.size === 0) {
                clearInterval(repeat);
                socket.close();
                resolve();
              }
            });
            socket.connect(PORT, address, () => {
              for (let index = 0; index < 100; index += 1) send();
            });
          }),
      ),
    );
    return visible;
  },

  /** Node's resolver, 200 names under way. */
  async nodeDns() {
    const resolvers = addresses.map((address) => {
      const resolver = new Resolver({ timeout: 2_000, tries: 3 });
      resolver.setServers([`${address}:${PORT}`]);
      return resolver;
    });
    let [next, visible] = [0, 0];
    const work = async () => {
      while (next < names * passes) {
        const number = next++ % names;
        const answers = await Promise.all(resolvers.map((resolver) => resolver.resolveTxt(nameOf(number))));
        if (answers.every((texts) => texts.some((strings) => strings.join('') === textOf(number))))
          visible += 1;
      }
    };
    await Promise.all(Array.from({ length: 200 }, work));
    return visible;
  },
};

function* expectations() {
  for (let pass = 0; pass < passes; pass += 1)
    for (let number = 0; number < names; number += 1)
      yield { name: nameOf(number), type: 'TXT', value: textOf(number) };
}

const startedAt = performance.now();
const visible = await CLIENTS[client]();
const seconds = (performance.now() - startedAt) / 1_000;
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    visible,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakMegabytes: process.resourceUsage().maxRSS / 1_024,
  }),
);
