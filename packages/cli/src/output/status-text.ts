import type { ServerStatus } from '@domainproof/propagation-verifier';
import type { Colour } from './styled.js';

export interface StatusText {
  /** One character: the status is told without colours too. */
  sign: string;
  words: string;
  colour: Colour;
}

/** What a status is called, in the matrix, in `doctor` and on the page of `--report`. */
export const STATUS: Readonly<Record<ServerStatus, StatusText>> = {
  visible: { sign: '✓', words: 'visible', colour: 'green' },
  absent: { sign: '·', words: 'not yet', colour: 'dim' },
  different: { sign: '≠', words: 'other value', colour: 'yellow' },
  partial: { sign: '≠', words: 'not all values', colour: 'yellow' },
  extra: { sign: '≠', words: 'more values', colour: 'yellow' },
  cname: { sign: '≠', words: 'a CNAME', colour: 'red' },
  'not-authoritative': { sign: '✗', words: 'not its zone', colour: 'red' },
  refused: { sign: '✗', words: 'refused', colour: 'red' },
  servfail: { sign: '✗', words: 'server fails', colour: 'red' },
  malformed: { sign: '✗', words: 'malformed', colour: 'red' },
  timeout: { sign: '✗', words: 'no answer', colour: 'red' },
  'no-route': { sign: '–', words: 'no route', colour: 'dim' },
  unasked: { sign: '·', words: 'waiting', colour: 'dim' },
};
