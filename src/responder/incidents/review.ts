import { SYSTEM_ACTOR, kindOf } from './incident-event.ts';
import { countNames, describeAnswer, describeEvent, describeNamed } from './describe-event.ts';
import { formatTime } from './format-time.ts';
import type { Incident, IncidentAlert, Regrouping } from './incident.ts';
import type { JournalEntry } from './journal.ts';
import { afterColon, describeMembership } from './membership.ts';
import { timesOf } from './times.ts';

/** `1 h 2 min 3 s`; null is "not". */
export function formatDuration(seconds: number | null): string {
  if (seconds === null) return 'not';
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'min'],
    [whole % 60, 's'],
  ] as const;
  const text = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`);
  return text.length === 0 ? '0 s' : text.join(' ');
}

/** Text from outside must not become Markdown or HTML of the review. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|~]/g, (character) => `\\${character}`);
}

/** The review of an incident as Markdown; the same incident and journal give the same text for ever. */
export function renderReview(incident: Incident, journal: readonly JournalEntry[]): string {
  return [
    `# Review of ${incident.id}: ${plain(incident.title)}`,
    '',
    ...compaction(incident),
    ...summary(incident),
    '## Times',
    '',
    ...timeTable(incident),
    '## Cause',
    '',
    ...cause(incident),
    '## Evidence',
    '',
    ...bullets(incident.evidenceSummary, orForgotten('Nothing was recorded.', incident)),
    '## Alerts',
    '',
    ...bullets(alertLines(incident)),
    '## Recovery',
    '',
    ...recovery(incident),
    '## Actions',
    '',
    ...bullets(actions(journal), 'Nobody wrote down what was done.'),
    '## Timeline',
    '',
    '| Time | Who | What | Phase |',
    '| --- | --- | --- | --- |',
    ...journal.map(timelineRow),
    '',
  ].join('\n');
}

function compaction({ compacted }: Incident): readonly string[] {
  if (compacted === undefined) return [];
  const { atMs, rule } = compacted;
  return [
    `Compacted on ${formatTime(atMs)} by ${rule}: its texts were forgotten, and its figures kept.`,
    '',
  ];
}

/** What stands where there is nothing, unless there was something once. */
function orForgotten(text: string, { compacted }: Incident): string {
  return compacted === undefined ? text : 'Forgotten.';
}

function summary(incident: Incident): readonly string[] {
  const about = incident.target === null ? 'the monitoring itself' : plain(incident.target);
  return [
    `- About: ${about}`,
    `- Severity: ${incident.highestSeverity}`,
    `- Phase: ${incident.phase}, recovery ${incident.confirmation === 'none' ? 'open' : incident.confirmation}`,
    `- Reopened: ${incident.reopenings} times`,
    ...groupingLines(incident),
    '',
  ];
}

function groupingLines({ mergedInto, merged = [], splitFrom }: Incident): readonly string[] {
  const line = (what: string, { incidentId, title, actor, why }: Regrouping): string =>
    `- ${what}: ${incidentId} (${plain(title)}), by ${plain(actor + afterColon(why))}`;
  return [
    ...(mergedInto === undefined ? [] : [line('Merged into', mergedInto)]),
    ...(splitFrom === undefined ? [] : [line('Split off', splitFrom)]),
    ...merged.map((merge) => line('Took in', merge)),
  ];
}

function timeTable(incident: Incident): readonly string[] {
  const times = timesOf(incident);
  return [
    '| To | Time |',
    '| --- | --- |',
    `| detect | ${formatDuration(times.detectSeconds)} |`,
    `| diagnose | ${formatDuration(times.diagnoseSeconds)} |`,
    `| acknowledge | ${formatDuration(times.acknowledgeSeconds)} |`,
    `| recover | ${formatDuration(times.recoverSeconds)} |`,
    `| close | ${formatDuration(times.closeSeconds)} |`,
    '',
  ];
}

function cause({ diagnosis, correctedClass, component }: Incident): readonly string[] {
  if (diagnosis === null) return ['It was not diagnosed.', ''];
  const { reasons, modelId, whyUnknown } = diagnosis;
  return [
    `Diagnosis: ${describeNamed(diagnosis)}, by model ${plain(modelId)}.`,
    ...(whyUnknown === undefined ? [] : ['', `Unknown, because ${plain(whyUnknown)}.`]),
    ...(correctedClass === null ? [] : ['', `Corrected to: ${describeAnswer(correctedClass)}.`]),
    ...(component === null
      ? []
      : ['', `Suspected: ${plain(component.name)}${reasonOf(component.why)}.`]),
    '',
    ...bullets(reasons.map(({ text, contribution }) => `${text} (${contribution.toFixed(2)})`)),
  ];
}

function reasonOf(why: string): string {
  return why === '' ? '' : `, because ${plain(why)}`;
}

function recovery({ verification, resolvedAtMs, mergedInto }: Incident): readonly string[] {
  if (mergedInto !== undefined) {
    const { incidentId } = mergedInto;
    return [`It ended by a merge; whether its alerts are over is proved in ${incidentId}.`, ''];
  }
  if (verification === null) return ['Recovery was not verified.', ''];
  const verdict = resolvedAtMs === null ? 'Not proved' : `Proved at ${formatTime(resolvedAtMs)}`;
  const checks = verification.checks.map(
    ({ alert, probe, outcome, why }) =>
      `${alert}${probe === null ? '' : ` by probe ${probe}`}: ${outcome}${why === '' ? '' : `, ${why}`}`,
  );
  return [`${verdict}.`, '', ...bullets(checks)];
}

/** What people did and wrote. */
function actions(journal: readonly JournalEntry[]): readonly string[] {
  const byPeople = new Set([
    'acknowledged',
    'commented',
    'diagnosis_corrected',
    'reopened',
    'closed',
    'merged_into',
    'merged_from',
    'merge_undone',
    'alerts_returned',
    'alerts_split_off',
    'split_from',
  ]);
  return journal
    .filter(({ event }) => byPeople.has(kindOf(event)) && event.actor !== SYSTEM_ACTOR)
    .map(({ atMs, event }) => `${formatTime(atMs)}: ${describeEvent(event)}`);
}

function timelineRow({ atMs, event, phase }: JournalEntry): string {
  return `| ${formatTime(atMs)} | ${plain(event.actor)} | ${plain(describeEvent(event))} | ${phase} |`;
}

const SHOWN_ALERTS = 200;

/** The first alerts in full, and the rest of a storm counted by name. */
function alertLines(incident: Incident): readonly string[] {
  const { alerts, compacted } = incident;
  if (compacted !== undefined) {
    const lines = compacted.alerts.map(
      ({ name, severity, count }) => `${count} ${name} (${severity})`,
    );
    const named = compacted.alerts.reduce((sum, { count }) => sum + count, 0);
    const rest = compacted.totalAlerts - named;
    return rest === 0 ? lines : [...lines, `and ${rest} more`];
  }
  const lines = alerts.slice(0, SHOWN_ALERTS).map((alert) => alertLine(incident, alert));
  const rest = alerts.slice(SHOWN_ALERTS).map(({ name }) => name);
  return rest.length === 0 ? lines : [...lines, `and ${rest.length} more: ${countNames(rest)}`];
}

function alertLine(incident: Incident, alert: IncidentAlert): string {
  const { name, severity, labels, because, from } = alert;
  const hidden = new Set(['alertname', 'severity', 'target']);
  const rest = Object.entries(labels).filter(([label]) => !hidden.has(label));
  const about = `${name} (${severity}) ${rest.map(([label, value]) => `${label}=${value}`).join(', ')}`;
  const isPlain = because === undefined && from === undefined;
  const why = isPlain ? '' : `, here because ${describeMembership(incident, alert)}`;
  return `${about.trim()}${why}`;
}

function bullets(lines: readonly string[], otherwise?: string): readonly string[] {
  if (lines.length > 0) return [...lines.map((line) => `- ${plain(line)}`), ''];
  return otherwise === undefined ? [] : [otherwise, ''];
}
