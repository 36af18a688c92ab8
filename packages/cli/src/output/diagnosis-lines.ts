import type { Delegation, DiagnosedFinding, Diagnosis } from '@domainproof/propagation-verifier';
import { formatDuration } from '../duration.js';
import { describeSeen } from './chain.js';
import { bySeverity, SEVERITY_COLOUR } from './findings.js';
import { describePerspective } from './perspective-text.js';
import { count, showName, showRecord, showValue } from './record-text.js';
import { STATUS } from './status-text.js';
import { type Colour, type Line, type Span, wrap } from './styled.js';

/** Values of one answer that are shown. */
const VALUES_SHOWN = 4;

/** What `doctor` tells people: the verdict, then what it rests on, and the findings last, where a terminal stops scrolling. */
export function diagnosisLines(diagnosis: Diagnosis, width: number): Line[] {
  const sections = [
    delegationLines(diagnosis.delegation),
    chainLines(diagnosis),
    serverLines(diagnosis),
    perspectiveLines(diagnosis),
    findingLines(diagnosis, width),
  ];
  return [
    verdictLine(diagnosis),
    ...sections.filter((lines) => lines.length > 0).flatMap((lines) => ['', ...lines]),
  ];
}

function verdictLine(diagnosis: Diagnosis): Line {
  const { name, type, value, visible, verdict, findings } = diagnosis;
  const fatal = findings.filter(({ severity }) => severity === 'fatal').length;
  if (visible === null || type === null || value === null)
    return fatal > 0
      ? [span('✗ ', 'red'), `${showName(name)}: ${count(fatal, 'thing')} must be put right`]
      : [span('✓ ', 'green'), `${showName(name)}: nothing found that keeps a record from being seen`];
  const record = showRecord({ name, type, value });
  const on = describeSeen(diagnosis);
  if (!visible) {
    const note = { blocked: '; waiting will not change it', unknown: '; it cannot be told from here' }[
      verdict as string
    ];
    return [span('✗ ', 'red'), `${record} is not visible: ${on}${note ?? ''}`];
  }
  return fatal > 0
    ? [span('✗ ', 'red'), `${record} is visible ${on}, but something else stands in the way`]
    : [span('✓ ', 'green'), `${record} is visible ${on}`];
}

function delegationLines(delegation: Delegation | null): Line[] {
  if (!delegation) return [];
  const { zone, nameServers, parent, child, truncated } = delegation;
  const width = Math.max(...nameServers.map(({ host }) => showName(host).length));
  const listed = (what: string, hosts: readonly string[] | undefined): Line[] =>
    hosts?.length ? [[span(`  ${what}: ${hosts.map(showName).join(', ')}`, 'yellow')]] : [];
  return [
    head(`Delegation: ${parent ? `${showName(parent.zone)} to ` : ''}${showName(zone)}`),
    ...nameServers.map(
      ({ host, addresses }): Line =>
        `  ${showName(host).padEnd(width)}  ${addresses.join(', ') || 'no address'}`,
    ),
    ...(truncated ? ['  and more'] : []),
    ...(parent?.signed ? ['  signed: a DS record stands above'] : []),
    ...listed('only the zone above lists', child && parent?.hosts.filter((host) => !child.includes(host))),
    ...listed('only the zone itself lists', parent && child?.filter((host) => !parent.hosts.includes(host))),
  ];
}

function chainLines({ chain }: Diagnosis): Line[] {
  if (chain.length === 0) return [];
  return [
    head('CNAMEs'),
    ...chain.map(
      ({ name, target, zone }) => `  ${showName(name)} to ${showName(target)} (in ${showName(zone)})`,
    ),
  ];
}

function serverLines({ servers, name: asked, type }: Diagnosis): Line[] {
  if (servers.length === 0) return [];
  const labels = servers.map(({ host, address }) => `${showName(host)} (${address})`);
  const width = Math.max(...labels.map((label) => label.length));
  return [
    head('Name servers say'),
    ...servers.map(({ name, status, values, rttMs }, index): Line => {
      const { sign, words, colour } = STATUS[status];
      const elsewhere = name === asked ? '' : ` at ${showName(name)}`;
      const time = rttMs === null ? '' : ` in ${formatDuration(rttMs)}`;
      return [
        `  ${labels[index]!.padEnd(width)}  `,
        // Of a name alone, no record is looked for: a server that is right serves its zone.
        span(`${sign} ${type === null && status === 'visible' ? 'serves the zone' : words}`, colour),
        `${elsewhere}${valuesOf(values)}${time}`,
      ];
    }),
  ];
}

function perspectiveLines({ perspectives }: Diagnosis): Line[] {
  if (perspectives.length === 0) return [];
  return [
    head('From elsewhere'),
    ...perspectives.map((perspective): Line => {
      const { sign, colour } = STATUS[perspective.status];
      return [
        '  ',
        span(sign, colour),
        ` ${describePerspective(perspective)}${valuesOf(perspective.values)}`,
      ];
    }),
  ];
}

function findingLines({ findings }: Diagnosis, width: number): Line[] {
  if (findings.length === 0) return [];
  return [head('Findings'), ...bySeverity(findings).flatMap((finding) => describeFinding(finding, width))];
}

function describeFinding(
  { code, severity, message, remedy, evidence }: DiagnosedFinding,
  width: number,
): Line[] {
  const seen = evidence.flatMap(({ server, question, answer, at }) =>
    wrap(`${server}: ${question}: ${answer} (${at})`, width, '    - ', '      '),
  );
  return [
    ['  ', span(`${severity} ${code}`, SEVERITY_COLOUR[severity])],
    ...wrap(message, width, '    '),
    ...seen.map((text): Line => [span(text, 'dim')]),
    ...wrap(`What to do: ${remedy}`, width, '    '),
  ];
}

function valuesOf(values: readonly string[]): string {
  if (values.length === 0) return '';
  const more = values.length > VALUES_SHOWN ? ` and ${values.length - VALUES_SHOWN} more` : '';
  return ` ${values.slice(0, VALUES_SHOWN).map(showValue).join(', ')}${more}`;
}

function head(text: string): Line {
  return [span(text, 'bold')];
}

function span(text: string, colour: Colour): Span {
  return { text, colour };
}
