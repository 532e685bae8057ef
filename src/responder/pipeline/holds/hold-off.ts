import type { Severity } from '../../../catalog/catalog.ts';
import type { Incident, IncidentAlert } from '../../incidents/incidents.ts';

/** Which alerts page only when they stay: all that a rule names must hold, and the first rule that fits is taken. */
export type HoldOffRule = {
  readonly severity?: Severity;
  /** Names of alerts; any, when empty. */
  readonly alerts: readonly string[];
  readonly waitMs: number;
};

export function waitOfAlert(
  alert: Pick<IncidentAlert, 'name' | 'severity'>,
  rules: readonly HoldOffRule[],
): number {
  const rule = rules.find(
    ({ severity, alerts }) =>
      (severity === undefined || severity === alert.severity) &&
      (alerts.length === 0 || alerts.includes(alert.name)),
  );
  return rule?.waitMs ?? 0;
}

/** How long pages of an incident wait: as long as the most urgent of its alerts that fire may; null when none fires. */
export function waitOfIncident(incident: Incident, rules: readonly HoldOffRule[]): number | null {
  let shortest: number | null = null;
  for (const alert of incident.alerts) {
    if (alert.status !== 'firing') continue;
    const waitMs = waitOfAlert(alert, rules);
    if (waitMs === 0) return 0;
    shortest = Math.min(shortest ?? waitMs, waitMs);
  }
  return shortest;
}
