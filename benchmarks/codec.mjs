// The verifier's DNS codec against dns-packet, in one process: rounds in turn, median of each, and their ratio.
// Usage: node benchmarks/codec.mjs [rounds]
import { createRequire } from 'node:module';
import { register } from 'tsx/esm/api';

register();
const verifier = new URL('../packages/propagation-verifier/', import.meta.url);
const { encodeQuery, matchResponse } = await import(new URL('src/wire/query.ts', verifier));
const { decodeMessage } = await import(new URL('src/wire/message.ts', verifier));
const library = createRequire(new URL('package.json', verifier))('dns-packet');

const rounds = Number(process.argv[2] ?? 11);
const CALLS = 100_000;
const NAME = '_acme-challenge.www.example.com';
const QUESTION = { name: `${NAME}.`, type: 'TXT' };

const query = encodeQuery(QUESTION, { mixedCase: false });
const opt = { type: 'OPT', name: '.', udpPayloadSize: 1_232, flags: 0, options: [] };
const challenge = { type: 'TXT', name: NAME, ttl: 60, data: ['gfj9Xq-Rg85nM_gfj9Xq-Rg85nM_gfj9Xq-Rg85nM_x'] };
const hosts = ['ns1', 'ns2', 'ns3', 'ns4'].map((host) => `${host}.dns.example.net`);

const packets = {
  'an answer with one TXT record': answer({ answers: [challenge], additionals: [opt] }),
  'a referral to four servers': answer({
    authorities: hosts.map((data) => ({ type: 'NS', name: 'example.com', ttl: 60, data })),
    additionals: [
      ...hosts.map((name) => ({ type: 'A', name, ttl: 60, data: '192.0.2.1' })),
      ...hosts.map((name) => ({ type: 'AAAA', name, ttl: 60, data: '2001:db8::1' })),
      opt,
    ],
  }),
  'an answer with 20 TXT records': answer({ answers: Array(20).fill(challenge), additionals: [opt] }),
};

const libraryQuery = () =>
  library.encode({
    type: 'query',
    id: 1,
    flags: 0,
    questions: [{ name: NAME, type: 'TXT', class: 'IN' }],
    additionals: [opt],
  });

const contests = [
  ...Object.entries(packets).map(([label, packet]) => ({
    label: `decode ${label}`,
    own: () => decodeMessage(packet),
    theirs: () => library.decode(packet),
  })),
  {
    label: 'match and decode an answer with one TXT record',
    own: () => {
      const packet = packets['an answer with one TXT record'];
      return matchResponse(query, packet) === 'response' && decodeMessage(packet);
    },
    theirs: () => library.decode(packets['an answer with one TXT record']),
  },
  // Ours draws its random id and letter case as well.
  { label: 'encode a query', own: () => encodeQuery(QUESTION), theirs: libraryQuery },
];

console.log(`Node ${process.version}, ${rounds} rounds of ${CALLS} calls; calls per second (median)`);
console.log('what | own | dns-packet | ratio');
for (const { label, own, theirs } of contests) {
  const speeds = { own: [], theirs: [] };
  for (let round = -1; round < rounds; round += 1) {
    const pair = { own: speed(own), theirs: speed(theirs) };
    // The first round only warms up.
    if (round < 0) continue;
    speeds.own.push(pair.own);
    speeds.theirs.push(pair.theirs);
  }
  const [ours, other] = [median(speeds.own), median(speeds.theirs)];
  console.log(`${label} | ${thousands(ours)} | ${thousands(other)} | ${(ours / other).toFixed(1)}`);
}

/** As servers send it: every owner that is the name of the question points to it. */
function answer(sections) {
  const octets = library.encode({
    type: 'response',
    id: query.bytes.readUInt16BE(0),
    flags: library.AUTHORITATIVE_ANSWER,
    questions: [{ name: NAME, type: 'TXT' }],
    ...sections,
  });
  const name = library.name.encode(NAME);
  const parts = [octets.subarray(0, query.questionEnd)];
  let from = query.questionEnd;
  for (let at = octets.indexOf(name, from); at >= 0; at = octets.indexOf(name, from)) {
    parts.push(octets.subarray(from, at), Buffer.from([0xc0, 12]));
    from = at + name.length;
  }
  return Buffer.concat([...parts, octets.subarray(from)]);
}

function speed(call) {
  const start = performance.now();
  for (let left = CALLS; left > 0; left -= 1) call();
  return CALLS / ((performance.now() - start) / 1_000);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function thousands(perSecond) {
  return `${Math.round(perSecond / 1_000)}k`;
}
