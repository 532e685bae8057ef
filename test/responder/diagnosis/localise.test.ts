import { describe, expect, it } from 'vitest';
import { FAILURE_REASONS } from '../../../src/catalog/catalog.ts';
import type { FailureReason } from '../../../src/catalog/catalog.ts';
import { localise } from '../../../src/responder/diagnosis/diagnosis.ts';
import { EMAIL, alertOf, evidenceOf, probeOf, signalOf } from './invented-evidence.ts';

describe('localise', () => {
  it('puts what fails before what is slow, and early phases before late ones', () => {
    const evidence = evidenceOf({
      probes: [
        probeOf('data_quality', 'timeout'),
        probeOf('login', 'tcp'),
        probeOf('reachability', 'tcp'),
      ],
      signals: [signalOf('crm_api_latency_seconds', 50, { labels: { call: 'light' } })],
    });
    const suspects = localise(evidence);
    expect(suspects.map((suspect) => suspect.name)).toEqual(['service', 'network', 'api']);
    expect(suspects[0]?.why).toBe(`login, reachability fail: ${FAILURE_REASONS.tcp}`);
    expect(suspects[0]?.link).toEqual({ kind: 'probe', name: 'login' });
  });

  it('has a component and a place in the order for every reason', () => {
    const reasons = Object.keys(FAILURE_REASONS) as FailureReason[];
    for (const reason of reasons) {
      const suspects = localise(evidenceOf({ probes: [probeOf('login', reason)] }));
      expect(suspects).toHaveLength(1);
      expect(suspects[0]?.score).toBeGreaterThan(10_000);
      expect(suspects[0]?.score).toBeLessThanOrEqual(20_001);
    }
  });

  it('ranks series by their largest robust deviation since the onset, to the bad side only', () => {
    const deals = { object: 'deal', field: 'owner' };
    const evidence = evidenceOf({
      signals: [
        signalOf('crm_missing_ratio', 0.3, { labels: EMAIL }),
        // Worse once, back to normal now.
        signalOf('crm_missing_ratio', 0.02, { labels: deals, recent: [0.02, 0.9, 0.02] }),
        // Much better than usual.
        signalOf('crm_login_duration_seconds', 0.001, {
          baselineMedian: 9,
          baselineInterquartileRange: 0.01,
        }),
        signalOf('crm_jobs', null, { labels: { state: 'failed' } }),
      ],
    });
    const suspects = localise(evidence);
    expect(suspects.map((suspect) => suspect.name)).toEqual([
      'data:deal.owner',
      'data:contact.email',
    ]);
    expect(suspects[1]?.score).toBeCloseTo(28, 9);
    expect(suspects[1]?.why).toBe(
      'the missing ratio of contact.email is 0.3, 28 robust deviations above its usual 0.02 (bad above 0.08)',
    );
  });

  it('falls back on what alerts name, and suspects nothing without cause', () => {
    const alerts = [
      alertOf('CrmRecordsDropped', { object: 'deal' }),
      alertOf('CrmPluginFailed', { plugin: 'disk' }),
      alertOf('CrmExporterDown'),
      alertOf('CrmWatchdog'),
    ];
    expect(localise(evidenceOf({ alerts })).map((suspect) => suspect.name)).toEqual([
      'data:deal',
      'plugin:disk',
      'monitoring',
    ]);
    expect(localise(evidenceOf())).toEqual([]);
  });

  it('names the series of a component, the worst first, of equal ones that which began first, and no copies', () => {
    const slow = (call: string, value: number, onsetAtMs: number | null) =>
      signalOf('crm_api_latency_seconds', value, { labels: { call }, onsetAtMs });
    const far = 1e9;
    const [suspect] = localise(
      evidenceOf({
        signals: [
          slow('unknown', far, null),
          slow('late', far + 1, 2000),
          slow('early', far + 2, 1000),
          slow('copy', far + 2, 1000),
          slow('less', 0.5, 0),
          slow('usual', 0.021, null),
        ],
      }),
    );
    expect(suspect?.signals.map(({ labels, score }) => [labels['call'], score])).toEqual([
      ['early', 10_000],
      ['late', 10_000],
      ['unknown', 10_000],
      ['less', 48],
    ]);
  });

  it('puts what began first before what began later, at the same distance', () => {
    const missing = (field: string, onsetAtMs: number) =>
      signalOf('crm_missing_ratio', 0.32, { labels: { object: 'deal', field }, onsetAtMs });
    const suspects = localise(evidenceOf({ signals: [missing('late', 2), missing('early', 1)] }));
    expect(suspects.map(({ name }) => name)).toEqual(['data:deal.early', 'data:deal.late']);
  });

  it('puts what is called before its caller when it left the usual at least half as far', () => {
    const signals = [
      signalOf('crm_api_latency_seconds', 9, { labels: { call: 'light' } }),
      signalOf('crm_phase_duration_seconds', 6, { labels: { phase: 'tcp' } }),
    ];
    const suspects = localise(evidenceOf({ signals }));
    expect(suspects.map(({ name, movedBefore }) => [name, movedBefore])).toEqual([
      ['network', 'api'],
      ['api', undefined],
    ]);
    const [latency, phase] = signals;
    const slight = phase === undefined ? [] : [{ ...phase, lowest: 2, highest: 2 }];
    const others = latency === undefined ? [] : [latency];
    expect(localise(evidenceOf({ signals: [...slight, ...others] }))[0]?.name).toBe('api');
  });
});

describe('localise over several targets', () => {
  const slow = (value: number) =>
    signalOf('crm_api_latency_seconds', value, { labels: { call: 'light' } });

  it('puts a target that is depended on before the one that waits for it, by way of others too', () => {
    const evidence = evidenceOf({
      target: 'shop',
      dependsOn: ['hub'],
      signals: [slow(9)],
      related: [
        { target: 'hub', dependsOn: ['customer-db'], probes: [], signals: [] },
        { target: 'customer-db', dependsOn: [], probes: [], signals: [slow(6)] },
      ],
    });
    expect(localise(evidence)).toMatchObject([
      { target: 'customer-db', component: 'api', name: 'customer-db: api', movedBefore: 'api' },
      { target: 'shop', component: 'api', name: 'api' },
    ]);
    const unrelated = { ...evidence, dependsOn: [] };
    expect(localise(unrelated).map(({ target }) => target)).toEqual(['shop', 'customer-db']);
  });

  it('lays the failed logins of one target to the outage of another', () => {
    const sso = {
      target: 'sso',
      dependsOn: [],
      probes: [probeOf('reachability', 'tcp')],
      signals: [],
    };
    const probes = [probeOf('login', 'timeout'), probeOf('reachability', null)];
    const evidence = evidenceOf({ target: 'shop', dependsOn: ['sso'], probes, related: [sso] });
    expect(localise(evidence).map(({ name }) => name)).toEqual(['sso: service', 'network']);
  });

  it('lays what is slow to what a plugin sees on the machine that it runs on', () => {
    const labels = { plugin: 'disk', label: 'queue', unit: 'number' };
    const usual = { baselineMedian: 1, baselineInterquartileRange: 0 };
    const host = {
      target: 'host',
      dependsOn: [],
      probes: [],
      signals: [signalOf('crm_plugin_value', 600, { labels, ...usual })],
    };
    const evidence = evidenceOf({
      target: 'shop',
      dependsOn: ['host'],
      signals: [slow(9)],
      related: [host],
    });
    expect(localise(evidence).map(({ name }) => name)).toEqual(['host: plugin:disk', 'api']);
    const alone = { ...evidence, dependsOn: [] };
    expect(localise(alone).map(({ name }) => name)).toEqual(['api', 'host: plugin:disk']);
  });

  it('has an end and no circles, however many suspects there are', () => {
    const fields = Array.from({ length: 400 }, (_, index) =>
      signalOf('crm_missing_ratio', 0.9, { labels: { object: 'deal', field: `f${index}` } }),
    );
    const evidence = evidenceOf({
      target: 'a',
      dependsOn: ['b'],
      signals: fields,
      related: [{ target: 'b', dependsOn: ['a'], probes: [], signals: [slow(9)] }],
    });
    const suspects = localise(evidence);
    expect(suspects).toHaveLength(100);
    expect(new Set(suspects.map(({ name }) => name)).size).toBe(100);
  });
});
