import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ALL_FORMATS,
  createExposition,
  createSelfMetrics,
} from '../../src/exporter/exposition/exposition.ts';
import type { Exposition } from '../../src/exporter/exposition/exposition.ts';
import type { Sample } from '../../src/exporter/probes/probes.ts';
import { createSeededRandom, createSilentLogger } from '../../src/std/std.ts';
import { FAILED, createReport, createRun } from '../support/fake-run.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { pageText } from '../support/page-text.ts';

const READER = join(import.meta.dirname, 'parsers/read-page.py');
/** Debian's Python, for which Debian's package is installed; another may come first on PATH. */
const PYTHON = '/usr/bin/python3';

type Read = readonly [
  kind: string,
  name: string,
  labels: readonly (readonly [string, string])[],
  value: string,
  exemplar: readonly [Record<string, string>, number, number] | null,
];

function read(parser: 'text' | 'openmetrics', page: string): readonly Read[] {
  const options = { input: page, encoding: 'utf8', maxBuffer: 1 << 30 } as const;
  const { status, stdout, stderr } = spawnSync(PYTHON, [READER, parser], options);
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Read);
}

const PIECES = ['|', ',', ':', '"', '\\', '\n', 'é', '😀', ' ', '{', '}', '#', '= ', '\\n', 'x'];

/** Hostile label values and numbers of every kind, on several targets, and everything that crmwatch says of itself. */
function fill(): { readonly exposition: Exposition; readonly expected: readonly string[] } {
  const selfMetrics = createSelfMetrics({
    logger: createSilentLogger(),
    declared: ['crmwatch_probe_start_delay_seconds'],
  });
  selfMetrics.observe('crmwatch_probe_start_delay_seconds', 0.02);
  const exposition = createExposition({ clock: createManualClock(1_001_250), selfMetrics });
  const random = createSeededRandom(7);
  const numbers = [
    0,
    -0,
    1,
    1e21,
    5e-324,
    0.1 + 0.2,
    -1e-7,
    12345678901234568,
    NaN,
    Infinity,
    -Infinity,
  ];
  const text = (): string =>
    Array.from(
      { length: 1 + Math.floor(random.next() * 4) },
      () => PIECES[Math.floor(random.next() * PIECES.length)],
    ).join('');
  const expected = new Map<string, string>();
  for (let index = 0; index < 20; index++) {
    const target = `${text()}${index}`;
    const samples = Array.from({ length: 100 }, (_, position): Sample => {
      const labels = { object: text(), field: `${text()}${position}` };
      return {
        metric: 'crm_missing_ratio',
        labels,
        value: numbers[position % numbers.length] ?? 0,
      };
    });
    const run = createRun(target, 'data_quality', { ok: true, samples, unknowns: [] });
    exposition.record(createReport(run));
    exposition.record(createReport(createRun(target, 'login', FAILED)));
    for (const { labels, value } of samples) {
      const pairs = Object.entries({ ...labels, target }).sort(([a], [b]) => (a < b ? -1 : 1));
      expected.set(JSON.stringify(pairs), String(value + 0));
    }
  }
  return {
    exposition,
    expected: [...expected].map(([labels, value]) => `${labels} ${value}`).sort(),
  };
}

function numberOf(text: string): number {
  return text === 'NaN' ? Number.NaN : Number(text.replace(/inf$/, 'Infinity'));
}

describe('read with the client library of Prometheus', () => {
  const { exposition, expected } = fill();
  const readable = ALL_FORMATS.filter(({ id }) => /^text|^openmetrics-[01]/.test(id));

  it.each(readable.map((format) => [format.id, format] as const))(
    '%s gives the samples that went in',
    async (id, format) => {
      const page = await exposition.render({
        accept: format.contentType,
        acceptEncoding: 'gzip',
        names: [],
      });
      expect(page.contentType).toBe(format.contentType);
      const samples = read(id.startsWith('text') ? 'text' : 'openmetrics', pageText(page));
      const name = (classic: string): string =>
        id.endsWith('dots') ? classic.replaceAll('_', '__') : classic;
      const found = samples
        .filter((sample) => sample[1] === name('crm_missing_ratio'))
        .map(([, , labels, value]) => `${JSON.stringify(labels)} ${String(numberOf(value) + 0)}`);
      expect([...found].sort()).toEqual(expected);
      const names = new Set(samples.map((sample) => sample[1]));
      for (const one of ['crm_probe_runs_total', 'process_cpu_seconds_total']) {
        expect(names).toContain(name(one));
      }
      expect([...names].filter((one) => one.endsWith('_created'))).toEqual([]);
      const keys = samples.map((sample) => JSON.stringify([sample[1], sample[2]]));
      expect(new Set(keys).size).toBe(keys.length);
    },
  );

  it('OpenMetrics carries an exemplar with the run that made the number', async () => {
    const accept = 'application/openmetrics-text;version=1.0.0';
    const samples = read(
      'openmetrics',
      pageText(await exposition.render({ accept, acceptEncoding: '', names: [] })),
    );
    const failures = samples.filter((sample) => sample[1] === 'crm_probe_run_failures_total');
    const exemplars = failures.flatMap((sample) => (sample[4] === null ? [] : [sample[4]]));
    expect(exemplars).toHaveLength(20);
    for (const [labels, value, seconds] of exemplars) {
      expect(labels['run_id']).toMatch(/^[0-9a-f]{16}$/);
      expect([value, seconds]).toEqual([0.25, 1000.25]);
    }
  });

  it.each([
    ['text', 'crm_x{a="1"} 1\ncrm_x{a="1} 2\n'],
    ['openmetrics', '# TYPE crm_x gauge\ncrm_x 1\n'],
    [
      'openmetrics',
      '# TYPE crm_x_total counter\ncrm_x_total 1\n# TYPE crm_y gauge\ncrm_y 1\n# TYPE crm_y gauge\n# EOF\n',
    ],
  ] as const)('a planted error in %s is seen', (parser, page) => {
    expect(() => read(parser, page)).toThrow(/ValueError|Invalid|Error/);
  });
});
