import type {
  Connector,
  PerformanceDatum,
  PluginFacts,
} from '../../src/exporter/connectors/connectors.ts';
import { known, unknown } from '../../src/std/std.ts';
import type { Clock } from '../../src/std/std.ts';
import { createTableConnector } from './fake-connector.ts';

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
export function createAbleConnector(clock: Pick<Clock, 'now'>): Required<Connector> {
  const certificate = {
    notBeforeMs: 0,
    notAfterMs: clock.now() - 5000,
    subject: 'CN=crm',
    issuer: 'CN=ca',
  };
  const table = createTableConnector({ contact: [{ id: 1, email: 'ada@example.com' }] });
  return {
    ...table,
    sample: async (call, object, fields, _size, onPage) => table.scan(call, object, fields, onPage),
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
    logins: async (_call, sinceMs) => ({
      ok: true,
      value: {
        failed: known(clock.now() - sinceMs),
        failedByReason: known({ password: 3, locked: 1 }),
      },
    }),
    auditTrail: async (_call, sinceMs) => ({
      ok: true,
      value: {
        isRecording: known(false),
        permissionChanges: known(clock.now() - sinceMs),
        massExports: unknown('not_permitted', 'no'),
      },
    }),
    apiTokens: async (_call, nowMs) => ({
      ok: true,
      value: { active: known(2), oldestAgeSeconds: known((nowMs - clock.now()) / 1000 + 60) },
    }),
    integrations: async (_call, sinceMs) => ({
      ok: true,
      value: [
        { integration: 'webhook', failures: known(clock.now() - sinceMs) },
        { integration: 'import', failures: unknown('not_supported', 'no') },
      ],
    }),
    vendorStatus: async () => ({
      ok: true,
      value: { state: known('degraded'), openIncidents: known(1) },
    }),
    apiRemovals: async () => ({
      ok: true,
      value: [
        { api: 'v1', removedAtMs: known(clock.now() - 5000) },
        { api: 'v2', removedAtMs: unknown('empty', 'no removal is announced') },
      ],
    }),
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
