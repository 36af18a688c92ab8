import type { ApiCallEvent, ClientEvent, Json, Lease, Logger } from '@domainproof/core';
import { formatDuration } from '../duration.js';
import type { Output } from './output.js';
import { showName, showRecord } from './record-text.js';

/** Tells what the engine does, as lines and as events; the zone of a name once. Failures end the command, and are told there. */
export function tellClientEvent(output: Output): (event: ClientEvent) => void {
  const told = new Set<string>();
  return (event) => {
    if (event.type === 'zone') {
      if (told.has(event.name)) return;
      told.add(event.name);
    }
    output.event(event);
    switch (event.type) {
      case 'zone':
        output.progress(
          'found',
          `${showName(event.name)} in zone ${showName(event.zone)} at ${event.provider}`,
        );
        break;
      case 'ensured':
        output.progress(
          event.lease.created ? 'wrote' : 'present',
          `${showRecord(event.lease)} ${describeLease(event.lease)}`,
        );
        break;
      case 'released':
        output.progress(event.report.outcome, showRecord(event.report.lease));
        break;
      case 'retry':
        output.detail(
          'retry',
          `${event.provider} ${event.code}, attempt ${event.attempt}, again in ${formatDuration(event.delayMs)}: ${event.message}`,
        );
        break;
    }
  };
}

/** One line for each request to a vendor, with `--verbose`. */
export function tellApiCall(output: Output, event: ApiCallEvent): void {
  const { provider, operation, elapsedMs, outcome, httpStatus, vendorCode, requestId } = event;
  const facts = [
    outcome,
    httpStatus === undefined ? undefined : `HTTP ${httpStatus}`,
    vendorCode,
    formatDuration(elapsedMs),
    requestId === undefined ? undefined : `request ${requestId}`,
  ];
  output.detail('api', `${provider} ${operation} ${facts.filter((fact) => fact !== undefined).join(', ')}`);
}

/** The engine's own log, for `--verbose`; each of its warnings once, always. */
export function detailLogger(output: Output): Logger {
  const warned = new Set<string>();
  const detail = (message: string, fields?: Readonly<Record<string, Json>>) =>
    output.detail('log', fields ? `${message} ${JSON.stringify(fields)}` : message);
  const warn = (message: string) => {
    if (warned.has(message)) return;
    warned.add(message);
    output.warn(message);
  };
  return { debug: detail, info: detail, warn };
}

function describeLease({ created, ttl, id }: Lease): string {
  if (!created) return '(was there already, and stays when this lease is removed)';
  const asked =
    ttl.requested === undefined || ttl.requested === ttl.effective ? '' : `, asked for ${ttl.requested}`;
  return `(TTL ${ttl.effective} s${asked}), lease ${id}`;
}
