import type {
  AlertView,
  DiagnosisBriefView,
  DiagnosisView,
  ExplanationTermView,
  HeldView,
  IncidentDetailView,
  IncidentPhase,
  IncidentSummaryView,
  RankedAnswerView,
  RegroupingView,
  TimelineEntryView,
} from '../console/console.ts';
import {
  alertIdOf,
  describeMembership,
  isDoubt,
  isOpen,
  kindOf,
} from '../responder/incidents/incidents.ts';
import type {
  DiagnosisReason,
  Incident,
  IncidentAlert,
  RankedClass,
  Regrouping,
} from '../responder/incidents/incidents.ts';
import type { IncidentDetail, PipelineLine } from '../responder/pipeline/pipeline.ts';
import type { IncidentEvent, JournalEntryView } from '../web/web.ts';

/** Turns the responder's records into what the pages and the API show. Pure. */
type Journal = IncidentDetail['journal'];

function briefDiagnosis(incident: Incident): DiagnosisBriefView | null {
  const { correctedClass, diagnosis } = incident;
  if (correctedClass !== null)
    return { answer: correctedClass, probability: null, corrected: true };
  if (diagnosis === null) return null;
  return { answer: diagnosis.answer, probability: diagnosis.probability, corrected: false };
}

/** What the reconciler noted last is of interest only while the incident is open. */
function whysOf(incident: Incident, ofDoubts: boolean): readonly string[] {
  const notes = isOpen(incident.phase) ? (incident.upstream ?? []) : [];
  return notes.filter((note) => isDoubt(note) === ofDoubts).map(({ why }) => why);
}

/** Known at once when a verification was held up by it; of interest while that verification is the last word. */
function stillHeldOf({ phase, verification, quietSinceMs }: Incident): readonly string[] {
  if (phase !== 'verifying' || verification?.quietSinceMs !== quietSinceMs) return [];
  return verification.stillHeld ?? [];
}

function toRegroupingView(regrouping: Regrouping): RegroupingView {
  const { incidentId, title, actor: by, why, atMs } = regrouping;
  return { incidentId, title, by, why, atMs };
}

const SHOWN_FLAPPING = 3;

/** Of interest only while the incident is open. */
function pagesHeldOf(incident: Incident): readonly HeldView[] {
  if (!isOpen(incident.phase)) return [];
  const { maintenance = [], holdOff = null, flapping = [] } = incident;
  const named = flapping
    .slice(0, SHOWN_FLAPPING)
    .map(({ name, percent }) => `${name} (${percent} %)`);
  const more =
    flapping.length > SHOWN_FLAPPING ? ` and ${flapping.length - SHOWN_FLAPPING} more` : '';
  return [
    ...maintenance.map(({ name, reason }) => ({
      reason: 'maintenance' as const,
      text: `In maintenance (${name}): ${reason}; pages wait until its end`,
    })),
    ...(holdOff === null
      ? []
      : [
          {
            reason: 'hold_off' as const,
            text: `Pages wait until ${new Date(holdOff.untilMs).toISOString().slice(11, 19)} UTC to see whether the alerts stay`,
          },
        ]),
    ...(flapping.length === 0
      ? []
      : [{ reason: 'flapping' as const, text: `Flapping: ${named.join(', ')}${more}` }]),
  ];
}

export function toSummaryView(incident: Incident): IncidentSummaryView {
  const { acknowledgedAtMs, acknowledgedBy, alerts, compacted, mergedInto } = incident;
  // Those of a merged one fire elsewhere.
  const firing = mergedInto === undefined ? alerts.filter(({ status }) => status === 'firing') : [];
  return {
    id: incident.id,
    target: incident.target,
    title: incident.title,
    severity: incident.severity,
    phase: incident.phase,
    recovery: incident.confirmation,
    unconfirmedBecause: [...stillHeldOf(incident), ...whysOf(incident, true)],
    muted: whysOf(incident, false),
    pagesHeld: pagesHeldOf(incident),
    diagnosis: briefDiagnosis(incident),
    component: incident.component?.name ?? null,
    openedAtMs: incident.reportedAtMs,
    updatedAtMs: incident.updatedAtMs,
    resolvedAtMs: incident.resolvedAtMs,
    acknowledged:
      acknowledgedAtMs === null || acknowledgedBy === null
        ? null
        : { by: acknowledgedBy, atMs: acknowledgedAtMs },
    firingAlerts: firing.length,
    totalAlerts: compacted?.totalAlerts ?? alerts.length,
    timesReopened: incident.reopenings,
    mergedInto: mergedInto === undefined ? null : toRegroupingView(mergedInto),
    compacted: compacted === undefined ? null : { atMs: compacted.atMs, rule: compacted.rule },
    sequence: incident.sequence,
  };
}

function toRankedView({ class: answer, probability }: RankedClass): RankedAnswerView {
  return { answer, probability };
}

function toTermView({ text, contribution, link }: DiagnosisReason): ExplanationTermView {
  return { text, contribution, link: link ?? null };
}

function toDiagnosisView(incident: Incident): DiagnosisView | null {
  const { diagnosis } = incident;
  if (diagnosis === null) return null;
  return {
    answer: diagnosis.answer,
    probability: diagnosis.probability,
    also: (diagnosis.also ?? []).map(toRankedView),
    alternatives: diagnosis.alternatives.map(toRankedView),
    terms: diagnosis.reasons.map(toTermView),
    rival:
      diagnosis.rival === undefined
        ? null
        : { answer: diagnosis.rival.class, terms: diagnosis.rival.reasons.map(toTermView) },
    suspects: diagnosis.components.map(({ name, score, why }) => ({ component: name, score, why })),
    model: diagnosis.modelId,
    challenger:
      diagnosis.challenger === undefined
        ? null
        : { answer: diagnosis.challenger.answer, model: diagnosis.challenger.modelId },
    madeAtMs: incident.diagnosedAtMs,
    whyUnknown: diagnosis.whyUnknown ?? null,
    evidence: incident.evidenceSummary,
  };
}

/** A storm puts 20,000 alerts into one incident; `totalAlerts` says how many there are. */
const SHOWN_ALERTS = 500;

/** Firing before stopped, each as they came. */
function shownAlerts(alerts: readonly IncidentAlert[]): readonly IncidentAlert[] {
  if (alerts.length <= SHOWN_ALERTS) return alerts;
  const firing = alerts.filter(({ status }) => status === 'firing').slice(0, SHOWN_ALERTS);
  const stopped = alerts.filter(({ status }) => status === 'resolved');
  return [...firing, ...stopped.slice(0, SHOWN_ALERTS - firing.length)];
}

function toAlertView(incident: Incident, alert: IncidentAlert): AlertView {
  const { annotations } = alert;
  return {
    id: alertIdOf(alert),
    fingerprint: alert.fingerprint,
    name: alert.name,
    severity: alert.severity,
    summary: annotations['summary'] ?? alert.name,
    status: alert.status,
    startsAtMs: alert.startsAtMs,
    endsAtMs: alert.endsAtMs,
    labels: alert.labels,
    runbookUrl: annotations['runbook_url'] ?? null,
    sourceUrl: alert.generatorUrl === '' ? null : alert.generatorUrl,
    joinedBecause: describeMembership(incident, alert),
  };
}

/** When each phase of the present episode was reached first. A person or a new alert may have reopened it. */
function phaseTimes(journal: Journal): Partial<Record<IncidentPhase, number>> {
  const firstOpen = journal.findLastIndex(
    ({ phase }, index) => isOpen(phase) && !isOpen(journal[index - 1]?.phase ?? 'closed'),
  );
  const times: Partial<Record<IncidentPhase, number>> = {};
  for (const { phase, atMs } of journal.slice(Math.max(0, firstOpen))) times[phase] ??= atMs;
  return times;
}

function correctionOf(
  { correctedClass }: Incident,
  journal: Journal,
): IncidentDetailView['correction'] {
  const entry = journal.findLast(({ event }) => kindOf(event) === 'diagnosis_corrected');
  if (entry === undefined || correctedClass === null) return null;
  return { by: entry.event.actor, atMs: entry.atMs, answer: correctedClass };
}

function notificationEntries(detail: IncidentDetail): readonly TimelineEntryView[] {
  return detail.notifications.flatMap((item, index) =>
    item.state === 'sent' && item.finishedAtMs !== null
      ? [
          {
            id: -1 - index,
            atMs: item.finishedAtMs,
            kind: 'notified',
            actor: 'crmwatch',
            text: `told ${item.channel} (${item.notice})`,
          },
        ]
      : [],
  );
}

export function toDetailView(detail: IncidentDetail): IncidentDetailView {
  const { incident, journal } = detail;
  const { plan, verification, merged = [], splitFrom } = incident;
  const timeline = journal.map(({ id, atMs, event, line }) => ({
    id,
    atMs,
    kind: kindOf(event),
    actor: event.actor,
    text: line,
  }));
  return {
    ...toSummaryView(incident),
    phaseTimes: phaseTimes(journal),
    modelDiagnosis: toDiagnosisView(incident),
    correction: correctionOf(incident, journal),
    alerts: shownAlerts(incident.alerts).map((alert) => toAlertView(incident, alert)),
    merged: merged.map(toRegroupingView),
    splitFrom: splitFrom === undefined ? null : toRegroupingView(splitFrom),
    verifications: (verification?.checks ?? []).map(({ alert, probe, outcome, why }) => ({
      alert,
      probe,
      outcome,
      detail: why,
      atMs: verification?.startedAtMs ?? null,
    })),
    plan:
      plan === null
        ? null
        : {
            title: plan.title,
            steps: plan.steps.map(({ text, command, link }) => ({
              text,
              command: command ?? null,
              link: link ?? null,
            })),
            avoid: plan.avoid,
          },
    timeline: [...timeline, ...notificationEntries(detail)].toSorted((a, b) => a.atMs - b.atMs),
  };
}

export function toIncidentEvent({ id, incidentId, kind, line, atMs }: PipelineLine): IncidentEvent {
  return { id, incidentId, kind, text: line, at: atMs };
}

export function toJournalView(entry: Journal[number]): JournalEntryView {
  const { id, sequence, atMs, phase, event, line } = entry;
  return { id, sequence, atMs, kind: kindOf(event), phase, actor: event.actor, text: line };
}
