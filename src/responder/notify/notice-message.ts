import { UNKNOWN_FAULT } from '../../catalog/catalog.ts';
import type { DiagnosisAnswer, Severity } from '../../catalog/catalog.ts';
import { describeNamed, formatDuration, timesOf } from '../incidents/incidents.ts';
import type { Incident, Notice, Phase } from '../incidents/incidents.ts';

/** About one incident, a storm of them, or those that were over before maintenance was. */
export type NoticeKind = Notice | 'storm' | 'storm_over' | 'maintenance_over';

/** What is told about an incident, whichever the channel. Written once; retries send the very same. */
export type NoticeMessage = {
  /** Stable over retries, so that receivers can drop repeats. */
  readonly id: string;
  readonly notice: NoticeKind;
  readonly atMs: number;
  readonly incidentId: string;
  readonly title: string;
  readonly target: string | null;
  readonly phase: Phase;
  readonly severity: Severity;
  readonly answer: DiagnosisAnswer | null;
  /** Of the answer, 0 to 1. */
  readonly probability: number | null;
  /** In plain sentences, for people. */
  readonly lines: readonly string[];
  /** The page of the incident; null when the console has no address for others. */
  readonly url: string | null;
};

const HEADLINES: Readonly<Record<NoticeKind, string>> = {
  opened: 'New incident',
  diagnosed: 'Diagnosed',
  severity_raised: 'Severity raised',
  resolved: 'Recovered',
  reopened: 'Back again',
  merged: 'Merged into another incident',
  merge_undone: 'On its own again',
  split_off: 'Split off another incident',
  flapping_started: 'Flapping',
  flapping_ended: 'Still firing',
  storm: 'Alert storm',
  storm_over: 'Over',
  maintenance_over: 'Maintenance over',
};

/** One line without line breaks: a subject. */
export function headlineOf(message: NoticeMessage): string {
  const text = `[${message.severity}] ${HEADLINES[message.notice]}: ${message.title}`;
  return text.replace(/\s+/g, ' ').slice(0, 200);
}

export type NoticeFacts = {
  readonly id: string;
  readonly notice: Notice;
  readonly incident: Incident;
  readonly atMs: number;
  /** The address of the console as others reach it. */
  readonly consoleUrl: string | null;
  /** Why people are told this late, such as `maintenance (release)`. */
  readonly delayedBy?: readonly string[];
};

export function composeNotice(facts: NoticeFacts): NoticeMessage {
  const { id, notice, incident, atMs, consoleUrl, delayedBy = [] } = facts;
  const delayed = delayedBy.length === 0 ? [] : [`This was delayed by ${delayedBy.join(' and ')}.`];
  const { title, target, phase, severity, diagnosis } = incident;
  return {
    id,
    notice,
    atMs,
    incidentId: incident.id,
    title,
    target,
    phase,
    severity,
    answer: diagnosis?.answer ?? null,
    probability: diagnosis?.probability ?? null,
    lines: [...regroupingLines(notice, incident), ...linesOf(notice, incident), ...delayed],
    url: consoleUrl === null ? null : `${consoleUrl}/incidents/${incident.id}`,
  };
}

/** Who did it, and where it goes on or came from. */
function regroupingLines(notice: Notice, { mergedInto, splitFrom }: Incident): readonly string[] {
  if (notice === 'merged' && mergedInto !== undefined) {
    const { actor, incidentId, title, why } = mergedInto;
    return [`${actor} merged it into ${incidentId} (${title}), where it goes on.`, ...said(why)];
  }
  if (notice === 'split_off' && splitFrom !== undefined) {
    const { actor, incidentId, title, why } = splitFrom;
    return [`${actor} split it off ${incidentId} (${title}).`, ...said(why)];
  }
  return [];
}

function said(why: string): readonly string[] {
  return why === '' ? [] : [`Reason: ${why}`];
}

function linesOf(notice: Notice, incident: Incident): readonly string[] {
  if (notice === 'merged') return [];
  const firing = incident.alerts.filter(({ status }) => status === 'firing');
  const alerts = firing
    .slice(0, 5)
    .map((alert) => alert.annotations['description'] ?? alert.annotations['summary'] ?? alert.name);
  const more = firing.length > 5 ? [`And ${firing.length - 5} more alerts.`] : [];
  const { diagnosis, plan } = incident;
  const answer =
    diagnosis === null
      ? []
      : [
          diagnosis.answer === UNKNOWN_FAULT
            ? `The cause is unknown${diagnosis.whyUnknown === undefined ? '' : `: ${diagnosis.whyUnknown}`}.`
            : `Cause: ${describeNamed(diagnosis)}.`,
        ];
  if (notice === 'resolved') {
    const { recoverSeconds } = timesOf(incident);
    return [
      `Recovery was proved by fresh probes after ${formatDuration(recoverSeconds)}.`,
      ...answer,
    ];
  }
  const flapping = incident.flapping ?? [];
  if (notice === 'flapping_started') {
    const named = flapping.slice(0, 5).map(({ name, percent }) => `${name} (${percent} %)`);
    return [
      `Comes and goes too often: ${named.join(', ')}. Pages are held until it is calm.`,
      ...answer,
    ];
  }
  if (notice === 'flapping_ended') {
    return ['It flaps no longer, and it fires.', ...alerts, ...more, ...answer];
  }
  const steps = (plan?.steps ?? []).slice(0, 3).map(({ text }) => `Suggested: ${text}`);
  return [...alerts, ...more, ...answer, ...steps];
}
