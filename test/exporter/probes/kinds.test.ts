import { describe, expect, it } from 'vitest';
import { MEASUREMENTS, PROBE_KIND_NAMES } from '../../../src/catalog/catalog.ts';
import type { ProbeKindName } from '../../../src/catalog/catalog.ts';
import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import {
  PROBE_REGISTRY,
  runProbe,
  targetProbesDecoder,
} from '../../../src/exporter/probes/probes.ts';
import type { ProbeResult } from '../../../src/exporter/probes/probes.ts';
import { createSilentLogger, decode } from '../../../src/std/std.ts';
import { createAbleConnector } from '../../support/able-connector.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const clock = createManualClock();

async function run(
  probe: ProbeKindName,
  connector: Connector,
  yaml: unknown = {},
): Promise<ProbeResult> {
  const section = decode.run(targetProbesDecoder, { [probe]: yaml });
  if (!section.ok) throw new Error(JSON.stringify(section.problems));
  const { timeoutMs, options } = section.value[probe];
  const settings = { clock, logger: createSilentLogger(), timeoutMs, options };
  return (await runProbe({ name: 'a', connector }, probe, settings)).result;
}

function flat(result: ProbeResult): Record<string, unknown> {
  const samples = result.samples.map(({ metric, labels, value }) => [
    [metric, ...Object.values(labels)].join(' '),
    value,
  ]);
  const unknowns = result.ok ? result.unknowns : [];
  const reasons = unknowns.map(({ metric, labels, reason }) => [
    [metric, ...Object.values(labels)].join(' '),
    reason,
  ]);
  return Object.fromEntries([...samples, ...reasons]) as Record<string, unknown>;
}

describe('the probe kinds', () => {
  const QUALITY = { options: { objects: { contact: { completeness: { fields: ['email'] } } } } };
  it.each<[ProbeKindName, unknown, Record<string, unknown>]>([
    [
      'reachability',
      {},
      {
        'crm_phase_duration_seconds dns': 0.001,
        'crm_phase_duration_seconds tcp': 0.002,
        'crm_phase_duration_seconds http': 0.05,
      },
    ],
    [
      'login',
      {},
      { crm_login_duration_seconds: 0.4, 'crm_phase_duration_seconds authentication': 0.4 },
    ],
    [
      'api_latency',
      {},
      { 'crm_api_latency_seconds light': 0.1, 'crm_api_latency_seconds representative': 0.9 },
    ],
    [
      'background_jobs',
      {},
      {
        crm_failed_schedules: 'not_supported',
        'crm_jobs pending': 2,
        'crm_jobs running': 0,
        'crm_jobs failed': 'not_supported',
        crm_job_oldest_pending_age_seconds: 30,
      },
    ],
    [
      'api_quota',
      {},
      {
        'crm_api_quota_limit api_calls': 1000,
        'crm_api_quota_remaining api_calls': 250,
        'crm_api_quota_used_ratio api_calls': 0.75,
        'crm_api_quota_limit none': 0,
        'crm_api_quota_remaining none': 0,
        'crm_api_quota_used_ratio none': 'empty',
      },
    ],
    [
      'plugin',
      {},
      {
        'crm_plugin_state disk': 1,
        'crm_plugin_unknown disk': 0,
        'crm_plugin_value disk / seconds': 3,
        'crm_plugin_state odd': 'undetermined',
        'crm_plugin_unknown odd': 1,
        'crm_plugin_value odd Zeit _x__1___ seconds': 1,
        'crm_plugin_value odd u seconds': 'undetermined',
        'crm_plugin_value odd': 'undetermined',
      },
    ],
    [
      'certificate',
      {},
      {
        crm_certificate_not_after_timestamp_seconds: clock.now() / 1000 - 5,
        crm_certificate_remaining_seconds: -5,
      },
    ],
    [
      'credentials',
      {},
      {
        'crm_credential_remaining_seconds data': -5,
        'crm_credential_remaining_seconds security': 'not_configured',
      },
    ],
    [
      'failed_logins',
      { options: { window: '1h' } },
      {
        crm_failed_logins: 3_600_000,
        crm_successful_logins: 'not_supported',
        'crm_failed_logins_by_reason password': 3,
        'crm_failed_logins_by_reason unknown_user': 0,
        'crm_failed_logins_by_reason second_factor': 0,
        'crm_failed_logins_by_reason locked': 1,
        'crm_failed_logins_by_reason not_allowed': 0,
        'crm_failed_logins_by_reason other': 0,
        crm_failed_logins_window_seconds: 3600,
      },
    ],
    [
      'audit_trail',
      { options: { window: '30m' } },
      {
        crm_audit_trail_recording: 0,
        crm_permission_changes: 1_800_000,
        crm_mass_exports: 'not_permitted',
        crm_audit_trail_window_seconds: 1800,
      },
    ],
    ['api_tokens', {}, { crm_api_tokens: 2, crm_api_token_oldest_age_seconds: 60 }],
    [
      'integrations',
      {},
      {
        'crm_integration_failures webhook': 3_600_000,
        'crm_integration_failures import': 'not_supported',
        crm_integration_failures_window_seconds: 3600,
      },
    ],
    ['vendor_status', {}, { crm_vendor_state: 1, crm_vendor_incidents: 1 }],
    [
      'api_lifecycle',
      {},
      {
        'crm_api_removal_remaining_seconds v1': -5,
        'crm_api_removal_remaining_seconds v2': 'empty',
      },
    ],
    [
      'accounts',
      {},
      {
        crm_active_users: 8,
        crm_privileged_users: 2,
        crm_locked_users: 0,
        crm_inactive_users: 'not_supported',
        crm_second_factor_coverage_ratio: 'not_supported',
      },
    ],
    ['data_quality', QUALITY, { 'crm_records contact': 1, 'crm_missing_ratio contact email': 0 }],
    ['data_quality', {}, { crm_records: 'not_configured' }],
  ])('%s with %j', async (probe, yaml, expected) => {
    const result = await run(probe, createAbleConnector(clock), yaml);
    expect(result.ok).toBe(true);
    expect(flat(result)).toEqual(expected);
  });

  it('use the labels of the catalog and no others', async () => {
    for (const probe of PROBE_KIND_NAMES) {
      const result = await run(
        probe,
        createAbleConnector(clock),
        probe === 'data_quality' ? QUALITY : {},
      );
      for (const { metric, labels } of result.samples) {
        expect(Object.keys(labels)).toEqual(MEASUREMENTS[metric].labels);
      }
    }
  });

  it('pass the one reason of a failure on', async () => {
    const failure = { reason: 'rate_limited', detail: 'slow down' } as const;
    const failing = async (): Promise<{ ok: false; failure: typeof failure }> => ({
      ok: false,
      failure,
    });
    const connector: Connector = {
      platform: 'fake',
      close: async () => {},
      ping: failing,
      certificate: failing,
      credentials: failing,
      login: failing,
      latency: failing,
      limits: failing,
      plugins: failing,
      jobs: failing,
      logins: failing,
      auditTrail: failing,
      apiTokens: failing,
      integrations: failing,
      vendorStatus: failing,
      apiRemovals: failing,
      accounts: failing,
      aggregate: failing,
    };
    for (const probe of PROBE_KIND_NAMES) {
      const result = await run(probe, connector, probe === 'data_quality' ? QUALITY : {});
      expect(result).toEqual({ ok: false, failure, samples: [] });
    }
  });

  it('say what a connector cannot do', () => {
    const mute: Connector = { platform: 'mute', close: async () => {} };
    const able = createAbleConnector(clock);
    for (const probe of PROBE_KIND_NAMES) {
      expect(PROBE_REGISTRY[probe].id).toBe(probe);
      expect(PROBE_REGISTRY[probe].isSupported(mute)).toBe(false);
      expect(PROBE_REGISTRY[probe].isSupported(able)).toBe(true);
    }
  });
});
