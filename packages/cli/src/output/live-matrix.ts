import type { Expectation, Report, VerifierEvent } from '@domainproof/propagation-verifier';
import type { OutputStream } from '../io.js';
import { layOut } from './matrix-layout.js';
import { MatrixState } from './matrix-state.js';
import type { Watch } from './watch.js';

const ESC = '\u001b[';
const HIDE_CURSOR = `${ESC}?25l`;
const SHOW_CURSOR = `${ESC}?25h`;
/** Synchronized output: terminals that know it show a picture at once, others ignore it. */
const BEGIN = `${ESC}?2026h`;
const END = `${ESC}?2026l`;

/** Ten pictures a second are smooth, and cheap for a remote terminal. */
const FRAME_MS = 100;

/** Names against name servers, drawn in place until it ends. The last picture stays on the screen. */
export class LiveMatrix implements Watch {
  readonly #stream: OutputStream;
  readonly #state: MatrixState;
  readonly #options: { timeoutMs: number; colours: boolean };
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  /** Lines of the picture on the screen; the cursor is below them. */
  #drawn = 0;
  #ended = false;

  constructor(
    stream: OutputStream,
    expectations: readonly Expectation[],
    options: { timeoutMs: number; colours: boolean },
  ) {
    this.#stream = stream;
    this.#options = options;
    this.#state = new MatrixState(expectations);
    stream.write(HIDE_CURSOR);
    // A second Ctrl-C ends the process without coming back here.
    process.once('exit', this.#showCursor);
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), FRAME_MS);
    // The wait keeps the process alive, not its picture.
    this.#timer.unref();
  }

  onEvent(event: VerifierEvent): void {
    this.#state.apply(event);
  }

  end(report?: Report): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#timer);
    process.off('exit', this.#showCursor);
    if (report) this.#state.finish(report);
    this.#draw();
    this.#showCursor();
  }

  readonly #showCursor = () => {
    this.#stream.write(SHOW_CURSOR);
  };

  /** One write for each picture, line by line over the old one, so that nothing flickers. */
  #draw(): void {
    // Terminals without a size say 0.
    const columns = this.#stream.columns || 80;
    const rows = this.#stream.rows || 24;
    const elapsedMs = performance.now() - this.#startedAt;
    const lines = layOut(this.#state, { ...this.#options, columns, rows, elapsedMs });
    const up = this.#drawn > 0 ? `${ESC}${this.#drawn}A` : '';
    this.#stream.write(`${BEGIN}${up}${lines.map((line) => `\r${line}${ESC}K\n`).join('')}${ESC}J${END}`);
    this.#drawn = lines.length;
  }
}
