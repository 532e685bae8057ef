import { describe, expect, it } from 'vitest';
import { judgeLook, proposeTarget } from '../../src/app/app.ts';
import type { ProbeLook } from '../../src/app/app.ts';
import { sampleObject } from '../../src/app/object-samples.ts';
import type { FieldSample, ObjectSample } from '../../src/app/object-samples.ts';
import { keepMeasured, proposeChecks } from '../../src/app/proposed-checks.ts';
import type { ProbeKindName } from '../../src/catalog/catalog.ts';
import type { Connector, DataRow } from '../../src/exporter/connectors/connectors.ts';
import type { ProbeResult, Sample, UnknownSample } from '../../src/exporter/probes/probes.ts';

function lookOf(kind: ProbeKindName, result: ProbeResult, durationSeconds = 1): ProbeLook {
  const times = { startedAtMs: 0, endedAtMs: 0, durationSeconds };
  return {
    kind,
    usualTimeoutMs: 10_000,
    run: { target: 'crm', platform: 'test', probe: kind, result, ...times },
  };
}

function told(samples: readonly Sample[], unknowns: readonly UnknownSample[] = []): ProbeResult {
  return { ok: true, samples, unknowns };
}

const sample = (metric: Sample['metric'], value: number): Sample => ({ metric, labels: {}, value });
const failed = (reason: 'authorization' | 'timeout'): ProbeResult => ({
  ok: false,
  failure: { reason, detail: 'so it is' },
  samples: [],
});
const unseen: UnknownSample = {
  metric: 'crm_failed_logins',
  labels: {},
  reason: 'not_permitted',
  detail: 'for administrators',
};

function propose(...probes: readonly ProbeLook[]): ReturnType<typeof proposeTarget> {
  return proposeTarget({ probes, objects: [] }, undefined);
}

describe('what a first look leads to', () => {
  it('switches off what may not be seen, and not what is in trouble today', () => {
    const jobs = lookOf('background_jobs', failed('authorization'));
    const accounts = lookOf('accounts', failed('timeout'));
    // The length of the window is no measurement.
    const window = sample('crm_failed_logins_window_seconds', 600);
    const logins = lookOf('failed_logins', told([window], [unseen]));
    expect([jobs, accounts, logins].map(judgeLook)).toEqual(['fails', 'passing', 'fails']);
    const { probes, remarks } = propose(jobs, accounts, logins);
    expect(probes).toEqual({
      background_jobs: { enabled: false },
      failed_logins: { enabled: false },
    });
    expect(remarks).toEqual([
      'the probe background_jobs is switched off: authorization: so it is',
      'the probe failed_logins is switched off: not_permitted: for administrators',
    ]);
  });

  it('raises thresholds of what is usual here above what was measured', () => {
    const quality = lookOf(
      'data_quality',
      told([sample('crm_missing_ratio', 0.1), sample('crm_missing_ratio', 0.21)]),
    );
    const { thresholds, remarks } = propose(
      quality,
      lookOf('api_latency', told([sample('crm_api_latency_seconds', 1.5)])),
    );
    expect(thresholds).toEqual({
      crm_missing_ratio: { warning: 0.27, critical: 0.42 },
      crm_api_latency_seconds: { warning: 1.9, critical: 4 },
    });
    expect(remarks[0]).toBe(
      'crm_missing_ratio is 0.21 now, above its usual warning of 0.08: its thresholds are raised; lower them when that is mended',
    );
  });

  it('leaves the thresholds of security, and says that they will alert', () => {
    const { thresholds, remarks } = propose(
      lookOf('certificate', told([sample('crm_certificate_remaining_seconds', 86_400)])),
      lookOf('accounts', told([sample('crm_second_factor_coverage_ratio', 0.1)])),
      lookOf('data_quality', told([sample('crm_stale_ratio', 1)])),
    );
    expect(thresholds).toEqual({});
    expect(remarks).toHaveLength(3);
    for (const remark of remarks) expect(remark).toMatch(/: it will alert$/);
  });

  it('gives a slow CRM more time', () => {
    expect(propose(lookOf('accounts', told([]), 12.2)).probes).toEqual({
      accounts: { timeout: '37s' },
    });
    expect(propose(lookOf('accounts', told([]), 4)).probes).toEqual({});
  });
});

function field(filled: number, formats: Partial<FieldSample> = {}): FieldSample {
  return { records: 100, filled, emails: 0, phones: 0, times: 0, ...formats };
}

function objectOf(object: string, fields: Readonly<Record<string, FieldSample>>): ObjectSample {
  return { object, fields: new Map(Object.entries(fields)), unreadable: [] };
}

describe('checks that are proposed', () => {
  const companies = objectOf('companies', { id: field(100) });
  const people = objectOf('people', {
    id: field(100),
    name: field(100),
    mail: field(80, { emails: 79 }),
    mobile: field(40, { phones: 30 }),
    company_id: field(90),
    note: field(0),
    modified: field(100, { times: 100 }),
  });
  const readable = new Map([companies, people].map((one) => [one.object, one]));

  it('are for fields that are mostly filled, formats that most values have, and objects that are there', () => {
    const { checks, leftOut } = proposeChecks(people, readable);
    expect(checks).toEqual({
      completeness: { fields: ['name', 'mail', 'company_id'] },
      duplicates: { keys: [['mail']] },
      validity: { mail: 'email', mobile: 'phone' },
      freshness: { field: 'modified', maximum_age: '365d' },
      orphans: [{ field: 'company_id', object: 'companies' }],
    });
    expect(leftOut).toEqual([
      'people.mobile is filled in 40 % only in the first 100 records',
      'people.note is empty in the first 100 records',
    ]);
  });

  it('refer to no object that cannot be read', () => {
    const { checks } = proposeChecks(people, new Map([['people', people]]));
    expect(checks.orphans).toBeUndefined();
  });

  it('lose what a trial could not measure', () => {
    const proposed = proposeChecks(people, readable);
    const unknowns = [
      { metric: 'crm_missing_ratio', labels: { object: 'people', field: 'name' } },
      { metric: 'crm_duplicate_ratio', labels: { object: 'people', key: 'mail' } },
      { metric: 'crm_stale_ratio', labels: { object: 'people' } },
    ] as const;
    const why = { reason: 'not_supported', detail: 'no filter takes it' } as const;
    const { run } = lookOf(
      'data_quality',
      told(
        [],
        unknowns.map((one) => ({ ...one, ...why })),
      ),
    );
    if (run === undefined) throw new Error('there is a run');
    const kept = keepMeasured(proposed, run);
    expect(kept.checks).toEqual({
      completeness: { fields: ['mail', 'company_id'] },
      validity: { mail: 'email', mobile: 'phone' },
      orphans: [{ field: 'company_id', object: 'companies' }],
    });
    expect(kept.leftOut.slice(-3)).toEqual([
      'people.name: crm_missing_ratio is not_supported: no filter takes it',
      'people.mail: crm_duplicate_ratio is not_supported: no filter takes it',
      'people: crm_stale_ratio is not_supported: no filter takes it',
    ]);
  });
});

describe('the sample of an object', () => {
  const rows: readonly DataRow[] = [
    { id: '1', email: 'a@example.com', phone: '030 123456', plz: '030 123456', seen: '2026-01-05' },
    { id: '2', email: '', phone: null, plz: null, seen: '2026-01-05T08:00:00Z' },
  ];
  const close = async (): Promise<void> => {};

  it('is one page of all fields', async () => {
    const asked: string[] = [];
    const connector: Connector = {
      platform: 'test',
      close,
      scan(_call, object, fields, onPage) {
        asked.push(`${object}: ${fields.join(' ')}`);
        expect(onPage(rows)).toBe(false);
        return Promise.resolve({ ok: true, value: { complete: false } });
      },
    };
    const fields = ['id', 'email', 'phone', 'plz', 'seen'];
    const found = await sampleObject(connector, 'people', fields, {
      timeoutMs: 1000,
      country: 'DE',
    });
    expect(asked).toEqual(['people: id email phone plz seen']);
    expect(found.fields.get('email')).toMatchObject({ records: 2, filled: 1, emails: 1 });
    // Digits are a telephone number without "+" only where the field is called so.
    expect(found.fields.get('phone')?.phones).toBe(1);
    expect(found.fields.get('plz')?.phones).toBe(0);
    expect(found.fields.get('seen')?.times).toBe(2);
  });

  it('is taken field by field where one stands in the way', async () => {
    const failure = { reason: 'authorization', detail: 'hidden' } as const;
    const connector: Connector = {
      platform: 'test',
      close,
      scan(_call, _object, fields, onPage) {
        if (fields.includes('phone')) return Promise.resolve({ ok: false, failure });
        onPage(rows);
        return Promise.resolve({ ok: true, value: { complete: false } });
      },
    };
    const found = await sampleObject(connector, 'people', ['id', 'phone'], { timeoutMs: 1000 });
    expect([...found.fields.keys()]).toEqual(['id']);
    expect(found.unreadable).toEqual([{ field: 'phone', failure }]);
    expect(found.failure).toBeUndefined();
    const none = await sampleObject(connector, 'people', ['phone'], { timeoutMs: 1000 });
    expect(none.failure).toEqual(failure);
  });

  it('is counted where no record is shown', async () => {
    const connector: Connector = {
      platform: 'test',
      close,
      aggregate: (_call, _object, aggregates) =>
        Promise.resolve({
          ok: true,
          value: aggregates.map(({ kind }) => ({ known: true, value: kind === 'rows' ? 10 : 2 })),
        }),
    };
    const found = await sampleObject(connector, 'people', ['name'], { timeoutMs: 1000 });
    expect(found.fields.get('name')).toMatchObject({ records: 10, filled: 8 });
  });
});
