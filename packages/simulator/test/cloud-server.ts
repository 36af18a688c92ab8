import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { PublishedZone, Publisher, ServedSet } from '../src/publication.js';

/** Stands where the name servers are: remembers what a cloud publishes. */
export class RecordingPublisher implements Publisher {
  readonly zones: PublishedZone[] = [];
  readonly history: ServedSet[] = [];
  readonly #served = new Map<string, ServedSet>();

  addZone(zone: PublishedZone): void {
    this.zones.push(zone);
  }

  removeZone(): void {}

  publish(zoneId: string, set: ServedSet): void {
    if (!this.zones.some(({ id }) => id === zoneId)) throw new Error(`${zoneId} was never added`);
    this.history.push(set);
    this.#served.set(`${set.name} ${set.type}`, set);
  }

  /** Values that are served, sorted. */
  values(name: string, type = 'TXT'): string[] {
    return [...(this.#served.get(`${name} ${type}`)?.values ?? [])].sort();
  }

  ttl(name: string, type = 'TXT'): number | undefined {
    return this.#served.get(`${name} ${type}`)?.ttl;
  }
}

/** Serves on a port of its own until the test ends; gives `127.0.0.1:PORT`. */
export async function serve(listener: RequestListener, close: () => void): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    close();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An answer as it came: status, headers, text, and the text as JSON if it is that. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  body: any;
}

/** @throws Error `cut off after: …` if the body ends before its time. */
export async function answerOf(response: Response): Promise<Answer> {
  let text = '';
  try {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch {
    throw new Error(`cut off after: ${text}`);
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers, text, body };
}
