import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Fqdn } from '@domainproof/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { EXIT, type ExitCode } from '../src/exit-codes.js';
import { sanitize } from '../src/output/sanitize.js';
import type { PageContent, PageRecord } from '../src/report/content.js';
import { renderPage } from '../src/report/render.js';
import { temporaryFolder, useSimulator } from './harness.js';
import { finding, perspective, record, server } from './reports.js';

const CHANGES = { absent: 10, timeout: 300, visible: 700 } as const;
const history = Object.entries(CHANGES).map(([status, atMs]) => ({
  atMs,
  status: status as keyof typeof CHANGES,
}));

function render(
  records: readonly PageRecord[],
  given: Partial<PageContent> = {},
  code: ExitCode = EXIT.done,
) {
  const at = new Date('2026-01-02T03:04:05Z');
  const content = { command: 'wait', elapsedMs: 1_000, records, delegations: [], ...given } as const;
  return renderPage(content, code, { version: '1.2.3', at });
}

describe('the page of --report', () => {
  test('says the outcome in its title', () => {
    const title = (...given: Parameters<typeof render>) => /<title>(.*)<\/title>/.exec(render(...given))?.[1];
    const missing = record({ visible: false });
    const name = { ...record(), type: null, visible: null, values: [] };
    expect(title([record()])).toBe('a.example.net TXT is visible');
    expect(title([record()], {}, EXIT.notVisible)).toBe(
      'a.example.net TXT is visible, but something stands in the way',
    );
    expect(title([missing], {}, EXIT.notVisible)).toBe('a.example.net TXT is not visible');
    expect(title([record(), missing], {}, EXIT.notVisible)).toBe('1 of 2 records visible');
    expect(title([name])).toBe('Nothing is wrong with a.example.net');
    expect(title([name], {}, EXIT.notVisible)).toBe('Something is wrong with a.example.net');
  });

  test('has one bar for each server address, with a piece for each status over the time', () => {
    const page = render([record({ servers: [server({ history }), server({ address: '192.0.2.2' })] })]);
    const [first, second] = [...page.matchAll(/<svg class="bar".*?<\/svg>/g)].map(([bar]) => bar);
    expect(
      [...first!.matchAll(/class="s-(\w+)" x="([\d.]+)%" y="0" width="([\d.]+)%"/g)].map((m) => m.slice(1)),
    ).toEqual([
      ['absent', '1.00', '29.00'],
      ['timeout', '30.00', '40.00'],
      ['visible', '70.00', '30.00'],
    ]);
    expect(first).toContain('aria-label="not yet from 10 ms to 300 ms, no answer from 300 ms to 700 ms');
    expect(second).toContain('<title>visible from 5 ms to 1.00 s</title>');
  });

  test('shows a status that held for an instant, at the end too, and a history of a check without a clock', () => {
    const at = (...times: readonly number[]) => times.map((atMs) => ({ atMs, status: 'absent' as const }));
    const [first, second] = [at(0, 1_000), at(0)].map((times, index) => {
      const servers = [server({ history: times })];
      return render([record({ servers, elapsedMs: index === 0 ? 1_000 : 0 })]);
    });
    expect(first).toContain('x="99.40%" y="0" width="0.60%"');
    expect(second).toContain('x="0.00%" y="0" width="100.00%"');
  });

  test('shows findings by severity with evidence and remedy, the chain, perspectives and the delegation', () => {
    const evidence = [
      { server: 'ns1', question: 'a.example.net. TXT', answer: 'NXDOMAIN', at: '2026-01-02T00:00:00Z' },
    ];
    const page = render(
      [
        record({
          visible: false,
          verdict: 'blocked',
          findings: [
            finding({ severity: 'info', code: 'NO_IPV6_ROUTE' }),
            finding({ severity: 'fatal', code: 'CAA_FORBIDS', evidence }),
          ],
          chain: [
            {
              name: 'a.example.net.' as Fqdn,
              zone: 'example.net.' as Fqdn,
              target: 'b.example.org.' as Fqdn,
            },
          ],
          servers: [
            server({ status: 'different', values: Array.from({ length: 14 }, (_, index) => `old-${index}`) }),
            server({
              name: 'b.example.org.' as Fqdn,
              zone: '.' as Fqdn,
              rttMs: null,
              visibleAfterMs: 12,
              values: ['hidden'],
            }),
            server({ values: ['b.example.org.'] }),
            server({ address: '192.0.2.9', status: 'absent' }),
          ],
          perspectives: [
            perspective({ extendedErrors: ['DNSSEC Bogus'] }),
            perspective({ name: 'quad9', region: null, status: 'absent', rttMs: null, clearsInMs: 45_000 }),
          ],
        }),
      ],
      {
        delegations: [
          { zone: 'example.net.' as Fqdn, nameServers: [] },
          {
            zone: 'example.net.' as Fqdn,
            nameServers: [{ host: 'ns1.example.net.' as Fqdn, addresses: [] }],
            parent: {
              zone: '.' as Fqdn,
              hosts: ['ns1.example.net.', 'ns2.example.net.'] as Fqdn[],
              signed: true,
            },
            child: ['ns1.example.net.', 'ns3.example.net.'] as Fqdn[],
            truncated: true,
          },
          {
            zone: 'example.org.' as Fqdn,
            nameServers: [],
            parent: { zone: 'org.' as Fqdn, hosts: [], signed: false },
          },
        ],
      },
      EXIT.notVisible,
    );
    expect(page.indexOf('CAA_FORBIDS')).toBeLessThan(page.indexOf('NO_IPV6_ROUTE'));
    const texts = page.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
    for (const text of [
      'visible on 1 of 1 server address in 1.00 s, zone example.net; waiting will not change it',
      'ns1 was asked a.example.net. TXT and said NXDOMAIN (2026-01-02T00:00:00Z)',
      'What to do: Remove it.',
      'a.example.net → b.example.org in example.net',
      'old-11 and 2 more',
      '✓ visible · answered in 3 ms · 1 question → b.example.org.',
      'and more Signed:',
      'DNSSEC Bogus',
      'b.example.org at the name servers of the root',
      'cloudflare ARIN ✓ visible · answered in 12 ms · DNSSEC Bogus',
      'quad9 · not yet · its cache clears in 45.0 s',
      'the root → example.net',
      'ns1.example.net no address',
      'Signed: a DS record stands above.',
      'Not signed: no DS record stands above.',
      'Only the zone above lists: ns2.example.net',
      'Only the zone itself lists: ns3.example.net',
      'exit code 1',
      'Written by domainproof 1.2.3 at 2026-01-02T03:04:05.000Z.',
    ])
      expect(texts).toContain(text);
    expect(texts.match(/example\.net no address/g)).toHaveLength(1);
    expect(texts).not.toContain('hidden');
  });

  test('tells of records that could not be written, and of a zone that was not found', () => {
    const failures = [{ code: 'RECORD_CONFLICT', message: 'A CNAME is there.', retryable: false }] as const;
    const lost = record({ visible: false, zone: null, servers: [] });
    const page = render([lost], { failures }, EXIT.record);
    expect(page).toContain('<p>A CNAME is there.</p>');
    expect(page).toContain('visible on 0 of 0 server addresses in 1.00 s, no zone was found');
    expect(page).not.toContain('class="bar"');
  });

  test('of many records folds those that are visible, and links to each', () => {
    const records = Array.from({ length: 6 }, (_, index) => record({ visible: index > 0 }));
    const page = render(records, {}, EXIT.notVisible);
    expect(page.match(/<details class="card record" id="record-\d" open>/g)).toHaveLength(1);
    expect(page).toContain('<a href="#record-6">');
    expect(render(records.slice(1)).match(/ open>/g)).toHaveLength(5);
  });
});

/** Would run, load or reorder something if the page took it for more than text. */
const HOSTILE = [
  '<script>document.title="owned"</script>',
  '"><img src=x onerror="document.title=\'owned\'">',
  "'><svg onload=document.title='owned'>",
  '</style></title><style>*{display:none}</style>',
  'a\u202egnp.exe\u2066\u200b',
  '\u001b[31m\u0000\u0007\r\n\u009b',
  '&lt;b&gt; {{7*7}}',
  'javascript:alert(1)',
  'x'.repeat(3_000),
];

function hostilePage(): string {
  const fill = HOSTILE.join(' ');
  const texts = { host: fill, address: fill, name: fill, zone: fill } as unknown as Partial<
    ReturnType<typeof server>
  >;
  return render(
    HOSTILE.map((value) =>
      record({
        visible: false,
        name: fill as Fqdn,
        zone: fill as Fqdn,
        type: value,
        value,
        values: [value],
        chain: [{ name: fill as Fqdn, zone: fill as Fqdn, target: fill as Fqdn }],
        servers: [server({ ...texts, status: 'different', values: HOSTILE, history })],
        perspectives: [perspective({ name: fill, region: fill, status: 'different', values: HOSTILE })],
        findings: [
          finding({
            code: value,
            message: value,
            remedy: value,
            evidence: [{ server: value, question: value, answer: value, at: value }],
          }),
        ],
      }),
    ),
    {
      delegations: [
        {
          zone: fill as Fqdn,
          nameServers: [{ host: fill as Fqdn, addresses: HOSTILE }],
          parent: { zone: fill as Fqdn, hosts: [fill as Fqdn] },
          child: [],
        },
      ],
      failures: [{ code: 'INTERNAL', message: fill, retryable: false }],
    },
    EXIT.notVisible,
  );
}

const page = hostilePage();

describe('hostile values', () => {
  test('make no tag, no attribute and no comment beyond those of a harmless page', () => {
    const tags = new Set([...page.matchAll(/<\/?([a-z0-9!-]+)/gi)].map(([, tag]) => tag));
    expect(
      [...tags].filter((tag) => ['script', 'img', 'iframe', 'link', 'object', '!--'].includes(tag!)),
    ).toEqual([]);
    expect(page.match(/<style>/g)).toHaveLength(1);
    expect(page.match(/<title>[^<]*<\/title>\n/g)).toHaveLength(1);
    expect(page.match(/<[^>]*\son\w+=/)).toBeNull();
    expect(page.match(/<[^>]*\sstyle=/)).toBeNull();
    expect(
      [...page.matchAll(/(?:href|src)="([^"]*)"/g)].filter(([, url]) => !url!.startsWith('#record-')),
    ).toEqual([]);
  });

  test('leave no character that controls or reorders text', () => {
    const oneLine = page.replaceAll('\n', '');
    expect(sanitize(oneLine) === oneLine).toBe(true);
    expect(page.includes('a\\u202egnp.exe')).toBe(true);
  });

  test('are cut where they would fill the page', () => {
    const long = 'x'.repeat(3_000);
    const servers = [server({ status: 'different', values: [long] })];
    const shown = render([record({ visible: false, values: [long], servers })]);
    expect(shown.match(/x{20,}/g)?.map(({ length }) => length)).toEqual([399, 399]);
  });
});

const chromium = spawnSync('chromium', ['--version']);
const reason = chromium.error ? ' (skipped: chromium is not installed; Debian has it in chromium)' : '';

/** What the frame finds out about a page. */
interface Seen {
  title: string;
  bars: number;
  pieces: number;
  barHeight: number;
  background: string;
  /** Values that are shown at the records. */
  values: string[];
  /** Pixels by which the page is wider than its window. */
  overflow: number;
  /** Elements that no text may become. */
  intruders: string[];
}

/** Looks at each page in a window as wide as a phone's, and writes down what is there. */
const LOOK = `
Promise.all([...document.querySelectorAll('iframe')].map((frame) => new Promise((resolve) => {
  const look = () => {
    const page = frame.contentDocument;
    const all = (selector) => [...page.querySelectorAll(selector)];
    resolve({
      title: page.title,
      bars: all('svg.bar').length,
      pieces: all('svg.bar rect').length,
      barHeight: page.querySelector('svg.bar').getBoundingClientRect().height,
      background: frame.contentWindow.getComputedStyle(page.body).backgroundColor,
      values: all('details > p > code').map((code) => code.textContent),
      overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
      intruders: all('script, img, b, body style, svg:not(.bar, .key)').map((element) => element.outerHTML),
    });
  };
  frame.addEventListener('load', look);
  frame.src = frame.dataset.page;
}))).then((seen) => { document.querySelector('pre').textContent = encodeURIComponent(JSON.stringify(seen)); });
`;

describe.skipIf(chromium.error !== undefined)(`in a real browser${reason}`, () => {
  const folder = temporaryFolder();
  const servers = [server({ history }), server({ address: '192.0.2.2', history })];
  const plain = render([record({ servers, values: ['<b>bold</b>'] })]);
  let light: Seen;
  let dark: Seen;
  let hostile: Seen;
  let log: string;

  beforeAll(async () => {
    writeFileSync(join(folder, 'plain.html'), plain);
    writeFileSync(join(folder, 'hostile.html'), page);
    const frames = [
      ['plain', 'light'],
      ['plain', 'dark'],
      ['hostile', 'light'],
    ].map(
      ([name, scheme]) =>
        `<iframe data-page="${name}.html" width="390" height="844" style="border: 0; color-scheme: ${scheme}"></iframe>`,
    );
    const frame = join(folder, 'frame.html');
    writeFileSync(
      frame,
      `<!doctype html><meta charset="utf-8">${frames.join('')}<pre></pre><script>${LOOK}</script>`,
    );
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-extensions',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
      '--allow-file-access-from-files',
      '--enable-logging=stderr',
      '--virtual-time-budget=5000',
      `--user-data-dir=${join(folder, 'profile')}`,
      '--dump-dom',
    ];
    const { stdout, stderr } = await promisify(execFile)('chromium', [...flags, `file://${frame}`]);
    const [, seen] = /<pre>(.+?)<\/pre>/.exec(stdout)!;
    [light, dark, hostile] = JSON.parse(decodeURIComponent(seen!)) as [Seen, Seen, Seen];
    log = stderr;
    // A browser needs its time on a busy machine.
  }, 60_000);

  test('has its bars, its style and every value as text', () => {
    expect(light).toMatchObject({
      title: 'a.example.net TXT is visible',
      bars: 2,
      pieces: 6,
      values: ['<b>bold</b>'],
      intruders: [],
    });
    // The stylesheet is in force, so the page's own policy lets it in.
    expect(light.barHeight).toBeGreaterThan(10);
  });

  test('is light or dark as the reader likes it', () => {
    expect([light.background, dark.background]).toEqual(['rgb(246, 247, 249)', 'rgb(20, 23, 27)']);
  });

  test('is no wider than a phone', () => {
    expect([light.overflow, dark.overflow, hostile.overflow]).toEqual([0, 0, 0]);
  });

  test('stays text with hostile values', () => {
    expect(hostile.bars).toBe(HOSTILE.length);
    expect(hostile.intruders).toEqual([]);
    expect(hostile.title).toBe(`0 of ${HOSTILE.length} records visible`);
    expect(hostile.values[0]).toBe(HOSTILE[0]);
  });

  test('breaks no rule of its own policy and runs into no error', () => {
    expect(log.split('\n').filter((line) => line.includes('CONSOLE'))).toEqual([]);
  });
});

describe('--report', () => {
  const world = useSimulator();
  const folder = temporaryFolder();

  test('of wait and prove is written beside what goes to the streams, and replaces an older page', async () => {
    const file = join(folder, 'page.html');
    writeFileSync(file, 'older');
    const argv = ['_report.example.com', 'TXT', '<i>v</i>'];
    const proved = await world.run(['prove', ...argv, '--report', file, '--json']);
    expect([proved.code, proved.json().ok]).toEqual([0, true]);
    expect(proved.stderr).toContain(`report    ${file}`);
    const page = readFileSync(file, 'utf8');
    expect(page).toContain('domainproof prove, ');
    expect(page).toContain('<code>&lt;i&gt;v&lt;/i&gt;</code>');
    expect(page.match(/class="bar"/g)).toHaveLength(2);
    expect(page).toContain('ns1.huaweicloud-dns.cn');

    const waited = await world.run(['wait', ...argv, '--report', 'page.html'], { cwd: folder });
    expect(waited.code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('domainproof wait, ');
    expect(readdirSync(folder)).toEqual(['page.html']);
  });

  test.each([
    ['a folder that does not exist', 'missing/page.html', /missing does not exist/],
    ['a folder that is a file', 'file/page.html', /ENOTDIR|is no folder/],
    ['a folder in its place', 'folder', /it is a folder/],
  ])('is refused with the path and the reason for %s, before anything is asked', async (_, path, why) => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'), { recursive: true });
    const before = world.simulator.questions.length;
    for (const command of ['wait', 'prove', 'doctor']) {
      const argv = [command, '_x.example.com', 'TXT', 'v', '--report', join(folder, path), '--json'];
      const { code, json } = await world.run(argv);
      expect([code, json().error.code]).toEqual([2, 'USAGE']);
      expect(json().error.message).toContain(join(folder, path));
      expect(json().error.message).toMatch(why);
    }
    expect(world.simulator.questions.length).toBe(before);
  });

  test('that cannot be written in the end is told, and ends a run that went well with 2', async () => {
    const lost = join(folder, 'lost');
    for (const [value, code] of [
      ['<i>v</i>', EXIT.usage],
      ['other', EXIT.notVisible],
    ] as const) {
      mkdirSync(lost);
      const stderr = {
        text: '',
        write(text: string) {
          this.text += text;
          if (text.startsWith('servers ')) rmSync(lost, { recursive: true });
        },
      };
      const argv = ['wait', '_report.example.com', 'TXT', value, '--timeout', '300ms', '--json'];
      const run = await world.run([...argv, '--report', join(lost, 'page.html')], { stderr });
      expect(run.code).toBe(code);
      expect(run.json().ok).toBe(code === EXIT.usage);
      expect(stderr.text).toContain(`error: The file of --report cannot be written: ${lost}/page.html (`);
    }
  });
});
