import type { Evidence } from '../../evidence/evidence.ts';
import { featuresOf, nameFeatures } from './feature.ts';
import type { Feature } from './feature.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BURST_MS = 5 * MINUTE_MS;
/** The clocks of Prometheus and of what was changed differ, and alerts come late. */
const SLACK_MS = MINUTE_MS;
const WITHIN_MINUTES = [5, 15, 60] as const;

const LINK = { kind: 'incident' } as const;
const TIMING = nameFeatures('group:timing', ['second', 'span', 'burst']);
const CHANGE = nameFeatures('group:change', [
  'minutes',
  'none',
  ...WITHIN_MINUTES.map((minutes) => `within_${minutes}`),
]);

/**
 * How the alerts follow one another: time from the first to the second and to the last, and the share of the last hour's
 * that began in its last five minutes. The hour of the day and of the week is none of the features: episodes are
 * recorded within hours, and a model would take the hour for a cause.
 */
export function timingFeatures({ alerts, capturedAtMs }: Evidence): readonly Feature[] {
  const starts = alerts
    .flatMap(({ name, startsAtMs }) => (name === 'CrmWatchdog' ? [] : [startsAtMs]))
    .toSorted((a, b) => a - b);
  const [first = 0, second = first] = starts;
  const last = starts.at(-1) ?? first;
  // Starts may lie ahead of our clock: those are of the last five minutes too.
  const inHour = starts.filter((start) => capturedAtMs - start <= HOUR_MS).length;
  const inBurst = starts.filter((start) => capturedAtMs - start <= BURST_MS).length;
  const text =
    starts.length < 2
      ? 'no second alert followed'
      : `the second alert came ${secondsText(second - first)} after the first, the last one ${secondsText(last - first)}`;
  const subject = { key: TIMING.key, text, link: LINK, abnormal: false };
  return featuresOf(TIMING, subject, [
    logSeconds(second - first),
    logSeconds(last - first),
    inHour === 0 ? 0 : inBurst / inHour,
  ]);
}

function logSeconds(durationMs: number): number {
  return Math.log1p(durationMs / 1000);
}

function secondsText(durationMs: number): string {
  return `${Math.round(durationMs / 1000)} s`;
}

/** How long before the onset the last change was made. What was changed later cannot be the cause. */
export function changeFeatures({ changes, onsetAtMs }: Evidence): readonly Feature[] {
  const last = changes
    .filter(({ atMs }) => atMs <= onsetAtMs + SLACK_MS)
    .reduce<(typeof changes)[number] | undefined>(
      (found, next) => (found === undefined || next.atMs > found.atMs ? next : found),
      undefined,
    );
  const minutes = last === undefined ? Infinity : Math.max(0, onsetAtMs - last.atMs) / MINUTE_MS;
  const text =
    last === undefined
      ? 'no change before the onset is known'
      : `the last change before the onset (${last.name}) was ${Math.round(minutes)} minutes earlier`;
  const subject = { key: CHANGE.key, text, link: LINK, abnormal: false };
  return featuresOf(CHANGE, subject, [
    last === undefined ? 0 : Math.log1p(minutes),
    Number(last === undefined),
    ...WITHIN_MINUTES.map((limit) => Number(minutes <= limit)),
  ]);
}
