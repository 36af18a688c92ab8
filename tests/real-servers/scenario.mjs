// Runs the verifier and the command line against the programs, and prints what came of it as one JSON document.
// Arguments: the port of every server, the port of the resolver's HTTPS, its certificate, its key. On port 53 the machine's own
// resolver is Unbound, and nothing is configured.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createVerifier } from '@domainproof/propagation-verifier';
import { startInternet } from './internet.mjs';

const [port, httpsPort] = process.argv.slice(2, 4).map(Number);
const [cert, key] = process.argv.slice(4);
const bin = fileURLToPath(new URL('../../packages/cli/dist/bin.cjs', import.meta.url));
const internet = await startInternet(port, { port: httpsPort, cert, key });
const surroundings = port === 53 ? {} : { resolvers: [internet.resolver], authoritativePort: port };
const flags = port === 53 ? [] : ['--resolver', internet.resolver, '--authoritative-port', `${port}`];
const verifier = createVerifier(surroundings);
const results = {};

const txt = (name, value) => ({ name, type: 'TXT', value });

/** The command line in a process of its own. */
function domainproof(...args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args, '--json', ...flags], (error, stdout) => {
      resolve({ code: error ? error.code : 0, document: stdout === '' ? undefined : JSON.parse(stdout) });
    });
  });
}

async function arrival() {
  setTimeout(() => internet.update('example.test', 'add _dnsauth.example.test 60 TXT "token-1"'), 500);
  const report = await verifier.wait([txt('_dnsauth.example.test', 'token-1')], { timeoutMs: 60_000 });
  const askedBefore = internet.unbound.asked();
  const perspectives = [
    { name: 'unbound', resolver: internet.resolver },
    { name: 'unbound over HTTPS', resolver: internet.service },
  ];
  const seenByResolver = await verifier.wait([txt('_dnsauth.example.test', 'token-1')], {
    timeoutMs: 20_000,
    perspectives,
    quorum: 'all',
  });
  return { report, askedBefore, seenByResolver, askedAfter: internet.unbound.asked() };
}

async function chain() {
  setTimeout(() => internet.update('alias.test', 'add shop.alias.test 60 TXT "token-2"'), 500);
  return verifier.wait([txt('_acme-challenge.example.test', 'token-2')], { timeoutMs: 60_000 });
}

async function many() {
  const names = Array.from({ length: 40 }, (_, index) => `_dnsauth.host${index}.example.test`);
  internet.update('example.test', ...names.map((name) => `add ${name} 60 TXT "value of ${name}"`));
  return verifier.wait(
    names.map((name) => txt(name, `value of ${name}`)),
    { timeoutMs: 60_000 },
  );
}

const doctor = (name) => verifier.diagnose(txt(name, 'token'));

try {
  results.arrival = await arrival();
  results.chain = await chain();
  results.many = await many();
  results.healthy = await verifier.diagnose(txt('_dnsauth.example.test', 'token-1'));
  results.signed = await doctor('_dnsauth.signed.test');
  results.bogus = await doctor('_dnsauth.bogus.test');
  results.lame = await doctor('_dnsauth.lame.test');
  results.unregistered = await doctor('_dnsauth.nobody.test');
  results.cliWait = await domainproof('wait', '_dnsauth.example.test', 'TXT', 'token-1', '--timeout', '30s');
  results.cliDoctor = await domainproof('doctor', '_dnsauth.bogus.test', 'TXT', 'token');
} finally {
  await internet.close();
}
process.stdout.write(JSON.stringify(results));
