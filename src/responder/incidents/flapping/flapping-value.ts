export type FlappingSettings = {
  readonly isEnabled: boolean;
  /** An alert begins to flap when its value is above this. */
  readonly highPercent: number;
  /** It flaps until its value is not above this any more. */
  readonly lowPercent: number;
  /** A time without a change counts as one check for each of these. */
  readonly intervalMs: number;
};

/** Thresholds and interval are Icinga's `flapping_threshold_high`, `flapping_threshold_low` and `check_interval`. */
export const DEFAULT_FLAPPING: FlappingSettings = {
  isEnabled: true,
  highPercent: 30,
  lowPercent: 25,
  intervalMs: 300_000,
};

/** What is kept of one alert. */
export type FlappingHistory = {
  /** The last 20 checks, the oldest first; `1` where the state had changed. */
  readonly checks: string;
  /** The interval that the last check lies in, counted from the epoch. */
  readonly interval: number;
  readonly isFlapping: boolean;
};

const CHECKS = 20;
const OLDEST_WEIGHT = 0.8;
const WEIGHT_STEP = 0.02;

export const NO_HISTORY: FlappingHistory = {
  checks: '0'.repeat(CHECKS),
  interval: 0,
  isFlapping: false,
};

/**
 * The flapping value of Icinga 2 in percent, 0 to 99: the share of changes among the last 20 checks, of which the
 * oldest weighs 0.8 and each younger one 0.02 more. (`Checkable::UpdateFlappingStatus` in
 * lib/icinga/checkable-flapping.cpp of Icinga 2.)
 */
export function flappingPercent(checks: string): number {
  let sum = 0;
  for (let index = 0; index < CHECKS; index++) {
    if (checks[index] === '1') sum += OLDEST_WEIGHT + WEIGHT_STEP * index;
  }
  return (100 * sum) / CHECKS;
}

/**
 * Adds a change of state at a time. Icinga counts checks, and an alert tells of changes alone; so each change is a
 * check that saw one, and each whole interval without a change is a check that saw none. A clock that was set back
 * adds no quiet checks.
 */
export function addChange(
  history: FlappingHistory,
  atMs: number,
  settings: FlappingSettings,
): FlappingHistory {
  const interval = Math.max(history.interval, Math.floor(atMs / settings.intervalMs));
  const quiet = Math.max(0, interval - history.interval - 1);
  return judge(push(push(history.checks, '0', quiet), '1', 1), interval, history, settings);
}

/** The history as it is at a time at which nothing changed. */
export function passTime(
  history: FlappingHistory,
  atMs: number,
  settings: FlappingSettings,
): FlappingHistory {
  const interval = Math.floor(atMs / settings.intervalMs) - 1;
  const quiet = interval - history.interval;
  if (quiet <= 0) return history;
  return judge(push(history.checks, '0', quiet), interval, history, settings);
}

/** When an alert that flaps will be calm if nothing changes any more; milliseconds since the epoch. */
export function calmAtMs(history: FlappingHistory, settings: FlappingSettings): number {
  let { checks } = history;
  let quiet = 0;
  while (quiet < CHECKS && flappingPercent(checks) > settings.lowPercent) {
    checks = push(checks, '0', 1);
    quiet += 1;
  }
  return (history.interval + quiet + 1) * settings.intervalMs;
}

/** When nothing of the history is left if nothing changes any more; milliseconds since the epoch. */
export function forgetAtMs(history: FlappingHistory, settings: FlappingSettings): number {
  return (history.interval + CHECKS + 1) * settings.intervalMs;
}

function push(checks: string, check: '0' | '1', times: number): string {
  return `${checks}${check.repeat(Math.min(times, CHECKS))}`.slice(-CHECKS);
}

function judge(
  checks: string,
  interval: number,
  { isFlapping }: FlappingHistory,
  { highPercent, lowPercent }: FlappingSettings,
): FlappingHistory {
  const threshold = isFlapping ? lowPercent : highPercent;
  return { checks, interval, isFlapping: flappingPercent(checks) > threshold };
}
