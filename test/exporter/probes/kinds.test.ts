import { describe, expect, it } from 'vitest';
import { MEASUREMENTS, PROBE_KIND_NAMES } from '../../../src/catalog/catalog.ts';
import type { ProbeKindName } from '../../../src/catalog/catalog.ts';
import type {
  Connector,
  PerformanceDatum,
  PluginFacts,
} from '../../../src/exporter/connectors/connectors.ts';
import {
  PROBE_REGISTRY,
  defaultTargetProbes,
  runProbe,
  targetProbesDecoder,
} from '../../../src/exporter/probes/probes.ts';
import type { ProbeResult } from '../../../src/exporter/probes/probes.ts';
import { createSilentLogger, decode, known, unknown } from '../../../src/std/std.ts';
import { createTableConnector } from '../../support/fake-connector.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const clock = createManualClock();

const datum = (label: string, value: number): PerformanceDatum => ({
  label,
  value: known(value),
  unit: 'seconds',
  unitOfMeasure: 'ms',
});
const PLUGINS: readonly PluginFacts[] = [
  { name: 'disk', state: known('warning'), text: '', performance: [datum('/', 3)], problems: [] },
  {
    name: 'odd',
    state: unknown('undetermined', 'the plugin says UNKNOWN'),
    text: '',
    performance: [
      datum('Zeit {x="1"}\n', 1),
      datum('Zeit {x=°1°}\n', 2),
      { ...datum('u', 0), value: unknown('undetermined', 'U') },
    ],
    problems: [],
  },
];

/** A connector that can do everything. */
function createAbleConnector(): Required<Connector> {
  const certificate = {
    notBeforeMs: 0,
    notAfterMs: clock.now() - 5000,
    subject: 'CN=crm',
    issuer: 'CN=ca',
  };
  return {
    ...createTableConnector({ contact: [{ id: 1, email: 'ada@example.com' }] }),
    ping: async () => ({
      ok: true,
      value: {
        phases: { dns: 0.001, tcp: 0.002, http: 0.05, authentication: 9 },
        version: known('6.0'),
        certificate,
      },
    }),
    certificate: async () => ({ ok: true, value: certificate }),
    login: async () => ({ ok: true, value: { durationSeconds: 0.4 } }),
    latency: async () => ({
      ok: true,
      value: [
        { call: 'light', seconds: 0.1 },
        { call: 'representative', seconds: 0.9 },
      ],
    }),
    limits: async () => ({
      ok: true,
      value: [
        { name: 'api_calls', limit: 1000, remaining: 250 },
        { name: 'none', limit: 0, remaining: 0 },
      ],
    }),
    plugins: async () => ({ ok: true, value: PLUGINS }),
    jobs: async () => ({
      ok: true,
      value: {
        byState: { pending: known(2), running: known(0), failed: unknown('not_supported', 'no') },
        oldestPendingAgeSeconds: known(30),
      },
    }),
    credentials: async () => ({
      ok: true,
      value: [
        { identity: 'data', endsAtMs: known(clock.now() - 5000) },
        { identity: 'security', endsAtMs: unknown('not_configured', 'nobody says') },
      ],
    }),
    failedLogins: async (_call, sinceMs) => ({ ok: true, value: known(clock.now() - sinceMs) }),
    accounts: async () => ({
      ok: true,
      value: {
        activeUsers: known(8),
        privilegedUsers: known(2),
        lockedUsers: known(0),
        secondFactorUsers: unknown('weather', 'a reason of the connector alone'),
      },
    }),
  };
}

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
      { crm_failed_logins: 3_600_000, crm_failed_logins_window_seconds: 3600 },
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
    const result = await run(probe, createAbleConnector(), yaml);
    expect(result.ok).toBe(true);
    expect(flat(result)).toEqual(expected);
  });

  it('use the labels of the catalog and no others', async () => {
    for (const probe of PROBE_KIND_NAMES) {
      const result = await run(
        probe,
        createAbleConnector(),
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
      failedLogins: failing,
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
    const able = createAbleConnector();
    for (const probe of PROBE_KIND_NAMES) {
      expect(PROBE_REGISTRY[probe].id).toBe(probe);
      expect(PROBE_REGISTRY[probe].isSupported(mute)).toBe(false);
      expect(PROBE_REGISTRY[probe].isSupported(able)).toBe(true);
    }
  });
});

describe('targetProbesDecoder', () => {
  it('runs everything at the pace of its class when nothing is said', () => {
    const probes = defaultTargetProbes();
    expect(PROBE_KIND_NAMES.every((name) => probes[name].enabled)).toBe(true);
    expect(probes.login).toMatchObject({
      intervalMs: 30_000,
      retryIntervalMs: 10_000,
      maxAttempts: 3,
      timeoutMs: 10_000,
    });
    expect([probes.accounts.intervalMs, probes.data_quality.intervalMs]).toEqual([60_000, 300_000]);
  });

  it('takes settings and options of one kind, and shortens the retry with the interval', () => {
    const decoded = decode.run(targetProbesDecoder, {
      failed_logins: { interval: '5s', options: { window: '2m' } },
      accounts: { enabled: false },
    });
    expect(decoded).toMatchObject({
      ok: true,
      value: {
        failed_logins: { intervalMs: 5000, retryIntervalMs: 5000, options: { windowMs: 120_000 } },
        accounts: { enabled: false },
      },
    });
  });

  it('refuses what it does not know, with the place', () => {
    const decoded = decode.run(
      targetProbesDecoder,
      { logins: {}, login: { interval: 5, max_attempts: 0, options: { window: '5m' } } },
      'targets.crm.probes',
    );
    expect(decoded.ok ? [] : decoded.problems.map(({ place }) => place)).toEqual([
      'targets.crm.probes.logins',
      'targets.crm.probes.login.interval',
      'targets.crm.probes.login.max_attempts',
      'targets.crm.probes.login.options.window',
    ]);
  });
});
