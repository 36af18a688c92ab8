import type { Transport } from './transport.js';

/** The machine's own network. Sockets are loaded with the first question. */
export const networkTransport: Transport = {
  udp: async (...question) => (await import('./udp.js')).askUdp(...question),
  tcp: async (...question) => (await import('./tcp.js')).askTcp(...question),
  https: async (...question) => (await import('./https.js')).askHttps(...question),
};
