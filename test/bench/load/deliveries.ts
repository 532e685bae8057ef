import { fingerprintOf } from '../../../src/responder/alerts/alerts.ts';

/** Groups of alerts, as an Alertmanager has them: each target is one. */
export const TARGETS: readonly string[] = Array.from({ length: 200 }, (_, index) => `crm-${index}`);

/** With this much text an alert is 1.2 kB, about as those of kube-prometheus are. */
const DESCRIPTION =
  'The share of requests that fail is above the threshold for a long time. '.repeat(12);

/** What is told of a group, one after the other and then anew: it fires, twice nothing new, it is over. */
const STATUSES = ['firing', 'firing', 'firing', 'resolved'] as const;
const NEVER = '0001-01-01T00:00:00Z';

export type Deliveries = {
  /** The body of the next delivery, which tells of the next target. */
  next(nowMs: number): string;
};

/** Everything of an alert that does not change, from its labels to its start. */
function alertText(target: string, index: number): { labels: string; fingerprint: string } {
  const labels = {
    alertname: 'CrmUnreachable',
    target,
    severity: 'warning',
    instance: `10.0.0.${index}:9100`,
    job: 'crmwatch-exporter',
  };
  const annotations = { summary: `part ${index} of ${target} fails`, description: DESCRIPTION };
  return {
    labels: `"labels":${JSON.stringify(labels)},"annotations":${JSON.stringify(annotations)}`,
    fingerprint: fingerprintOf(labels),
  };
}

/**
 * Deliveries for ever. One episode of a group takes four of them, so three quarters of all alerts are of the kind that
 * Alertmanager mostly sends: a change of a group tells all its alerts again.
 */
export function createDeliveries(alertsPerDelivery: number): Deliveries {
  const groups = TARGETS.map((target) => ({
    target,
    startedAt: NEVER,
    alerts: Array.from({ length: alertsPerDelivery }, (_, index) => alertText(target, index)),
  }));
  let told = 0;
  return {
    next(nowMs) {
      const group = groups[told % groups.length];
      if (group === undefined) throw new Error('there are no targets');
      const round = Math.floor(told / groups.length) % STATUSES.length;
      const status = STATUSES[round] ?? 'firing';
      told += 1;
      const now = new Date(nowMs).toISOString();
      if (round === 0) group.startedAt = now;
      const end = status === 'resolved' ? now : NEVER;
      const times = `"startsAt":"${group.startedAt}","endsAt":"${end}","generatorURL":""`;
      const alerts = group.alerts.map(
        ({ labels, fingerprint }) =>
          `{"status":"${status}",${labels},${times},"fingerprint":"${fingerprint}"}`,
      );
      const head = `"version":"4","groupKey":"{}:{target=\\"${group.target}\\"}","truncatedAlerts":0`;
      return `{${head},"status":"${status}","receiver":"crmwatch","alerts":[${alerts.join(',')}]}`;
    },
  };
}
