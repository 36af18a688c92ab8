import { type Answerer, type Listener, listen } from './listener.js';

/** Ports tried before giving up: one may be free on the first address and taken on another, or free for UDP and taken for TCP. */
const PORTS_TRIED = 50;

/** Listens on all addresses, UDP and TCP, on one port that is free on every one of them. */
export async function listenOnSharedPort(
  servers: ReadonlyMap<string, Answerer>,
): Promise<{ port: number; close(): Promise<void> }> {
  for (let attempt = 1; ; attempt += 1) {
    const listeners: Listener[] = [];
    const close = async () => {
      await Promise.all(listeners.map((listener) => listener.close()));
    };
    try {
      for (const [address, answerer] of servers)
        listeners.push(await listen(address, listeners[0]?.port ?? 0, answerer));
      return { port: listeners[0]!.port, close };
    } catch (error) {
      await close();
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === PORTS_TRIED) throw error;
    }
  }
}
