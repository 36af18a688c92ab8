/** The stylesheet of the page. No font, image or script: nothing is fetched, and nothing runs. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --back: #f6f7f9; --card: #ffffff; --text: #1b1f24; --soft: #5b6470; --line: #d9dee4;
  --good: #1a7f4b; --wait: #9aa5b1; --other: #b7791f; --bad: #c0392b; --dead: #7d4f93; --none: #d3d9e0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14171b; --card: #1d2127; --text: #e6e9ed; --soft: #9aa5b1; --line: #343b44;
    --good: #3fb37f; --wait: #66717d; --other: #d9a441; --bad: #e5695b; --dead: #b18bc4; --none: #3a424c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 62rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
h2 { display: inline; font-size: 1.1rem; line-height: 1.35; }
h2 code { font-weight: 600; }
h3 { font-size: .9rem; color: var(--soft); margin: 1.5rem 0 .5rem; }
p { margin: .25rem 0; }
ul { list-style: none; margin: 0; padding: 0; }
a { color: inherit; }
code { font: .9em/1.45 ui-monospace, Menlo, Consolas, monospace; unicode-bidi: isolate; }
.soft { color: var(--soft); }
.small { font-size: .875rem; }
header, .card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.1rem; margin-bottom: 1rem; }
header { border-top: .35rem solid var(--bad); }
header.ok { border-top-color: var(--good); }
summary { cursor: pointer; }
.sign { display: inline-block; min-width: 1.1em; font-weight: 700; }
.t-green { color: var(--good); }
.t-yellow { color: var(--other); }
.t-red { color: var(--bad); }
.t-dim { color: var(--soft); }
.finding { border-left: .25rem solid var(--wait); padding: .1rem 0 .1rem .8rem; margin: .75rem 0; }
.finding.fatal { border-left-color: var(--bad); }
.finding.warning { border-left-color: var(--other); }
.badge { font-size: .75rem; font-weight: 700; text-transform: uppercase; letter-spacing: .04em; }
.fatal .badge { color: var(--bad); }
.warning .badge { color: var(--other); }
.evidence { margin: .35rem 0; padding-left: .8rem; border-left: 1px solid var(--line); }
.evidence li { margin: .3rem 0; }
.server, .axis { display: grid; grid-template-columns: minmax(0, 16rem) minmax(0, 1fr); gap: .15rem 1rem; margin: .55rem 0; }
.server > :first-child { grid-row: span 2; }
.server .said { grid-column: 2; }
.bar { display: block; width: 100%; height: 1.1rem; border-radius: .2rem; background: var(--none); align-self: center; }
.axis div { grid-column: 2; display: flex; justify-content: space-between; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .6rem 0 0; }
.key { width: .8rem; height: .8rem; border-radius: .15rem; vertical-align: -.05rem; margin-right: .3rem; }
.s-visible { fill: var(--good); }
.s-absent { fill: var(--wait); }
.s-unasked, .s-no-route { fill: var(--none); }
.s-different, .s-partial, .s-extra { fill: var(--other); }
.s-cname, .s-not-authoritative, .s-refused, .s-servfail, .s-malformed { fill: var(--bad); }
.s-timeout { fill: var(--dead); }
.pairs { display: grid; grid-template-columns: minmax(0, 16rem) minmax(0, 1fr); gap: .2rem 1rem; margin: .4rem 0; }
footer { color: var(--soft); font-size: .875rem; }
@media (max-width: 40rem) {
  .server, .axis, .pairs { grid-template-columns: minmax(0, 1fr); }
  .server > :first-child { grid-row: auto; }
  .server .said, .axis div { grid-column: 1; }
}
@media print { body { background: none; } .card, header { break-inside: avoid; } }
`;
