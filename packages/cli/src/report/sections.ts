import type {
  Delegation,
  DiagnosedFinding,
  PerspectiveReport,
  ServerReport,
} from '@domainproof/propagation-verifier';
import { formatDuration } from '../duration.js';
import { describeSeen, endServers } from '../output/chain.js';
import { bySeverity } from '../output/findings.js';
import { count, shorten, showName } from '../output/record-text.js';
import { STATUS } from '../output/status-text.js';
import type { PageRecord } from './content.js';
import { type Html, html } from './html.js';
import { statusesIn, timelineBar } from './timeline.js';

/** Characters of one value, and values of one answer, that the page shows. */
const VALUE_SHOWN = 400;
const VALUES_SHOWN = 12;

/** Everything that is known of one record, what is wrong with it first. */
export function recordSection(record: PageRecord, id: string, isOpen: boolean): Html {
  return html`<details class="card record" id="${id}"${isOpen ? html` open` : undefined}>
<summary>${signOf(record)} <h2><code>${showName(record.name)}</code> ${record.type ?? ''}</h2></summary>
${record.values.map((value) => html`<p><code>${shorten(value, VALUE_SHOWN)}</code></p>`)}
<p class="soft">${outcomeOf(record)}</p>
${findingsSection(record.findings)}
${serversSection(record)}
${chainSection(record)}
${perspectivesSection(record.perspectives)}
</details>`;
}

export function signOf(record: PageRecord): Html {
  return isGood(record) ? html`<span class="sign t-green">✓</span>` : html`<span class="sign t-red">✗</span>`;
}

export function isGood({ visible, verdict, findings }: PageRecord): boolean {
  if (visible === null) return findings.every(({ severity }) => severity !== 'fatal');
  return visible && verdict !== 'blocked';
}

export function delegationSection(delegations: readonly Delegation[]): Html | undefined {
  if (delegations.length === 0) return undefined;
  const latest = [...new Map(delegations.map((delegation) => [delegation.zone, delegation])).values()];
  return html`<section class="card"><h2>Delegation</h2>${latest.map(delegationOf)}</section>`;
}

function delegationOf({ zone, nameServers, parent, child, truncated }: Delegation): Html {
  const from = parent ? `${zoneName(parent.zone)} → ${zoneName(zone)}` : zoneName(zone);
  const onlyChild = parent && child?.filter((host) => !parent.hosts.includes(host));
  const onlyParent = parent && child && parent.hosts.filter((host) => !child.includes(host));
  return html`<h3>${from}</h3>
${nameServers.map(({ host, addresses }) => html`<div class="pairs"><code>${showName(host)}</code><code class="soft">${addresses.join(', ') || 'no address'}</code></div>`)}
${truncated ? html`<p class="small soft">and more</p>` : undefined}${parent?.signed === undefined ? undefined : html`<p class="small soft">${parent.signed ? 'Signed: a DS record stands above.' : 'Not signed: no DS record stands above.'}</p>`}
${differences('Only the zone above lists', onlyParent)}${differences('Only the zone itself lists', onlyChild)}`;
}

function differences(what: string, hosts: readonly string[] | undefined): Html | undefined {
  if (!hosts?.length) return undefined;
  return html`<p class="small t-yellow">${what}: <code>${hosts.map(showName).join(', ')}</code></p>`;
}

function outcomeOf(record: PageRecord): string {
  const { visible, servers, zone, elapsedMs, verdict } = record;
  const where = zone === null ? 'no zone was found' : `zone ${zoneName(zone)}`;
  if (visible === null) return `${where}, ${count(servers.length, 'server address', 'server addresses')}`;
  const after = visible ? `after ${formatDuration(elapsedMs)}` : `in ${formatDuration(elapsedMs)}`;
  const note = verdict === 'blocked' ? '; waiting will not change it' : '';
  return `visible ${describeSeen(record)} ${after}, ${where}${note}`;
}

function findingsSection(findings: readonly DiagnosedFinding[]): Html | undefined {
  if (findings.length === 0) return undefined;
  return html`<h3>Findings</h3>${bySeverity(findings).map(findingOf)}`;
}

function findingOf({ severity, code, message, remedy, evidence }: DiagnosedFinding): Html {
  return html`<div class="finding ${severity}">
<p><span class="badge">${severity}</span> <code>${code}</code></p>
<p>${message}</p>
${evidence.length > 0 ? html`<ul class="evidence small">${evidence.map(({ server, question, answer, at }) => html`<li><code>${server}</code> <span class="soft">was asked</span> <code>${question}</code><br><span class="soft">and said</span> <code>${answer}</code> <span class="soft">(${at})</span></li>`)}</ul>` : undefined}
<p><strong>What to do:</strong> ${remedy}</p>
</div>`;
}

function serversSection(record: PageRecord): Html | undefined {
  const { servers, name, elapsedMs } = record;
  if (servers.length === 0) return undefined;
  const last = servers.flatMap(({ history }) => history.map(({ atMs }) => atMs));
  const wholeMs = Math.max(1, elapsedMs, ...last);
  const ends = endServers(record);
  const places = new Map<string, ServerReport[]>();
  for (const server of servers) {
    const place =
      server.name === name
        ? `Name servers of ${zoneName(server.zone)}`
        : `${showName(server.name)} at the name servers of ${zoneName(server.zone)}`;
    places.set(place, [...(places.get(place) ?? []), server]);
  }
  const tables = [...places].map(
    ([place, asked]) =>
      html`<h3>${place}</h3>${asked.map((server) => serverRow(server, wholeMs, ends.includes(server)))}`,
  );
  return html`${tables}
<div class="axis small soft"><div><span>0</span><span>${formatDuration(wholeMs / 2)}</span><span>${formatDuration(wholeMs)}</span></div></div>
<ul class="legend small">${statusesIn(servers).map((status) => html`<li><svg class="key"><rect class="s-${status}" width="100%" height="100%"/></svg>${STATUS[status].words}</li>`)}</ul>`;
}

/** @param isEnd False where the server only leads on: then its values are the CNAME. */
function serverRow(server: ServerReport, wholeMs: number, isEnd: boolean): Html {
  const { host, address, status, values, rttMs, visibleAfterMs, questions } = server;
  const { sign, words, colour } = STATUS[status];
  const facts = [
    visibleAfterMs === null ? undefined : `first seen after ${formatDuration(visibleAfterMs)}`,
    rttMs === null ? undefined : `answered in ${formatDuration(rttMs)}`,
    count(questions, 'question'),
  ].filter((fact) => fact !== undefined);
  return html`<div class="server">
<div><code>${showName(host)}</code><br><code class="small soft">${address}</code></div>
${timelineBar(server, wholeMs)}
<div class="said small"><span class="t-${colour}">${sign} ${words}</span><span class="soft">${facts.map((fact) => ` · ${fact}`)}</span>${status === 'visible' && isEnd ? undefined : valuesOf(values, isEnd ? '' : '→ ')}</div>
</div>`;
}

function valuesOf(values: readonly string[], before = ''): Html | undefined {
  if (values.length === 0) return undefined;
  const more = values.length > VALUES_SHOWN ? ` and ${values.length - VALUES_SHOWN} more` : '';
  return html`<br>${before}${values.slice(0, VALUES_SHOWN).map((value) => html`<code>${shorten(value, VALUE_SHOWN)}</code> `)}${more}`;
}

function chainSection({ chain }: PageRecord): Html | undefined {
  if (chain.length === 0) return undefined;
  return html`<h3>Chain of CNAMEs</h3>${chain.map(
    ({ name, target, zone }) =>
      html`<p><code>${showName(name)}</code> → <code>${showName(target)}</code> <span class="small soft">in ${zoneName(zone)}</span></p>`,
  )}`;
}

function perspectivesSection(perspectives: readonly PerspectiveReport[]): Html | undefined {
  if (perspectives.length === 0) return undefined;
  return html`<h3>From elsewhere</h3>${perspectives.map(perspectiveOf)}`;
}

function perspectiveOf(perspective: PerspectiveReport): Html {
  const { name, region, status, values, rttMs, clearsInMs, extendedErrors = [] } = perspective;
  const { sign, words, colour } = STATUS[status];
  const facts = [
    rttMs === null ? undefined : `answered in ${formatDuration(rttMs)}`,
    clearsInMs === null ? undefined : `its cache clears in ${formatDuration(clearsInMs)}`,
    ...extendedErrors,
  ].filter((fact) => fact !== undefined);
  return html`<div class="pairs perspective"><div><code>${name}</code> <span class="small soft">${region ?? ''}</span></div>
<div class="small"><span class="t-${colour}">${sign} ${words}</span><span class="soft">${facts.map((fact) => ` · ${fact}`)}</span>${status === 'visible' ? undefined : valuesOf(values)}</div></div>`;
}

function zoneName(zone: string): string {
  return zone === '.' ? 'the root' : showName(zone);
}
