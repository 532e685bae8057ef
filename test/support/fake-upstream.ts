import { fingerprintOf } from '../../src/responder/alerts/alerts.ts';
import type {
  AlertmanagerView,
  PrometheusAlert,
  PrometheusAnswer,
  Upstream,
  UpstreamAlert,
  UpstreamView,
} from '../../src/responder/upstream/upstream.ts';
import { known, unknown } from '../../src/std/std.ts';
import { START_MS } from './alerts.ts';

export const LABELS: Readonly<Record<string, string>> = {
  alertname: 'CrmUnreachable',
  target: 'shop',
  severity: 'critical',
};

/** What an Alertmanager holds; as `createAlert` makes it, unless the test says otherwise. */
export function createUpstreamAlert(changes: Partial<UpstreamAlert> = {}): UpstreamAlert {
  const labels = changes.labels ?? LABELS;
  return {
    fingerprint: fingerprintOf(labels),
    name: labels['alertname'] ?? '',
    labels,
    annotations: { summary: 'told by nobody' },
    generatorUrl: '',
    startsAtMs: START_MS - 60_000,
    state: 'active',
    isSilenced: false,
    isInhibited: false,
    receivers: ['crmwatch'],
    ...changes,
  };
}

export function createPrometheusAlert(changes: Partial<PrometheusAlert> = {}): PrometheusAlert {
  const labels = changes.labels ?? LABELS;
  const name = labels['alertname'] ?? '';
  return { name, state: 'firing', startsAtMs: START_MS - 60_000, labels, ...changes };
}

export function createPeer(
  alerts: readonly UpstreamAlert[] | 'unreachable',
  changes: Partial<AlertmanagerView> = {},
): AlertmanagerView {
  const held = alerts === 'unreachable' ? [] : alerts;
  const answer = {
    alerts: new Map(held.map((alert) => [alert.fingerprint, alert])),
    unreadable: new Set<string>(),
  };
  return {
    name: 'am:9093',
    source: 'am',
    receiver: 'crmwatch',
    answer: alerts === 'unreachable' ? unknown('tcp', 'refused') : known(answer),
    ...changes,
  };
}

/** A Prometheus that is well, and in which nothing fires. */
export function createFacts(changes: Partial<PrometheusAnswer> = {}): PrometheusAnswer {
  const names = ['CrmUnreachable', 'CrmApiSlow', 'CrmLoginFailed'];
  return {
    alerts: new Map(),
    rules: new Map(names.map((name) => [name, { isEvaluated: true, why: '' }])),
    isExporterUp: true,
    targets: new Set(['shop']),
    ...changes,
  };
}

export function createView(
  peers: readonly AlertmanagerView[],
  facts: PrometheusAnswer | 'unreachable' = createFacts(),
): UpstreamView {
  return {
    alertmanagers: peers,
    prometheus: facts === 'unreachable' ? unknown('tcp', 'refused') : known(facts),
  };
}

export type FakeUpstream = Upstream & {
  looks(): number;
  set(view: UpstreamView): void;
};

export function createFakeUpstream(): FakeUpstream {
  let view = createView([createPeer([])]);
  let looks = 0;
  return {
    alertmanagers: [{ name: 'am:9093', source: 'am' }],
    looks: () => looks,
    set(next) {
      view = next;
    },
    async look() {
      looks++;
      return view;
    },
  };
}
