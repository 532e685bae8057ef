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
      alertOf('CrmExporterDown'),
      alertOf('CrmWatchdog'),
    ];
    expect(localise(evidenceOf({ alerts })).map((suspect) => suspect.name)).toEqual([
      'data:deal',
      'monitoring',
    ]);
    expect(localise(evidenceOf())).toEqual([]);
  });
});
