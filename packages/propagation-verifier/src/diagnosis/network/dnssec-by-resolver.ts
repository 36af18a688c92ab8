import type { Evidence } from '../../types/index.js';
import type { Observation, Scene } from '../scene.js';
import { extendedErrorsOf } from './extended-errors.js';

/**
 * What the given resolver shows of broken signatures: it fails for the zone's SOA, and has an answer once it is told not to
 * check (CD). Its extended errors (RFC 8914) stand in the evidence in words. Undefined if the resolver shows nothing of the kind,
 * which a resolver that does not validate never does.
 */
export async function dnssecByResolver(scene: Scene): Promise<Evidence[] | undefined> {
  const zone = scene.delegation?.zone;
  if (!zone) return undefined;
  const question = { name: zone, type: 'SOA' } as const;
  const checked = await scene.ask.resolver(question);
  if (rcodeOf(checked) !== 'SERVFAIL') return undefined;
  const unchecked = await scene.ask.resolver(question, { checkingDisabled: true });
  if (rcodeOf(unchecked) !== 'NOERROR') return undefined;
  return [inFull(checked!), inFull(unchecked!)];
}

function rcodeOf(observation: Observation | undefined): string | undefined {
  return observation?.outcome.kind === 'answer' ? observation.outcome.message.rcode : undefined;
}

function inFull({ outcome, evidence }: Observation): Evidence {
  const errors = outcome.kind === 'answer' ? extendedErrorsOf(outcome.message) : [];
  const missing = errors.filter((error) => !evidence.answer.includes(error));
  return { ...evidence, answer: [evidence.answer, ...missing].join(', ') };
}
