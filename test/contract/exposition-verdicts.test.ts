import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  KNOWN_DURATIONS,
  KNOWN_NAMES,
  KNOWN_SAMPLES,
  knownPages,
} from '../support/exposition-pages.ts';

type Exemplar = {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: string;
  readonly timestampMs: number;
};

type Sample = {
  readonly labels: Readonly<Record<string, string>>;
  readonly value?: string;
  readonly histogram?: {
    readonly schema: number;
    readonly count: number;
    readonly sum: string;
    readonly buckets: readonly (readonly [lower: string, upper: string, count: string])[];
  };
  readonly exemplars?: readonly Exemplar[];
};

type Verdict = {
  readonly contentType: string;
  readonly sha256: string;
  readonly error?: string;
  readonly types: Readonly<Record<string, string>>;
  readonly samples: readonly Sample[];
};

const FILE = join(import.meta.dirname, '../fixtures/exposition/verdicts.json');
/** What the parsers of Prometheus 3.16 read from each page; made by verdicts/main.go beside it. */
const VERDICTS = JSON.parse(readFileSync(FILE, 'utf8')) as Readonly<Record<string, Verdict>>;

const FORMATS = Object.keys(VERDICTS)
  .filter((name) => name.startsWith('results '))
  .map((name) => name.slice('results '.length));

function verdictOn(name: string): Verdict {
  const verdict = VERDICTS[name];
  if (verdict === undefined) throw new Error(`there is no verdict on ${name}`);
  return verdict;
}

function numberOf(text: string | undefined): number {
  return Number(text?.replace('Inf', 'Infinity'));
}

/** Our own names in this format: only `dots` changes them. */
function ourName(format: string, name: string): string {
  return format.endsWith('dots') ? name.replaceAll('_', '__') : name;
}

describe('the parsers of a current Prometheus', () => {
  it('were asked about the very pages that are written today', async () => {
    const today = (await knownPages()).map(({ name, contentType, sha256 }) => [
      name,
      { contentType, sha256 },
    ]);
    const asked = Object.entries(VERDICTS).map(([name, { contentType, sha256 }]) => [
      name,
      { contentType, sha256 },
    ]);
    expect(
      Object.fromEntries(asked),
      'a page has changed: ask again as described in test/fixtures/exposition/verdicts/main.go',
    ).toEqual(Object.fromEntries(today));
    expect(FORMATS).toHaveLength(15);
  });

  it.each(FORMATS)('%s gives the samples that went in', (format) => {
    const { error, samples } = verdictOn(`results ${format}`);
    expect(error).toBeUndefined();
    const found = samples
      .filter(({ labels }) => labels['__name__'] === ourName(format, 'crm_missing_ratio'))
      .map(({ labels, value }) => [
        labels['target'],
        labels['object'],
        labels['field'],
        String(numberOf(value) + 0),
      ]);
    const expected = KNOWN_SAMPLES.map(([target, object, field, value]) => [
      target,
      object,
      field,
      String(value + 0),
    ]);
    const sorted = (rows: readonly unknown[]): string[] =>
      rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(found)).toEqual(sorted(expected));
    const keys = samples.map(({ labels }) => JSON.stringify(labels));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => /_created|_gsum|_gcount/.test(key))).toEqual([]);
  });

  it.each(FORMATS)('%s gives self-metrics with their types', (format) => {
    const { types, samples } = verdictOn(`results ${format}`);
    const buckets = samples.filter(
      ({ labels }) =>
        labels['__name__']?.replaceAll('__', '_') === 'crmwatch_probe_start_delay_seconds_bucket',
    );
    expect(buckets.length).toBeGreaterThan(10);
    expect(Object.values(types).toSorted()).toContain('histogram');
    const refusals = samples.find(
      ({ labels }) => labels['__name__'] === ourName(format, 'crmwatch_intake_refusals_total'),
    );
    expect(refusals).toMatchObject({ labels: { reason: 'x' }, value: '3' });
  });

  it.each(FORMATS.filter((format) => /^protobuf|^openmetrics-2/.test(format)))(
    '%s gives the native histogram, each duration in its bucket',
    (format) => {
      const name = ourName(format, 'crm_probe_run_duration_seconds');
      const { histogram } =
        verdictOn(`results ${format}`).samples.find(
          ({ labels }) => labels['__name__'] === name && labels['probe'] === 'login',
        ) ?? {};
      const sum = KNOWN_DURATIONS.reduce((total, duration) => total + duration, 0);
      expect(histogram).toMatchObject({
        schema: 3,
        count: KNOWN_DURATIONS.length,
        sum: String(sum),
      });
      const counts = histogram?.buckets.map(([lower, upper]) =>
        String(KNOWN_DURATIONS.filter((one) => one > Number(lower) && one <= Number(upper)).length),
      );
      expect(histogram?.buckets.map(([, , count]) => count)).toEqual(counts);
      expect(counts).toHaveLength(new Set(KNOWN_DURATIONS).size);
    },
  );

  it.each(FORMATS)('%s gives exemplars where the format has them', (format) => {
    const { samples } = verdictOn(`results ${format}`);
    const failures = samples.find(
      ({ labels }) =>
        labels['__name__'] === ourName(format, 'crm_probe_run_failures_total') &&
        labels['probe'] === 'login',
    );
    if (format.startsWith('text')) {
      expect(failures?.exemplars).toBeUndefined();
      return;
    }
    const [exemplar] = failures?.exemplars ?? [];
    expect(exemplar).toMatchObject({ value: '700', timestampMs: 1_000_250 });
    expect(exemplar?.labels[ourName(format, 'run_id')]).toMatch(/^[0-9a-f]{16}$/);
  });

  it('finds all exemplars of native histograms in OpenMetrics 2', () => {
    // The parser of protobuf in this version forgets some, from the second series of a family on.
    const { samples } = verdictOn('results openmetrics-2.0.0-underscores');
    const all = samples.flatMap(({ histogram, exemplars = [] }) =>
      histogram === undefined ? [] : exemplars.map(({ value }) => Number(value)),
    );
    expect(all).toEqual([0.25, 0.25, ...KNOWN_DURATIONS]);
  });
});

describe('names that are not classic', () => {
  const WHOLE = KNOWN_NAMES;
  const UNDERSCORED = ['metric_name', 'm_trique', 'plain', 'a_b__c__', '__first'];
  const DOTTED = ['metric_dot_name', 'm_trique', 'plain', 'a_b__c__', '___first'];
  const AS_VALUES = [
    'U__metric_2E_name',
    'U__m_E9_trique',
    'plain',
    'U__a_2F_b_20__22_c_22__5C_',
    'U___30___first',
  ];

  function namesIn(format: string): readonly string[] {
    if (/allow-utf-8|protobuf/.test(format)) return WHOLE;
    if (format.endsWith('dots')) return DOTTED;
    return format.endsWith('values') ? AS_VALUES : UNDERSCORED;
  }

  it.each(FORMATS)('are read from %s as the escaping has them', (format) => {
    const { error, samples } = verdictOn(`names ${format}`);
    expect(error).toBeUndefined();
    const gauges = samples.filter(({ labels, value, exemplars }) => {
      const name = labels['__name__'] ?? '';
      return (
        exemplars === undefined &&
        value === '1' &&
        labels['le'] === undefined &&
        !name.endsWith('_total')
      );
    });
    expect(gauges.map(({ labels }) => labels['__name__'])).toEqual(namesIn(format));
    const labelName = {
      dots: 'label_dot_name',
      values: 'U__label_2E_name',
      whole: 'label.name',
    }[/allow-utf-8|protobuf/.test(format) ? 'whole' : (format.split('-').at(-1) ?? '')];
    for (const { labels } of samples) {
      expect(labels[labelName ?? 'label_name']).toBe('v"\n\\');
      expect(labels['plain']).toBe('x');
    }
    if (format.startsWith('text')) return;
    expect(samples.filter(({ exemplars }) => exemplars?.[0]?.value === '1')).toHaveLength(5);
  });
});

describe('a page that is cut off', () => {
  it.each(FORMATS)('is an error in %s', (format) => {
    expect(verdictOn(`broken ${format}`).error).toMatch(/expected/);
  });
});
