import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Connector, DataRow } from '../../../src/exporter/connectors/connectors.ts';
import { measureQuality, qualityChecksDecoder } from '../../../src/exporter/quality/quality.ts';
import type { QualityReport } from '../../../src/exporter/quality/quality.ts';
import { createSeededRandom, decode } from '../../../src/std/std.ts';
import { createTableConnector } from '../../support/fake-connector.ts';
import type { Tables } from '../../support/fake-connector.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const clock = createManualClock();
const DAY_MS = 86_400_000;
const ago = (days: number): string => new Date(clock.now() - days * DAY_MS).toISOString();

type Sampler = Pick<Connector, 'scan' | 'sample'>;

/** Hands over those rows that `chosen` gives, as a platform does that can choose by chance. */
function samplerOf(
  tables: Tables,
  chosen: (rows: readonly DataRow[]) => readonly DataRow[],
): Sampler {
  const { scan } = createTableConnector(tables);
  return {
    scan,
    async sample(call, object, fields, _size, onPage) {
      const rows = tables[object] ?? [];
      const some = chosen(rows);
      const outcome = await createTableConnector({ ...tables, [object]: some }).scan(
        call,
        object,
        fields,
        onPage,
      );
      const isWhole = some.length === rows.length;
      return outcome.ok && !isWhole ? { ok: true, value: { complete: false } } : outcome;
    },
  };
}

async function measure(
  connector: Sampler,
  objects: object,
  options: object = { sample_size: 100 },
): Promise<QualityReport> {
  const decoded = decode.run(qualityChecksDecoder, { ...options, objects });
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
  const whole: Connector = { platform: 'fake', close: async () => {}, ...connector };
  const { signal } = new AbortController();
  return measureQuality(decoded.value, { connector: whole, clock, timeoutMs: 1000, signal });
}

function keyed({ measured }: QualityReport): Record<string, unknown> {
  const entries = measured.map(({ metric, labels, value }) => [
    [metric, ...Object.values(labels)].join(' '),
    value.known ? Number(value.value.toFixed(8)) : value.reason,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

const contact = (index: number): DataRow => ({
  id: index,
  email: index % 10 === 0 ? null : index % 10 === 1 ? 'no address' : `${index}@example.com`,
  stage: index % 5 === 0 ? 'Odd' : 'Won',
  updated_at: index % 4 === 0 ? ago(60) : ago(1),
  company_id: 1,
});
const contacts = Array.from({ length: 400 }, (_, index) => contact(index));
const firstHundred = (rows: readonly DataRow[]): readonly DataRow[] => rows.slice(0, 100);
const CONTACT = {
  completeness: { fields: ['email'] },
  duplicates: { keys: [['email']] },
  validity: { email: 'email' },
  picklists: { email: ['2@example.com'], stage: ['Won'] },
  freshness: { field: 'updated_at', maximum_age: '30d' },
  orphans: [{ field: 'company_id', object: 'company' }],
};

describe('measureQuality by sample', () => {
  it('estimates each share with the bounds of Wilson, and says what no sample tells', async () => {
    const sampler = samplerOf({ contact: contacts, company: [{ id: 1 }] }, firstHundred);
    const report = await measure(sampler, { contact: CONTACT });
    // The bounds are those of scipy.stats.binomtest(…).proportion_ci(method="wilson").
    expect(keyed(report)).toEqual({
      'crm_sampled_records contact': 100,
      'crm_records contact': 'undetermined',
      'crm_missing_ratio contact email': 0.1,
      'crm_sampled_bound_ratio contact email missing lower': 0.05522914,
      'crm_sampled_bound_ratio contact email missing upper': 0.17436566,
      'crm_duplicate_ratio contact email': 'undetermined',
      'crm_invalid_ratio contact email email': 0.11111111,
      'crm_sampled_bound_ratio contact email invalid_email lower': 0.06148319,
      'crm_sampled_bound_ratio contact email invalid_email upper': 0.19257785,
      'crm_invalid_ratio contact email picklist': 0.98888889,
      'crm_sampled_bound_ratio contact email invalid_picklist lower': 0.93971592,
      'crm_sampled_bound_ratio contact email invalid_picklist upper': 0.99803592,
      'crm_invalid_ratio contact stage picklist': 0.2,
      'crm_sampled_bound_ratio contact stage invalid_picklist lower': 0.13336693,
      'crm_sampled_bound_ratio contact stage invalid_picklist upper': 0.28882917,
      'crm_stale_ratio contact': 0.25,
      'crm_sampled_bound_ratio contact updated_at stale lower': 0.17545211,
      'crm_sampled_bound_ratio contact updated_at stale upper': 0.34304464,
      'crm_orphan_ratio contact company_id': 'undetermined',
    });
    expect(report.failure).toBeUndefined();
  });

  it('is exact, without bounds, where all records were read after all', async () => {
    const tables = { contact: contacts, company: [{ id: 1 }] };
    const whole = await measure(
      samplerOf(tables, (rows) => rows),
      { contact: CONTACT },
    );
    const scanned = await measure(samplerOf(tables, firstHundred), { contact: CONTACT }, {});
    expect(keyed(whole)).toEqual(keyed(scanned));
    expect(keyed(whole)).toMatchObject({ 'crm_records contact': 400 });
  });

  it('reads all where the platform cannot choose', async () => {
    const { scan } = createTableConnector({ contact: contacts });
    expect(keyed(await measure({ scan }, { contact: {} }))).toEqual({ 'crm_records contact': 400 });
  });

  it('tells no orphans from identifiers of which some were read', async () => {
    const company = Array.from({ length: 300 }, (_, id) => ({ id }));
    const sampler = samplerOf({ contact: contacts, company }, (rows) =>
      rows.length === 300 ? firstHundred(rows) : rows,
    );
    const { orphans } = CONTACT;
    const report = await measure(sampler, { contact: { volume: false, orphans } });
    expect(keyed(report)).toEqual({ 'crm_orphan_ratio contact company_id': 'too_large' });
  });

  it('is unknown, and no 0, where nothing in the sample has a value', async () => {
    const empty = contacts.map((row) => ({ ...row, email: null }));
    const { validity } = CONTACT;
    const report = await measure(samplerOf({ contact: empty }, firstHundred), {
      contact: { volume: false, validity },
    });
    expect(keyed(report)).toEqual({
      'crm_sampled_records contact': 100,
      'crm_invalid_ratio contact email email': 'undetermined',
    });
  });

  it('has the share of all within its bounds 19 times in 20', async () => {
    const random = createSeededRandom(7);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0.02, 0.1, 0.5), async (share) => {
        let inside = 0;
        const repetitions = 400;
        for (let repetition = 0; repetition < repetitions; repetition++) {
          const sampled = Array.from({ length: 120 }, () => ({
            email: random.next() < share ? null : 'a@example.com',
          }));
          const sampler = samplerOf({ contact: [...sampled, {}] }, () => sampled);
          const seen = keyed(
            await measure(sampler, { contact: { completeness: { fields: ['email'] } } }),
          );
          const bound = (name: string): number =>
            Number(seen[`crm_sampled_bound_ratio contact email missing ${name}`]);
          if (bound('lower') <= share && share <= bound('upper')) inside += 1;
        }
        // Four standard deviations of what 95 % of 400 have, below which chance hardly ever leads.
        expect(inside / repetitions).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / 400));
      }),
      { numRuns: 3 },
    );
  });

  it.each([
    [{ sample_size: 99 }, 'sample_size'],
    [{ sample_size: 100_001 }, 'sample_size'],
  ])('refuses %j', (options, place) => {
    expect(decode.run(qualityChecksDecoder, options)).toMatchObject({
      ok: false,
      problems: [{ place }],
    });
  });
});
