import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FAILURE_REASONS,
  MEASUREMENT_NAMES,
  PROBE_KIND_NAMES,
} from '../../../../src/catalog/catalog.ts';
import type { FailureReason } from '../../../../src/catalog/catalog.ts';
import { extractFeatures, localise } from '../../../../src/responder/diagnosis/diagnosis.ts';
import type { Evidence } from '../../../../src/responder/evidence/evidence.ts';
import { EMAIL, alertOf, evidenceOf, probeOf, signalOf } from '../invented-evidence.ts';

function valueOf(evidence: Evidence, name: string): number | undefined {
  return extractFeatures(evidence).get(name)?.value;
}

function textOf(evidence: Evidence, name: string): string | undefined {
  return extractFeatures(evidence).get(name)?.subject.text;
}

describe('extractFeatures', () => {
  it('counts alerts by name and ignores the watchdog', () => {
    const evidence = evidenceOf({
      alerts: [
        alertOf('CrmDataIncomplete', EMAIL),
        alertOf('CrmDataIncomplete', { object: 'deal', field: 'owner' }),
        alertOf('CrmWatchdog'),
      ],
    });
    expect(valueOf(evidence, 'alert:CrmDataIncomplete')).toBe(1);
    expect(valueOf(evidence, 'alert:CrmDataIncomplete:count')).toBeCloseTo(Math.log(3), 12);
    expect(valueOf(evidence, 'alert:CrmUnreachable')).toBe(0);
    expect(valueOf(evidence, 'alert:CrmWatchdog')).toBeUndefined();
    expect(valueOf(evidence, 'group:alerts')).toBeCloseTo(Math.log(3), 12);
    expect(valueOf(evidence, 'group:alert_names:several')).toBe(0);
    expect(valueOf(evidence, 'group:objects:several')).toBe(1);
    expect(valueOf(evidence, 'area:quality:share')).toBe(1);
  });

  it('tells failed, hard and missing probes and their reasons apart', () => {
    const evidence = evidenceOf({
      probes: [
        probeOf('reachability', 'tcp'),
        probeOf('login', 'tcp'),
        { ...probeOf('accounts', 'authorization'), hardFailure: false },
        { probe: 'data_quality', success: null, reason: null, hardFailure: null, attempt: null },
        probeOf('certificate', null),
        { probe: 'failed_logins', success: null, reason: null, hardFailure: true, attempt: 3 },
      ],
    });
    expect(valueOf(evidence, 'probe:reachability:failed')).toBe(1);
    expect(valueOf(evidence, 'probe:accounts:hard')).toBe(0);
    expect(valueOf(evidence, 'probe:data_quality:missing')).toBe(1);
    expect(valueOf(evidence, 'probe:data_quality:failed')).toBe(0);
    expect(valueOf(evidence, 'probe:failed_logins:failed')).toBe(1);
    // A kind that the platform does not have is not missing.
    expect(valueOf(evidence, 'probe:api_quota:missing')).toBe(0);
    expect(valueOf(evidence, 'reason:tcp')).toBeCloseTo(Math.log(3), 12);
    expect(valueOf(evidence, 'reason:tcp:share')).toBeCloseTo(2 / 4, 12);
    expect(valueOf(evidence, 'reason:authorization:any')).toBe(1);
    expect(valueOf(evidence, 'group:probes_failed:several')).toBe(1);
    expect(textOf(evidence, 'reason:tcp')).toMatch(/^2 of 4 failed probes fail because/);
    expect(textOf(evidence, 'probe:login:failed')).toBe('probe login fails (tcp)');
  });

  it('describes the worst series of a family and links to it', () => {
    const other = { object: 'deal', field: 'owner' };
    const evidence = evidenceOf({
      signals: [
        signalOf('crm_missing_ratio', 0.021, { labels: other }),
        signalOf('crm_missing_ratio', 0.43, {
          labels: EMAIL,
          baselineInterquartileRange: 0.0195,
        }),
      ],
    });
    const feature = extractFeatures(evidence).get('signal:crm_missing_ratio:z');
    expect(feature?.value).toBeCloseTo(Math.log1p((0.43 - 0.02) / 0.0195 - 1), 12);
    expect(feature?.subject).toMatchObject({
      key: 'signal:crm_missing_ratio',
      text: 'the missing ratio of contact.email is 0.43, 21 robust deviations above its usual 0.02 (bad above 0.08)',
      link: { kind: 'metric', name: 'crm_missing_ratio', labels: EMAIL },
      abnormal: true,
    });
    expect(valueOf(evidence, 'signal:crm_missing_ratio:breach')).toBeCloseTo(
      Math.log(0.43 / 0.08),
      12,
    );
    expect(valueOf(evidence, 'signal:crm_missing_ratio:breaching')).toBeCloseTo(Math.log(2), 12);
  });

  it('floors the spread, so that a constant or zero baseline gives no infinity', () => {
    const constant = { baselineInterquartileRange: 0, baselineMedian: 1000 };
    const of = (current: number, parts: object): number | undefined =>
      valueOf(
        evidenceOf({
          signals: [signalOf('crm_records', current, { labels: { object: 'deal' }, ...parts })],
        }),
        'signal:crm_records:z',
      );
    expect(of(500, constant)).toBeCloseTo(-Math.log1p(49), 12);
    expect(of(1000, constant)).toBe(0);
    expect(of(3, { baselineMedian: 0, baselineInterquartileRange: 0 })).toBeCloseTo(
      Math.log1p(5),
      12,
    );
    expect(of(3, { baselineMedian: null, baselineInterquartileRange: null })).toBe(0);
  });

  it('measures a breach on either side, through zero too', () => {
    const breach = (current: number, usual: number | null): number | undefined =>
      valueOf(
        evidenceOf({
          signals: [
            signalOf('crm_certificate_remaining_seconds', current, { baselineMedian: usual }),
          ],
        }),
        'signal:crm_certificate_remaining_seconds:breach',
      );
    const day = 86_400;
    expect(breach(90 * day, 91 * day)).toBe(0);
    expect(breach(7 * day, 91 * day)).toBeCloseTo(Math.log(2), 12);
    expect(breach(7 * day, null)).toBeCloseTo(Math.log(2), 12);
    expect(breach(-5, 91 * day)).toBe(5);
    // What was past the threshold before the onset too is not new.
    expect(breach(7 * day, 7 * day)).toBe(0);
    expect(breach(3.5 * day, 7 * day)).toBeCloseTo(Math.log(2), 12);
  });

  it('keeps phases and states apart and marks what is missing', () => {
    const evidence = evidenceOf({
      signals: [
        signalOf('crm_phase_duration_seconds', 3, { labels: { phase: 'dns' } }),
        signalOf('crm_phase_duration_seconds', null, { labels: { phase: 'http' } }),
      ],
    });
    expect(valueOf(evidence, 'signal:crm_phase_duration_seconds[dns]:z')).toBeGreaterThan(3);
    expect(valueOf(evidence, 'signal:crm_phase_duration_seconds[tls]:z')).toBe(0);
    expect(valueOf(evidence, 'signal:crm_phase_duration_seconds[http]:missing')).toBe(1);
    expect(textOf(evidence, 'signal:crm_phase_duration_seconds[http]:z')).toBe(
      'the phase duration seconds of http is missing',
    );
  });

  it('knows labels of closed sets, and puts what it never saw into one place', () => {
    const features = extractFeatures(
      evidenceOf({
        alerts: [
          alertOf('CrmProbeFailed', { probe: 'login', reason: 'gremlins', object: 'contact' }),
          { ...alertOf('CrmApiSlow'), name: 'HostOutOfMemory', severity: 'page' },
        ],
      }),
    );
    const set = [...features.values()].filter(
      ({ name, value }) => name.startsWith('label:') && value !== 0,
    );
    expect(set.map(({ name, value }) => [name, value])).toEqual([
      ['label:severity:warning', 1],
      ['label:severity:other', 1],
      ['label:probe:login', 1],
      ['label:reason:other', 1],
    ]);
    expect(features.get('alert:other')?.value).toBe(1);
    expect(features.get('alert:other')?.subject.text).toBe('1 alert of other rules fires');
    expect(features.get('label:probe:login')?.subject.text).toBe('alerts name the probe login');
  });

  it('tells where a series goes, in spreads per minute', () => {
    const slope = (perMinute: number | null): number | undefined =>
      valueOf(
        evidenceOf({
          signals: [
            signalOf('crm_failed_logins', 50, {
              baselineMedian: 2,
              baselineInterquartileRange: 4,
              slope: perMinute,
            }),
          ],
        }),
        'signal:crm_failed_logins:slope',
      );
    expect(slope(20)).toBeCloseTo(Math.log1p(5), 12);
    expect(slope(-20)).toBeCloseTo(-Math.log1p(5), 12);
    expect(slope(null)).toBe(0);
    expect(slope(Number.MAX_VALUE)).toBeCloseTo(Math.log1p(10_000), 12);
  });

  it('gives the same finite features for any evidence, whatever the CRM is called', () => {
    const names = [...extractFeatures(evidenceOf()).keys()];
    const nullable = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));
    const signals = fc.array(
      fc
        .record({
          metric: fc.constantFrom(...MEASUREMENT_NAMES),
          current: nullable,
          baselineMedian: nullable,
          baselineInterquartileRange: fc.option(
            fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
          ),
          threshold: nullable,
          slope: nullable,
          lowest: nullable,
          highest: nullable,
          onsetAtMs: fc.option(fc.nat()),
        })
        .map(({ metric, current, ...parts }) => signalOf(metric, current, parts)),
      { maxLength: 8 },
    );
    const reasons = Object.keys(FAILURE_REASONS) as FailureReason[];
    const probes = fc.array(
      fc
        .tuple(fc.constantFrom(...PROBE_KIND_NAMES), fc.option(fc.constantFrom(...reasons)))
        .map(([probe, reason]) => probeOf(probe, reason)),
    );
    fc.assert(
      fc.property(signals, probes, fc.string(), (someSignals, someProbes, name) => {
        const evidence = evidenceOf({ signals: someSignals, probes: someProbes });
        const features = extractFeatures(evidence);
        expect([...features.keys()]).toEqual(names);
        expect([...features.values()].every((feature) => Number.isFinite(feature.value))).toBe(
          true,
        );
        expect(extractFeatures({ ...evidence, target: name, platform: name })).toEqual(features);
        const related = { target: name, dependsOn: [], probes: someProbes, signals: someSignals };
        const suspects = localise({ ...evidence, dependsOn: [name], related: [related] });
        for (const { score, signals: own } of suspects) {
          expect([score, ...own.map((signal) => signal.score)].every(Number.isFinite)).toBe(true);
        }
      }),
    );
  });
});
