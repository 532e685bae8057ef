import type { AlertEvent } from '../alerts/alerts.ts';
import { isOpen } from './incident.ts';
import type { Incident } from './incident.ts';

export type CorrelationRules = {
  /** What each target or component depends on directly; free of cycles. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  /** How long after its beginning an incident takes in alerts of those that depend on its target. */
  readonly dependencyWithinMs: number;
  /** Alerts with the same values of all these labels belong together. */
  readonly labelRules: readonly {
    readonly labels: readonly string[];
    readonly withinMs: number;
  }[];
};

export const NO_CORRELATION: CorrelationRules = {
  dependencies: new Map(),
  dependencyWithinMs: 0,
  labelRules: [],
};

/** Where an incident that an alert may join is to be looked for. */
export type JoinPlace =
  | { readonly kind: 'scope'; readonly scope: string }
  | { readonly kind: 'labels'; readonly key: string };

export type JoinCandidate = {
  readonly place: JoinPlace;
  readonly withinMs: number;
  /** For people. */
  readonly because: string;
};

/** Where to look, the best place first: at what the target depends on, the nearest first, then by the rules of labels. */
export function joinCandidates(
  event: AlertEvent,
  rules: CorrelationRules,
): readonly JoinCandidate[] {
  const target = event.labels['target'] ?? '';
  const needed = dependenciesOf(target, rules.dependencies).map((name): JoinCandidate => ({
    place: { kind: 'scope', scope: `target:${name}` },
    withinMs: rules.dependencyWithinMs,
    because: `${target} depends on ${name}`,
  }));
  const alike = labelKeys(event, rules).map(({ key, withinMs, labels }): JoinCandidate => ({
    place: { kind: 'labels', key },
    withinMs,
    because: `the same ${labels.map((name) => `${name} ${cut(event.labels[name] ?? '')}`).join(' and ')}`,
  }));
  return [...needed, ...alike];
}

/** All that a target depends on, also by way of others; the nearest first. */
function dependenciesOf(
  target: string,
  dependencies: CorrelationRules['dependencies'],
): readonly string[] {
  const found = new Set([target]);
  for (const name of found) for (const next of dependencies.get(name) ?? []) found.add(next);
  found.delete(target);
  return [...found];
}

const MAXIMUM_VALUE = 100;

function cut(value: string): string {
  return value.length > MAXIMUM_VALUE ? `${value.slice(0, MAXIMUM_VALUE)}…` : value;
}

/** By what the rules of labels know alerts that belong together; only rules whose labels the alert has. */
export function labelKeys(
  event: Pick<AlertEvent, 'labels'>,
  rules: CorrelationRules,
): readonly {
  readonly key: string;
  readonly withinMs: number;
  readonly labels: readonly string[];
}[] {
  return rules.labelRules.flatMap(({ labels, withinMs }) => {
    const values = labels.map((name) => event.labels[name] ?? '');
    if (values.includes('')) return [];
    return [{ key: JSON.stringify([labels, values]), withinMs, labels }];
  });
}

export type Join = { readonly incident: Incident; readonly because: string };

/** Joins the incident of the first candidate that is open and young enough; null when none is. */
export function chooseJoin(
  event: AlertEvent,
  found: readonly { readonly candidate: JoinCandidate; readonly incident: Incident | null }[],
): Join | null {
  for (const { candidate, incident } of found) {
    if (incident === null || !isOpen(incident.phase)) continue;
    const ageMs = event.receivedAtMs - incident.episodeStartedAtMs;
    if (ageMs <= candidate.withinMs) return { incident, because: candidate.because };
  }
  return null;
}
