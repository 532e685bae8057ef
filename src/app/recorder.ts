import type { FaultClass } from '../catalog/catalog.ts';
import { NO_FAULT } from '../catalog/catalog.ts';
import type { DiagnosisClass } from '../catalog/catalog.ts';
import type {
  Evidence,
  EvidenceAlert,
  EvidenceSource,
  PrometheusClient,
} from '../responder/evidence/evidence.ts';
import { selector } from '../responder/evidence/evidence.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { sleep } from '../std/std.ts';
import type { Clock, Random } from '../std/std.ts';

/** One labelled row of training data: what was really broken, and what was seen of it. */
export type Episode = {
  readonly label: DiagnosisClass;
  /** Rows of one break belong together: they never stand on both sides of a split. */
  readonly group: string;
  readonly evidence: Evidence;
};

export type EpisodePlan = {
  readonly fault: string;
  readonly faultClass: FaultClass;
  readonly intensity: number;
  readonly group: string;
};

export type RecorderOptions = {
  readonly target: string;
  readonly sandbox: Sandbox;
  readonly prometheus: PrometheusClient;
  readonly evidence: EvidenceSource;
  readonly clock: Clock;
  readonly random: Random;
  /** Longest wait for the first alert, and for all alerts to go. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told of every row, and of every fault that raised no alert in time. */
  onEpisode(episode: Episode): void;
  onSilence(plan: EpisodePlan): void;
  /** Told of a fault that was not broken, since alerts of an earlier one still fired. */
  onUnrest(plan: EpisodePlan): void;
};

const POLL_MS = 1000;
/** Evidence is taken this long after the first alert: early, and when its siblings have come. */
const CAPTURE_DELAYS_MS = [2000, 10_000, 25_000] as const;

type Alerts = { readonly firing: readonly EvidenceAlert[] };

async function firingAlerts(options: RecorderOptions): Promise<Alerts> {
  const { prometheus, target } = options;
  const [alerts, starts] = await Promise.all([
    prometheus.query(selector('ALERTS', { alertstate: 'firing', target })),
    prometheus.query(selector('ALERTS_FOR_STATE', { target })),
  ]);
  if (!alerts.ok || !starts.ok) return { firing: [] };
  const keyOf = (labels: Readonly<Record<string, string>>): string => {
    const { __name__: _name, alertstate: _state, ...rest } = labels;
    return JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  };
  const startOf = new Map(starts.value.map(({ labels, value }) => [keyOf(labels), value * 1000]));
  const nowMs = options.clock.now();
  const firing = alerts.value.map(({ labels }) => ({
    name: labels['alertname'] ?? 'unnamed',
    severity: labels['severity'] ?? 'none',
    labels,
    startsAtMs: startOf.get(keyOf(labels)) ?? nowMs,
  }));
  return { firing };
}

async function waitFor(
  options: RecorderOptions,
  isReached: (alerts: Alerts) => boolean,
): Promise<boolean> {
  const deadlineMs = options.clock.monotonicMs() + options.timeoutMs;
  while (options.clock.monotonicMs() < deadlineMs && !options.signal.aborted) {
    if (isReached(await firingAlerts(options))) return true;
    await sleep(options.clock, POLL_MS, options.signal);
  }
  return false;
}

/** Evidence of a time in which nothing is wrong, so that a false alarm can be recognised. */
export async function recordCalm(options: RecorderOptions, group: string): Promise<void> {
  const evidence = await options.evidence.gather({ target: options.target, alerts: [] });
  options.onEpisode({ label: NO_FAULT, group, evidence });
}

async function capture(options: RecorderOptions, plan: EpisodePlan): Promise<void> {
  let waitedMs = 0;
  for (const delayMs of CAPTURE_DELAYS_MS) {
    await sleep(options.clock, delayMs - waitedMs, options.signal);
    waitedMs = delayMs;
    if (options.signal.aborted) return;
    const { firing } = await firingAlerts(options);
    if (firing.length === 0) continue;
    const evidence = await options.evidence.gather({ target: options.target, alerts: firing });
    options.onEpisode({ label: plan.faultClass, group: plan.group, evidence });
  }
}

/** Breaks one fault, records what is seen of it, mends it and waits until all alerts are gone. */
export async function recordEpisode(options: RecorderOptions, plan: EpisodePlan): Promise<void> {
  const { sandbox, clock, random } = options;
  // Faults do not come in step with probes and scrapes.
  await sleep(clock, random.next() * 10_000, options.signal);
  if (!(await waitFor(options, ({ firing }) => firing.length === 0))) {
    if (!options.signal.aborted) options.onUnrest(plan);
    return;
  }
  await sandbox.break(plan.fault, { intensity: plan.intensity });
  const hasAlert = await waitFor(options, ({ firing }) => firing.length > 0);
  if (hasAlert) await capture(options, plan);
  else if (!options.signal.aborted) options.onSilence(plan);
  await sandbox.mend(plan.fault);
  await waitFor(options, ({ firing }) => firing.length === 0);
}
