import { describe, expect, it } from 'vitest';
import type { MeasurementName, ProbeKindName } from '../../../src/catalog/catalog.ts';
import type { ProbeResult } from '../../../src/exporter/probes/probes.ts';
import type { Incident, Verification } from '../../../src/responder/incidents/incidents.ts';
import { transition } from '../../../src/responder/incidents/incidents.ts';
import { createVerifier } from '../../../src/responder/repair/repair.ts';
import type { VerifierOptions } from '../../../src/responder/repair/repair.ts';
import { START_MS, createAlert } from '../../support/alerts.ts';
import { FAILED, createRun } from '../../support/fake-run.ts';

type Labels = Readonly<Record<string, string>>;

function incidentOf(...alerts: readonly (readonly [name: string, labels?: Labels])[]): Incident {
  let incident: Incident | null = null;
  for (const [name, more = {}] of alerts) {
    const labels = { alertname: name, target: 'shop', severity: 'warning', ...more };
    const alert = createAlert({ name, labels });
    const event = { kind: 'alert_fired', actor: 'am', alert, incidentId: 'inc_1' } as const;
    incident = transition(incident, event, START_MS).incident;
  }
  if (incident === null) throw new Error('no incident');
  return { ...incident, quietSinceMs: START_MS };
}

function measured(metric: MeasurementName, value: number, labels: Labels = {}): ProbeResult {
  return { ok: true, samples: [{ metric, labels, value }], unknowns: [] };
}

const PASSED: ProbeResult = { ok: true, samples: [], unknowns: [] };

async function verify(
  incident: Incident,
  results: Partial<Record<ProbeKindName, ProbeResult>>,
  changes: Partial<VerifierOptions> = {},
): Promise<Verification & { readonly ran: readonly ProbeKindName[] }> {
  const ran: ProbeKindName[] = [];
  const verifier = createVerifier({
    clock: { now: () => START_MS },
    async runProbe(target, probe) {
      ran.push(probe);
      const result = results[probe];
      if (result === undefined) throw new Error(`${target} has no probe ${probe}`);
      return createRun(target, probe, result);
    },
    thresholdFor: async () => 0.5,
    limitFor: async () => null,
    isStillTrue: async () => null,
    ...changes,
  });
  return { ...(await verifier.verify(incident)), ran };
}

describe('verification', () => {
  it('passes when the probe that failed succeeds, and names the calm it looked at', async () => {
    const result = await verify(incidentOf(['CrmUnreachable']), { reachability: PASSED });
    expect(result).toMatchObject({ outcome: 'passed', why: '', quietSinceMs: START_MS });
  });

  it('fails with the reason when the probe still fails', async () => {
    const result = await verify(incidentOf(['CrmUnreachable']), { reachability: FAILED });
    expect(result).toMatchObject({
      outcome: 'failed',
      why: 'probe reachability fails: tcp (refused)',
    });
  });

  it.each([
    ['warning', 0, 'passed', ''],
    ['warning', 1, 'failed', 'crm_plugin_state is 1, above 0'],
    ['critical', 1, 'passed', ''],
    ['critical', 2, 'failed', 'crm_plugin_state is 2, above 1'],
  ])('judges an alert on a state as %s at %d: %s', async (severity, value, outcome, why) => {
    const incident = incidentOf(['CrmPluginFailed', { plugin: 'disk', severity }]);
    const plugin = measured('crm_plugin_state', value, { plugin: 'disk' });
    expect(await verify(incident, { plugin })).toMatchObject({ outcome, why });
  });

  it.each([
    [1, 'passed', ''],
    [0, 'failed', 'crm_audit_trail_recording is 0, below 1'],
  ])('judges an alert on what should be on at %d: %s', async (value, outcome, why) => {
    const incident = incidentOf(['CrmAuditTrailOff', {}]);
    const audit_trail = measured('crm_audit_trail_recording', value);
    expect(await verify(incident, { audit_trail })).toMatchObject({ outcome, why });
  });

  it('cannot judge a plugin by a state that is unknown, nor by that of another', async () => {
    const incident = incidentOf(['CrmPluginFailed', { plugin: 'disk' }]);
    const plugin = measured('crm_plugin_state', 0, { plugin: 'load' });
    expect(await verify(incident, { plugin })).toMatchObject({ outcome: 'impossible' });
  });

  it('runs the probe that the label of CrmProbeFailed names', async () => {
    const incident = incidentOf(['CrmProbeFailed', { probe: 'background_jobs' }]);
    const result = await verify(incident, { background_jobs: PASSED });
    expect([result.outcome, result.ran]).toEqual(['passed', ['background_jobs']]);
  });

  it('runs each probe once, however many alerts it speaks for', async () => {
    const alerts = [
      ['CrmDataStale', { object: 'deal' }],
      ['CrmDataStale', { object: 'contact' }],
    ] as const;
    const result = await verify(incidentOf(...alerts), {
      data_quality: measured('crm_stale_ratio', 0.1, { object: 'deal' }),
    });
    expect(result.ran).toEqual(['data_quality']);
    expect(result.checks.map(({ outcome }) => outcome)).toEqual(['passed', 'impossible']);
    expect(result).toMatchObject({
      outcome: 'impossible',
      why: 'the probe measured no fresh crm_stale_ratio',
    });
  });

  it.each([
    ['CrmApiSlow', 'api_latency', 'crm_api_latency_seconds', 0.4, 'passed'],
    ['CrmApiSlow', 'api_latency', 'crm_api_latency_seconds', 0.6, 'failed'],
    ['CrmSecondFactorCoverageLow', 'accounts', 'crm_second_factor_coverage_ratio', 0.6, 'passed'],
    ['CrmSecondFactorCoverageLow', 'accounts', 'crm_second_factor_coverage_ratio', 0.4, 'failed'],
  ] as const)('%s by %s: a fresh %s of %d is %s', async (name, probe, metric, value, outcome) => {
    const result = await verify(incidentOf([name]), { [probe]: measured(metric, value) });
    expect(result.outcome).toBe(outcome);
  });

  it('judges only the series of the alert', async () => {
    const incident = incidentOf(['CrmDataIncomplete', { object: 'contact', field: 'email' }]);
    const bad = { object: 'contact', field: 'fax' };
    const samples = [
      { metric: 'crm_missing_ratio', labels: { object: 'contact', field: 'email' }, value: 0.1 },
      { metric: 'crm_missing_ratio', labels: bad, value: 0.9 },
    ] as const;
    const result = await verify(incident, { data_quality: { ok: true, samples, unknowns: [] } });
    expect(result.outcome).toBe('passed');
  });

  it.each([
    [3, 3, 'passed'],
    [4, 3, 'failed'],
    [4, null, 'impossible'],
  ])('of %d administrators with a limit of %s is %s', async (value, limit, outcome) => {
    const incident = incidentOf(['CrmPrivilegedUsersIncreased']);
    const results = { accounts: measured('crm_privileged_users', value) };
    const result = await verify(incident, results, { limitFor: async () => limit });
    expect(result.outcome).toBe(outcome);
  });

  it.each([
    [900, 'passed'],
    [700, 'failed'],
  ])('of %d records of at least 800 is %s', async (value, outcome) => {
    const incident = incidentOf(['CrmRecordsDropped', { object: 'deal' }]);
    const results = { data_quality: measured('crm_records', value, { object: 'deal' }) };
    const result = await verify(incident, results, { limitFor: async () => 800 });
    expect(result.outcome).toBe(outcome);
  });

  it.each([
    [false, 'passed'],
    [true, 'failed'],
    [null, 'impossible'],
  ])('of an alert about the pipe whose expression gives %s is %s', async (isTrue, outcome) => {
    const incident = incidentOf(['CrmExporterDown']);
    const result = await verify(incident, {}, { isStillTrue: async () => isTrue });
    expect(result.outcome).toBe(outcome);
  });

  it('lets one failure outweigh the rest, and never passes what it cannot judge', async () => {
    const both = incidentOf(['CrmUnreachable'], ['CrmLoginFailed']);
    const failed = await verify(both, { reachability: FAILED });
    expect(failed.outcome).toBe('failed');
    const unknown = await verify(both, { reachability: PASSED });
    expect(unknown).toMatchObject({
      outcome: 'impossible',
      why: 'probe login could not be run: shop has no probe login',
    });
    expect((await verify(incidentOf(['SomebodyElses']), {})).outcome).toBe('impossible');
  });
});

describe('an incident with many alerts', () => {
  it('runs the probes of each target that has an alert in it', async () => {
    const incident = incidentOf(['CrmUnreachable'], ['CrmUnreachable', { target: 'portal' }]);
    const targets: string[] = [];
    const runProbe: VerifierOptions['runProbe'] = async (target, probe) => {
      targets.push(target);
      return createRun(target, probe, target === 'shop' ? PASSED : FAILED);
    };
    const result = await verify(incident, {}, { runProbe });
    expect(targets).toEqual(['shop', 'portal']);
    expect(result.outcome).toBe('failed');
  });

  it('judges all of them and keeps a bounded number of checks, the decisive ones first', async () => {
    const alerts = Array.from({ length: 300 }, (_, index): readonly [string, Labels] => [
      'CrmDataStale',
      { object: `object${index}` },
    ]);
    const samples = alerts.map(([, labels], index) => ({
      metric: 'crm_stale_ratio' as MeasurementName,
      labels,
      // Past the threshold of a half for the last fifty.
      value: index < 250 ? 0.1 : 0.9,
    }));
    const incident = incidentOf(...alerts);
    const result = await verify(incident, { data_quality: { ok: true, samples, unknowns: [] } });
    expect(result.outcome).toBe('failed');
    expect(result.checks.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 50 }, () => 'failed'),
      ...Array.from({ length: 150 }, () => 'passed'),
    ]);
    expect(result.why.length).toBeLessThan(3000);
  });
});
