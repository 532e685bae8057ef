import type { AlertEvent } from '../alerts/alerts.ts';

export type Scope = { readonly scope: string; readonly target: string | null };

/** Alerts of one target belong together; an alert without a target is about the pipe, and stands by its name. */
export function scopeOf(alert: Pick<AlertEvent, 'labels' | 'name'>): Scope {
  const target = alert.labels['target'] ?? '';
  return target === ''
    ? { scope: `alert:${alert.name}`, target: null }
    : { scope: `target:${target}`, target };
}
