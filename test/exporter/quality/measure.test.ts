import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connector, DataRow } from '../../../src/exporter/connectors/connectors.ts';
import { measureQuality, qualityChecksDecoder } from '../../../src/exporter/quality/quality.ts';
import type { QualityChecks, QualityReport } from '../../../src/exporter/quality/quality.ts';
import { decode, known, unknown } from '../../../src/std/std.ts';
import { countNaively, createTableConnector } from '../../support/fake-connector.ts';
import type { Requests, Tables } from '../../support/fake-connector.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const clock = createManualClock();
const DAY_MS = 86_400_000;

function checksOf(yaml: unknown): QualityChecks {
  const decoded = decode.run(qualityChecksDecoder, yaml);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
  return decoded.value;
}

const CHECKS = {
  default_country: 'DE',
  objects: {
    contact: {
      completeness: { fields: ['email', 'phone'] },
      duplicates: { keys: [['email'], ['name', 'city']] },
      validity: { email: 'email', phone: 'phone' },
      picklists: { city: ['a', 'a b'] },
      freshness: { field: 'updated_at', maximum_age: '30d' },
      orphans: [{ field: 'company_id', object: 'company' }],
    },
    company: {
      orphans: [{ field: 'parent_id', object: 'company' }],
    },
  },
};

async function measure(
  connector: Partial<Connector>,
  checks: QualityChecks = checksOf(CHECKS),
  signal: AbortSignal = new AbortController().signal,
): Promise<QualityReport> {
  const whole: Connector = { platform: 'fake', close: async () => {}, ...connector };
  return measureQuality(checks, { connector: whole, clock, timeoutMs: 1000, signal });
}

function keyed(report: QualityReport): Record<string, unknown> {
  const entries = report.measured.map(({ metric, labels, value }) => [
    `${metric} ${Object.values(labels).join(' ')}`,
    value.known ? value.value : value.reason,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

const text = fc.constantFrom(null, '', '  ', 'a', 'A ', 'b', ' ab', 'a b');
const contacts: fc.Arbitrary<DataRow> = fc.record({
  email: fc.constantFrom(null, '', 'ada@example.com', ' Ada@Example.com', 'x@', 'b@example.org'),
  phone: fc.constantFrom(null, ' ', '030 1234567', '+49 30 1234567', '12'),
  name: text,
  city: text,
  updated_at: fc.oneof(
    fc.constant(null),
    fc
      .integer({ min: -60, max: 1 })
      .map((days) => new Date(clock.now() + days * DAY_MS - 1).toISOString()),
  ),
  company_id: fc.constantFrom(null, 1, 2, '2', 3, 99),
});
const companies: fc.Arbitrary<readonly DataRow[]> = fc
  .uniqueArray(fc.integer({ min: 1, max: 5 }), { maxLength: 5 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({ id: fc.constant(id), parent_id: fc.constantFrom(null, 1, 7) }),
      ),
    ),
  );
const tables: fc.Arbitrary<Tables> = fc.record({
  contact: fc.array(contacts, { maxLength: 12 }),
  company: companies,
});

describe('measureQuality', () => {
  it('gives by scan what the naive oracle gives, and the same by aggregate', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (data) => {
        const { scan, aggregate } = createTableConnector(data);
        const scanned = keyed(await measure({ scan }));
        expect(keyed(await measure({ scan, aggregate }))).toEqual(scanned);
        const rows = data.contact?.length ?? 0;
        const share = (part: number, whole: number): number | string =>
          whole === 0 ? 'empty' : part / whole;
        const count = (aggregateOf: Parameters<typeof countNaively>[2], object = 'contact') =>
          countNaively(data, object, aggregateOf);
        const missing = (field: string): number => count({ kind: 'missing', field });
        const before = new Date(clock.now() - 30 * DAY_MS).toISOString();
        const parents = data.company?.filter((row) => row.parent_id !== null).length ?? 0;
        expect(scanned).toMatchObject({
          'crm_records contact': rows,
          'crm_missing_ratio contact email': share(missing('email'), rows),
          'crm_duplicate_ratio contact name+city': share(
            count({ kind: 'duplicates', key: ['name', 'city'] }),
            count({ kind: 'keyed', key: ['name', 'city'] }),
          ),
          'crm_stale_ratio contact': share(
            count({ kind: 'older_than', field: 'updated_at', before }),
            rows - missing('updated_at'),
          ),
          'crm_orphan_ratio contact company_id': share(
            count({ kind: 'orphans', field: 'company_id', object: 'company' }),
            rows - missing('company_id'),
          ),
          'crm_orphan_ratio company parent_id': share(
            count({ kind: 'orphans', field: 'parent_id', object: 'company' }, 'company'),
            parents,
          ),
          'crm_invalid_ratio contact city picklist': share(
            count({ kind: 'outside', field: 'city', values: ['a', 'a b'] }),
            rows - missing('city'),
          ),
          'crm_invalid_ratio contact phone phone': share(
            data.contact?.filter((row) => row.phone === '12').length ?? 0,
            rows - missing('phone'),
          ),
        });
      }),
      { numRuns: 60 },
    );
  });

  const small: Tables = {
    contact: [
      {
        email: 'a@example.com',
        phone: null,
        name: 'a',
        city: 'b',
        updated_at: null,
        company_id: 1,
      },
    ],
    company: [{ id: 1, parent_id: null }],
  };

  it('asks each engine once per object, and scans once for what is left', async () => {
    const requests: Requests = { aggregates: [], scans: [] };
    const { aggregate, scan } = createTableConnector(small, requests);
    await measure({ aggregate, scan });
    expect(requests).toEqual({ aggregates: ['contact', 'company'], scans: ['contact'] });
    requests.scans.length = 0;
    await measure({ scan });
    expect(requests.scans.sort()).toEqual(['company', 'contact']);
  });

  it('scans for an aggregate that the engine does not support, but not for a forbidden one', async () => {
    const { scan } = createTableConnector(small);
    const aggregate: Connector['aggregate'] = async (_call, _object, aggregates) => ({
      ok: true,
      value: aggregates.map(({ kind }) => {
        if (kind === 'duplicates') return unknown('not_supported', 'no');
        return kind === 'orphans' ? unknown('not_permitted', 'no') : known(4);
      }),
    });
    expect(keyed(await measure({ aggregate, scan }))).toMatchObject({
      'crm_records contact': 4,
      'crm_duplicate_ratio contact email': 0,
      'crm_orphan_ratio contact company_id': 'not_permitted',
    });
  });

  it('gives no share of nothing and no zero for what cannot be known', async () => {
    const nothing = keyed(await measure(createTableConnector({})));
    expect(nothing['crm_records contact']).toBe(0);
    expect(nothing['crm_missing_ratio contact email']).toBe('empty');
    const mute = keyed(await measure({}));
    expect(new Set(Object.values(mute))).toEqual(new Set(['not_supported']));
  });

  it('stops at the row limit, also when only the referenced object passes it', async () => {
    const company = Array.from({ length: 10 }, (_, id) => ({ id, parent_id: null }));
    const { scan, aggregate } = createTableConnector({ ...small, company });
    const checks = checksOf({ ...CHECKS, row_limit: 5 });
    const report = keyed(await measure({ scan }, checks));
    expect(report['crm_orphan_ratio contact company_id']).toBe('too_large');
    expect(report['crm_records company']).toBe('too_large');
    expect(report['crm_records contact']).toBe(1);
    const pushed = keyed(await measure({ scan, aggregate }, { ...checks, rowLimit: 0 }));
    expect(pushed['crm_records contact']).toBe(1);
    expect(pushed['crm_invalid_ratio contact email email']).toBe('too_large');
  });

  it('goes on after a failure of one object and keeps what it measured', async () => {
    const { scan } = createTableConnector(small);
    const broken: Connector['scan'] = async (call, object, fields, onPage) =>
      object === 'company'
        ? { ok: false, failure: { reason: 'not_found', detail: 'no company' } }
        : scan(call, object, fields, onPage);
    const report = await measure({ scan: broken });
    expect(report.failure?.reason).toBe('not_found');
    expect(keyed(report)).toMatchObject({ 'crm_records contact': 1 });
    expect(keyed(report)).not.toHaveProperty('crm_orphan_ratio contact company_id');
    expect(keyed(report)).not.toHaveProperty('crm_records company');
  });

  it('reports a run cut short by its deadline as timeout, never as complete', async () => {
    const abort = new AbortController();
    const { scan } = createTableConnector({
      ...small,
      contact: Array.from({ length: 9 }, () => small.contact?.[0] ?? {}),
    });
    const slow: Connector['scan'] = async (call, object, fields, onPage) =>
      scan(call, object, fields, (rows) => {
        const goOn = onPage(rows);
        abort.abort();
        return goOn;
      });
    const report = await measure({ scan: slow }, undefined, abort.signal);
    expect(report.failure?.reason).toBe('timeout');
    expect(report.measured).toEqual([]);
  });

  it('does not call a field without any date fresh', async () => {
    const contact = [{ ...small.contact?.[0], updated_at: 'yesterday' }] as DataRow[];
    const { scan } = createTableConnector({ ...small, contact });
    expect(keyed(await measure({ scan }))['crm_stale_ratio contact']).toBe('not_configured');
  });

  it('puts no value of a record into what it says', async () => {
    const secret = 'mallory-4711@example.com';
    const contact = [{ ...small.contact?.[0], email: secret, name: secret }] as DataRow[];
    const { scan } = createTableConnector({ ...small, contact });
    expect(JSON.stringify(await measure({ scan }))).not.toContain('mallory');
  });
});

describe('qualityChecksDecoder', () => {
  it('reports every problem with its place', () => {
    const result = decode.run(qualityChecksDecoder, {
      default_country: 'XX',
      row_limit: 0,
      objects: {
        contact: {
          validity: { email: 'mail' },
          duplicates: { keys: [[]] },
          orphans: [
            { field: 'company_id', object: 'company' },
            { field: 'company_id', object: 'account' },
          ],
        },
      },
    });
    expect(result.ok ? [] : result.problems.map((problem) => problem.place)).toEqual([
      'objects.contact.duplicates.keys[0]',
      'objects.contact.validity.email',
      'objects.contact.orphans',
      'row_limit',
      'default_country',
    ]);
  });
});
