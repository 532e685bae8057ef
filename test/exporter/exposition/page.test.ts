import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALL_FORMATS,
  createExposition,
  renderProbe,
  runIdOf,
} from '../../../src/exporter/exposition/exposition.ts';
import type { Exposition, ScrapeRequest } from '../../../src/exporter/exposition/exposition.ts';
import type { Sample } from '../../../src/exporter/probes/probes.ts';
import { FAILED, createReport, createRun } from '../../support/fake-run.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { metricsText, pageText } from '../../support/page-text.ts';

const OM1 = 'application/openmetrics-text;version=1.0.0';
const OM2 = 'application/openmetrics-text;version=2.0.0';

function ask(wish: Partial<ScrapeRequest>): ScrapeRequest {
  return { accept: '', acceptEncoding: '', names: [], ...wish };
}

function samples(count: number): readonly Sample[] {
  return Array.from({ length: count }, (_, index) => ({
    metric: 'crm_missing_ratio',
    labels: { object: 'contact', field: `field_${index}` },
    value: index / count,
  }));
}

function filled(targets: number, perTarget: number): Exposition {
  const exposition = createExposition({ clock: createManualClock(1_001_250) });
  for (let index = 0; index < targets; index++) {
    const result = { ok: true as const, samples: samples(perTarget), unknowns: [] };
    exposition.record(createReport(createRun(`crm-${index}`, 'data_quality', result)));
  }
  return exposition;
}

/** Messages with their length before each, which must end where the page ends. */
function messageCount(page: Uint8Array): number {
  let count = 0;
  let position = 0;
  while (position < page.length) {
    let length = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = page[position++] ?? 0;
      length += (byte % 128) * shift;
      if (byte < 128) break;
    }
    position += length;
    count += 1;
  }
  expect(position).toBe(page.length);
  return count;
}

describe('compression', () => {
  it('changes nothing but the bytes: members of a gzip file follow each other', async () => {
    const exposition = filled(20, 60);
    const plain = await exposition.render(ask({}));
    const packed = await exposition.render(ask({ acceptEncoding: 'gzip' }));
    expect(plain.contentEncoding).toBeUndefined();
    expect(packed.contentEncoding).toBe('gzip');
    const bytes = Buffer.concat(packed.body);
    expect(gunzipSync(bytes).toString()).toBe(pageText(plain));
    // Large chunks keep their compressed form until their probe runs again.
    const again = await exposition.render(ask({ acceptEncoding: 'gzip' }));
    expect(again.body.filter((part) => packed.body.includes(part)).length).toBeGreaterThanOrEqual(
      20,
    );
    exposition.record(createReport(createRun('crm-3', 'data_quality')));
    const later = await exposition.render(ask({ acceptEncoding: 'gzip' }));
    expect(later.body.filter((part) => packed.body.includes(part)).length).toBeGreaterThanOrEqual(
      19,
    );
    expect(gunzipSync(Buffer.concat(later.body)).toString()).not.toContain('crm-3",object');
  });

  it('gives the same page as none, in every format, whatever was kept of pages before', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('record' as const),
        target: fc.integer({ min: 0, max: 3 }),
        // Chunks on both sides of the size from which they are compressed by themselves.
        count: fc.integer({ min: 0, max: 30 }),
      }),
      fc.record({ kind: fc.constant('remove' as const), target: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ kind: fc.constant('scrape' as const), format: fc.constantFrom(...ALL_FORMATS) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const exposition = filled(4, 20);
        for (const one of steps) {
          if (one.kind === 'remove') exposition.removeTarget(`crm-${one.target}`);
          else if (one.kind === 'record') {
            const result = { ok: true as const, samples: samples(one.count), unknowns: [] };
            const run = createRun(`crm-${one.target}`, 'data_quality', result);
            exposition.record(createReport(run));
          } else {
            const accept = one.format.contentType;
            const [packed, plain] = await Promise.all([
              exposition.render(ask({ accept, acceptEncoding: 'gzip' })),
              exposition.render(ask({ accept })),
            ]);
            const unpacked = gunzipSync(Buffer.concat(packed.body));
            expect(unpacked.equals(Buffer.concat(plain.body))).toBe(true);
            const isEmpty = exposition.latest().length === 0;
            if (one.format.id === 'protobuf') expect(messageCount(unpacked) === 0).toBe(isEmpty);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('of nothing is a gzip file of nothing', async () => {
    for (const { contentType, end } of ALL_FORMATS) {
      const wish = { accept: contentType, acceptEncoding: 'gzip', names: ['nothing'] };
      const page = await filled(1, 1).render(wish);
      expect(gunzipSync(Buffer.concat(page.body)).equals(Buffer.from(end))).toBe(true);
    }
  });

  it('writes the length of a family anew when only a large chunk of it has changed', async () => {
    const exposition = filled(20, 8);
    const record = (count: number): void => {
      const result = { ok: true as const, samples: samples(count), unknowns: [] };
      exposition.record(createReport(createRun('large', 'data_quality', result)));
    };
    const accept = ALL_FORMATS.find(({ id }) => id === 'protobuf')?.contentType ?? '';
    for (const count of [60, 50, 70]) {
      record(count);
      const packed = await exposition.render(ask({ accept, acceptEncoding: 'gzip' }));
      expect(messageCount(gunzipSync(Buffer.concat(packed.body)))).toBeGreaterThan(5);
    }
  });

  it.each([
    ['gzip', true],
    ['gzip;q=1.0, identity;q=0.5', true],
    ['*', true],
    ['identity', false],
    ['gzip;q=0', false],
    ['zstd, br', false],
    ['', false],
  ])('is used for Accept-Encoding "%s": %s', async (acceptEncoding, isUsed) => {
    const page = await filled(1, 1).render(ask({ acceptEncoding }));
    expect(page.contentEncoding === 'gzip').toBe(isUsed);
  });
});

describe('what a scrape gets', () => {
  it('is of one moment, and shared by scrapes at the same time', async () => {
    const exposition = filled(3, 3);
    const [first, second] = [exposition.render(ask({})), exposition.render(ask({}))];
    exposition.record(createReport(createRun('late', 'login')));
    expect(await first).toBe(await second);
    expect(pageText(await first)).not.toContain('late');
    expect(await metricsText(exposition)).toContain('late');
  });

  it('is only what it names, a counter by either of its names', async () => {
    const exposition = filled(1, 1);
    for (const names of [['crm_probe_runs'], ['crm_probe_runs_total']]) {
      const lines = pageText(await exposition.render(ask({ names })))
        .trim()
        .split('\n');
      expect(lines.map((line) => line.replace(/ .*/, ''))).toEqual([
        '#',
        '#',
        'crm_probe_runs_total{target="crm-0",probe="data_quality"}',
      ]);
    }
    expect(pageText(await exposition.render(ask({ names: ['nothing'] })))).toBe('');
  });

  it('says how old each result is, at the time of the scrape', async () => {
    const clock = createManualClock(1_000_250);
    const exposition = createExposition({ clock });
    exposition.record(createReport(createRun('a', 'login')));
    const age = async (): Promise<string | undefined> =>
      /crm_probe_result_age_seconds\{.*\} (\S+)/.exec(await metricsText(exposition))?.[1];
    expect(await age()).toBe('0');
    await clock.advance(90_000);
    expect(await age()).toBe('90');
    for (const jumpMs of [-3_600_000, 7_200_000]) {
      clock.jump(jumpMs);
      expect(await age()).toBe('90');
    }
    exposition.record(createReport({ ...createRun('a', 'login'), endedAtMs: clock.now() - 2000 }));
    expect(await age()).toBe('2');
    const probe = await renderProbe([{ run: createRun('a', 'login'), ageSeconds: 7 }], ask({}));
    expect(pageText(probe)).toContain('crm_probe_result_age_seconds{probe="login"} 7\n');
    expect(pageText(probe)).toMatch(/# HELP crm_probe_result_age_seconds /);
    expect(await metricsText(filled(1, 1))).toMatch(
      /# HELP crm_missing_ratio .*crm_probe_result_age_seconds is its age/,
    );
  });

  it('forgets targets and probes that are gone', async () => {
    const exposition = filled(2, 2);
    exposition.setTarget({ name: 'crm-0', platform: 'x' });
    exposition.record(createReport(createRun('crm-1', 'login')));
    exposition.removeTarget('crm-0');
    exposition.removeProbe('crm-1', 'data_quality');
    const text = await metricsText(exposition);
    expect(text).not.toContain('crm-0');
    expect(text).not.toContain('data_quality');
    expect(exposition.latest().map(({ run }) => run.probe)).toEqual(['login']);
  });
});

describe('limits', () => {
  it('drop what is too much and say so, and stop saying so when it is over', async () => {
    const exposition = createExposition({
      clock: createManualClock(),
      limits: { seriesPerProbe: 30 },
    });
    const record = (count: number): void =>
      exposition.record(
        createReport(
          createRun('a', 'data_quality', { ok: true, samples: samples(count), unknowns: [] }),
        ),
      );
    record(100);
    const text = await metricsText(exposition);
    const kept = text.split('\n').filter((line) => line.startsWith('crm_missing_ratio{')).length;
    const dropped = Number(/crm_probe_series_dropped\{.*\} (\d+)/.exec(text)?.[1]);
    expect(kept + dropped).toBe(100);
    expect(kept).toBeLessThan(30);
    // What tells the state of the probe is never what is dropped.
    expect(text).toContain('crm_probe_hard_failure{target="a",probe="data_quality"} 0');
    record(5);
    expect(await metricsText(exposition)).not.toContain('crm_probe_series_dropped{');
  });

  it('let nobody write the cut form of another value', async () => {
    const exposition = createExposition({
      clock: createManualClock(),
      limits: { labelValueLength: 40 },
    });
    const record = (objects: readonly string[]): void =>
      exposition.record(
        createReport(
          createRun('a', 'data_quality', {
            ok: true,
            unknowns: [],
            samples: objects.map((object): Sample => ({
              metric: 'crm_records',
              labels: { object },
              value: 1,
            })),
          }),
        ),
      );
    const lines = async (): Promise<readonly string[]> =>
      (await metricsText(exposition)).split('\n').filter((line) => line.startsWith('crm_records{'));
    const long = 'x'.repeat(100);
    record([long]);
    const [cut = ''] = await lines();
    record([long, /object="([^"]*)"/.exec(cut)?.[1] ?? '']);
    expect(new Set(await lines()).size).toBe(2);
  });

  it('keep values apart that are the same up to where they are cut', async () => {
    const exposition = createExposition({
      clock: createManualClock(),
      limits: { labelValueLength: 40 },
    });
    const values = ['a', 'b', '\ud800', '\ud801'].map((end) => `${'😀'.repeat(30)}${end}`);
    const all = [...values, 'x\ud800', 'x\ud801', 'x\ufffd'];
    const result = {
      ok: true as const,
      unknowns: [],
      samples: all.map((object): Sample => ({
        metric: 'crm_records',
        labels: { object },
        value: 1,
      })),
    };
    exposition.record(createReport(createRun('a', 'data_quality', result)));
    const lines = (await metricsText(exposition))
      .split('\n')
      .filter((line) => line.startsWith('crm_records{'));
    expect(new Set(lines).size).toBe(all.length);
    for (const line of lines) {
      expect(line.isWellFormed()).toBe(true);
      expect(/object="([^"]*)"/.exec(line)?.[1]?.length).toBeLessThanOrEqual(40);
    }
  });
});

describe('histograms and exemplars', () => {
  const text = async (accept: string): Promise<string> => {
    const exposition = createExposition({ clock: createManualClock() });
    for (const durationSeconds of [0, 0.25, 0.25, 3]) {
      exposition.record(createReport({ ...createRun('a', 'login', FAILED), durationSeconds }));
    }
    return pageText(
      await exposition.render(
        ask({ accept, names: ['crm_probe_run_duration_seconds', 'crm_probe_run_failures'] }),
      ),
    );
  };
  const runId = runIdOf(createRun('a', 'login'));
  const labels = '{target="a",probe="login"}';

  it('show count and sum in text, without an exemplar', async () => {
    expect(await text('')).toBe(
      [
        '# HELP crm_probe_run_duration_seconds Durations of all runs of the probe since the exporter started; its buckets are native, so most formats show their sum and count alone.',
        '# TYPE crm_probe_run_duration_seconds histogram',
        'crm_probe_run_duration_seconds_bucket{target="a",probe="login",le="+Inf"} 4',
        `crm_probe_run_duration_seconds_sum${labels} 3.5`,
        `crm_probe_run_duration_seconds_count${labels} 4`,
        '# HELP crm_probe_run_failures_total Failed runs of the probe since the exporter started.',
        '# TYPE crm_probe_run_failures_total counter',
        `crm_probe_run_failures_total${labels} 4`,
        '',
      ].join('\n'),
    );
  });

  it('carry exemplars in OpenMetrics 1, where counters lose their suffix in TYPE', async () => {
    const page = await text(OM1);
    expect(page).toContain('# TYPE crm_probe_run_failures counter\n');
    expect(page).toContain(
      `crm_probe_run_failures_total${labels} 4 # {run_id="${runId}"} 3 1000.250\n`,
    );
    expect(page).toContain(`le="+Inf"} 4 # {run_id="${runId}"} 3 1000.250\n`);
    expect(page.endsWith('# EOF\n')).toBe(true);
    expect(page).not.toContain('_created');
  });

  it('are one value with native buckets in OpenMetrics 2', async () => {
    const page = await text(OM2);
    const exemplar = (value: number): string => ` # {run_id="${runId}"} ${value} 1000.250`;
    expect(page).toContain(
      `crm_probe_run_duration_seconds${labels} {count:4,sum:3.5,schema:3,zero_threshold:2.938735877055719e-39,zero_count:1,` +
        `positive_spans:[-16:1,28:1],positive_buckets:[2,1]}${[0, 0.25, 0.25, 3].map(exemplar).join('')}\n`,
    );
    expect(page).toContain('# TYPE crm_probe_run_failures_total counter\n');
  });
});
