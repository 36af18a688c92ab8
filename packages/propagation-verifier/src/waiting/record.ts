import type { DiagnosedFinding, Operator, PerspectiveReport, ServerReport } from '../types/index.js';
import type { Wanted } from './match.js';

/** What is expected at one name, and what has come of it. */
export class ExpectedRecord implements Wanted {
  /** Canonical. */
  readonly values: readonly string[];
  readonly expected: readonly Buffer[];
  readonly match: 'contains' | 'exactSet';
  readonly operators: Operator[] = [];
  /** One for each address, of every name on the way. */
  servers: readonly ServerReport[] = [];
  /** Milliseconds from the start until every server had it; null until then. */
  servedAfterMs: number | null = null;
  /** The same with the perspectives, if any are asked. */
  visibleAfterMs: number | null = null;
  /** A finding says that waiting cannot help. */
  isBlocked = false;
  perspectives: readonly PerspectiveReport[] = [];
  /** What the last inspection found; the one before it is outdated. */
  inspected: readonly DiagnosedFinding[] = [];
  readonly #noticed = new Map<string, DiagnosedFinding>();
  readonly #told = new Set<string>();

  constructor(values: readonly string[], match: Wanted['match']) {
    this.values = values;
    this.expected = values.map((value) => Buffer.from(value));
    this.match = match;
  }

  get value(): string {
    return this.values[0]!;
  }

  /** Its servers are still asked for it. */
  get isAwaited(): boolean {
    return this.servedAfterMs === null && !this.isBlocked;
  }

  get isVisible(): boolean {
    return this.visibleAfterMs !== null;
  }

  get findings(): readonly DiagnosedFinding[] {
    const codes = new Set(this.inspected.map(({ code }) => code));
    const noticed = [...this.#noticed.values()].filter(({ code }) => !codes.has(code));
    return [...this.inspected, ...noticed];
  }

  /** Keeps what has come up while asking, the first of its kind. */
  notice(finding: DiagnosedFinding): void {
    if (!this.#noticed.has(finding.code)) this.#noticed.set(finding.code, finding);
  }

  /** True for the first finding of its kind. */
  isNews({ code }: DiagnosedFinding): boolean {
    if (this.#told.has(code)) return false;
    this.#told.add(code);
    return true;
  }
}
