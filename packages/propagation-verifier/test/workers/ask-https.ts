// Asks a service over HTTPS, with the certificates that this process was started with. Argument: URL. Prints what came.
import { networkTransport } from '../../src/transport/network.js';
import { query } from '../loopback.js';

const [url = ''] = process.argv.slice(2);
const received = await networkTransport.https(query(), url, {
  timeoutMs: 2_000,
  signal: new AbortController().signal,
});
console.log(received.kind);
