import type { Scenario } from '../scenario.js';

/** What a client is to get a certificate for. */
export interface Order {
  scenario: Scenario;
  /** For it, and for all names right below it: `shop.example` and `*.shop.example`. */
  domain: string;
  /** Empty, and the client's alone: its account, its state and its certificates. */
  folder: string;
  /** How long domainproof may wait for a record. Default: as long as it does by itself. */
  timeout?: string;
}

/** A client at work. */
export interface Run {
  /** Resolved when all its processes have ended. Output: what it and its hooks printed. */
  ended: Promise<{ status: number | null; output: string }>;
  /** SIGKILL to the client, and to whatever it has started. */
  kill(): void;
  /** File of the certificate, once there is one: first its own, then those that lead to the root. */
  certificate: string;
}

/** An ACME client that nobody here wrote, with domainproof behind it. */
export interface Client {
  /** As tests show it. */
  title: string;
  /** Programs that have to be installed. */
  commands: readonly string[];
  /** Why it cannot run here, although its programs are there. */
  obstacle?(): string | undefined;
  start(order: Order): Promise<Run>;
}

/** Everybody's account needs an address. */
export const EMAIL = 'owner@shop.example';
