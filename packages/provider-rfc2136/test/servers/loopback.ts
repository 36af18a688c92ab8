import { createServer } from 'node:net';

/** Loopback address of every server and proxy. */
export const ADDRESS = '127.0.0.1';
/** Who asks from here may transfer zones; the adapter does not, so a zone's contents are known without its key. */
export const OBSERVER = '127.0.0.9';

/** Free for TCP, and so most likely for UDP. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, ADDRESS, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
