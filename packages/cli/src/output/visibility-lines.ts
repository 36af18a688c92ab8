import type { VerifierEvent } from '@domainproof/propagation-verifier';
import { formatDuration } from '../duration.js';
import type { Output } from './output.js';
import { describePerspective } from './perspective-text.js';
import { shorten, showName } from './record-text.js';
import type { Watch } from './watch.js';

/** One line for each fact: the servers of a zone, a value seen on a server, a value visible everywhere. */
export class VisibilityLines implements Watch {
  readonly #output: Output;
  readonly #told = new Set<string>();

  constructor(output: Output) {
    this.#output = output;
  }

  onEvent(event: VerifierEvent): void {
    switch (event.type) {
      case 'delegation': {
        const servers = event.nameServers.map(
          ({ host, addresses }) => `${showName(host)} (${addresses.join(', ') || 'no address'})`,
        );
        if (event.target !== event.name)
          this.#once(
            `chain ${event.name} ${event.target}`,
            'chain',
            `${showName(event.name)} leads to ${showName(event.target)} in ${showName(event.zone)}`,
          );
        this.#once(`zone ${event.zone}`, 'servers', `of ${showName(event.zone)}: ${servers.join(', ')}`);
        break;
      }
      case 'answer': {
        const { server } = event;
        if (server.status !== 'visible') break;
        const what = server.values.includes(event.value)
          ? `${showName(server.name)} ${event.recordType} "${shorten(event.value, 24)}"`
          : `${showName(server.name)} CNAME "${shorten(server.values.join(' '), 48)}"`;
        this.#once(
          `seen ${event.name} ${event.recordType} ${event.value} ${server.name} ${server.host} ${server.address}`,
          'seen',
          `${what} on ${showName(server.host)} (${server.address}) after ${formatDuration(server.visibleAfterMs ?? event.elapsedMs)}`,
        );
        break;
      }
      case 'perspective':
        this.#once(
          `perspective ${event.name} ${event.recordType} ${event.value} ${event.perspective.name} ${event.perspective.status}`,
          'asked',
          `${describePerspective(event.perspective)} (${showName(event.name)} ${event.recordType})`,
        );
        break;
      case 'finding':
        this.#once(
          `finding ${event.name} ${event.recordType} ${event.finding.code} ${event.finding.message}`,
          'finding',
          `${event.finding.code} ${showName(event.name)}: ${event.finding.message}`,
        );
        break;
      case 'visible':
        this.#output.progress(
          'visible',
          `${showName(event.name)} ${event.recordType} "${shorten(event.value, 24)}" on every server after ${formatDuration(event.elapsedMs)}`,
        );
        break;
    }
  }

  end(): void {
    // Every line stands by itself.
  }

  #once(key: string, label: string, text: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#output.progress(label, text);
  }
}
