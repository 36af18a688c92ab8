import { cachedFindings } from '../../perspectives/findings.js';
import { readResolver } from '../../perspectives/reading.js';
import type { Check } from '../scene.js';

const CACHED: ReadonlySet<string> = new Set(['absent', 'different', 'partial', 'extra']);

/**
 * `NEG_CACHED` and `OLD_CACHED`: every server has the record, and the given resolver does not know yet. A resolver that answers
 * with authority has a zone of its own, which is another finding.
 */
export const cachedByResolver: Check = async (scene) => {
  const { name, type, values, match } = scene;
  if (!type || !scene.isServedEverywhere) return [];
  const seen = await scene.ask.resolver({ name, type });
  if (seen?.outcome.kind !== 'answer' || seen.outcome.message.authoritative) return [];
  const record = { name, type, values, match };
  const reading = readResolver(seen.outcome, record);
  if (!CACHED.has(reading.status)) return [];
  const resolver = `the resolver ${seen.evidence.server}`;
  const report = { ...reading, name: resolver, region: null, rttMs: seen.outcome.rttMs };
  return cachedFindings(record, [{ report, evidence: [seen.evidence] }], 'info', scene.now.epochMs());
};
