import { NO_FAULT, UNKNOWN_FAULT, faultClassDefinition } from '../../catalog/catalog.ts';
import type { DiagnosisAnswer } from '../../catalog/catalog.ts';
import { unreachable } from '../../std/std.ts';
import type { AlertEvent } from '../alerts/alerts.ts';
import { describeRegrouping } from './describe-regrouping.ts';
import { formatTime } from './format-time.ts';
import type { HoldEvent } from './hold-transitions.ts';
import type { ForgottenEvent, IncidentEvent } from './incident-event.ts';
import { isDoubt } from './incident.ts';
import type { DiagnosisView, UpstreamNote } from './incident.ts';

/** A fault class in words; one of another version by its name. */
export function describeAnswer(answer: DiagnosisAnswer): string {
  if (answer === UNKNOWN_FAULT) return 'unknown';
  if (answer === NO_FAULT) return 'no fault';
  return faultClassDefinition(answer)?.title ?? answer;
}

/** All classes that are named, each with its probability: "Name resolution (93 %) and Database (88 %)". */
export function describeNamed({
  answer,
  probability,
  also = [],
}: Pick<DiagnosisView, 'answer' | 'probability' | 'also'>): string {
  const named = [{ class: answer, probability }, ...also];
  return named
    .map((one) => `${describeAnswer(one.class)} (${formatPercent(one.probability)})`)
    .join(' and ');
}

export function formatPercent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

/** What happened, in one plain line without a full stop. */
export function describeEvent(event: IncidentEvent | ForgottenEvent): string {
  switch (event.kind) {
    case 'alert_fired': {
      const { name, annotations, because } = event.alert;
      const summary = annotations['summary'];
      const joined = because === undefined ? '' : ` (joined because ${because})`;
      const told = summary === undefined ? '' : `: ${summary}`;
      return `alert ${name} fires${told}${joined}${reasonOf([event.alert])}`;
    }
    case 'alert_resolved':
      return `alert ${event.alert.name} is gone${reasonOf([event.alert])}`;
    case 'alerts_told':
      return `${describeAlerts(event.alerts)}${reasonOf(event.alerts)}`;
    case 'diagnosed': {
      const { answer, whyUnknown } = event.diagnosis;
      if (answer !== UNKNOWN_FAULT) return `diagnosed: ${describeNamed(event.diagnosis)}`;
      return `diagnosed: unknown${whyUnknown === undefined ? '' : `, because ${whyUnknown}`}`;
    }
    case 'localised':
      return event.component === null
        ? 'localised: no component stands out'
        : `localised: ${event.component.name}, because ${event.component.why}`;
    case 'repair_suggested':
      return `repair suggested: ${event.plan.title}, ${event.plan.steps.length} steps`;
    case 'verification_passed':
      return 'recovery verified by fresh probes';
    case 'verification_failed':
      return `recovery not verified: ${event.verification.why}`;
    case 'verification_impossible':
      return `recovery cannot be verified: ${event.verification.why}`;
    case 'acknowledged':
      return `acknowledged by ${event.actor}`;
    case 'commented':
      return `${event.actor} wrote: ${event.text}`;
    case 'diagnosis_corrected':
      return `${event.actor} corrected the diagnosis to ${describeAnswer(event.correctedClass)}`;
    case 'reopened':
      return `reopened by ${event.actor}${event.why === '' ? '' : `: ${event.why}`}`;
    case 'closed':
      return `closed by ${event.actor}${event.why === '' ? '' : `: ${event.why}`}`;
    case 'notification_dead':
      return `notification by ${event.channel} given up: ${event.why}`;
    case 'upstream_noted':
      return describeNotes(event.notes);
    case 'compacted':
      return `${event.entries} entries before this one were forgotten by ${event.rule}; the figures are kept`;
    case 'forgotten':
      return `${event.was.replaceAll('_', ' ')} (the text was forgotten)`;
    case 'merged_into':
    case 'merged_from':
    case 'merge_undone':
    case 'alerts_returned':
    case 'alerts_split_off':
    case 'split_from':
    case 'alerts_moved_in':
      return describeRegrouping(event);
    case 'maintenance_started':
    case 'maintenance_ended':
    case 'hold_off_started':
    case 'hold_off_ended':
    case 'flapping_started':
    case 'flapping_ended':
      return describeHold(event);
    default:
      return unreachable(event);
  }
}

/** What a sender told needs no reason; of many that the reconciler told, one is enough. */
function reasonOf(alerts: readonly AlertEvent[]): string {
  const reconciled = alerts.find((alert) => alert.reconciled !== undefined)?.reconciled;
  return reconciled === undefined ? '' : `, because ${reconciled}`;
}

/** What keeps people from being told, or does no longer. */
function describeHold(event: HoldEvent): string {
  switch (event.kind) {
    case 'maintenance_started':
      return `in maintenance (${event.window.name}): ${event.window.reason}; pages are delayed`;
    case 'maintenance_ended':
      return `no longer in maintenance (${event.window.name}): ${event.why}`;
    case 'hold_off_started':
      return `pages wait until ${formatTime(event.untilMs)} to see whether the alerts stay`;
    case 'hold_off_ended':
      return `pages wait no longer: ${event.why}`;
    case 'flapping_started':
      return `alert ${event.alert.name} flaps (${event.percent} %); pages for it are held until it is calm`;
    case 'flapping_ended':
      return `alert ${event.alert.name} flaps no longer: ${event.why}`;
    default:
      return unreachable(event);
  }
}

function describeNotes(notes: readonly UpstreamNote[]): string {
  if (notes.length === 0) return 'upstream is clear again: nothing is in doubt';
  const whys = notes.map(({ why }) => why).join('; ');
  return notes.some(isDoubt) ? `unconfirmed: ${whys}` : `upstream: ${whys}`;
}

const NAMED = 5;

/** `1000 alerts fire: 990 CrmApiSlow, 10 CrmDataLate; 1 alert is gone: 1 CrmApiSlow`. */
function describeAlerts(alerts: readonly AlertEvent[]): string {
  const parts = (['firing', 'resolved'] as const).flatMap((status) => {
    const names = alerts.filter((alert) => alert.status === status).map(({ name }) => name);
    if (names.length === 0) return [];
    const [one, many] = status === 'firing' ? ['fires', 'fire'] : ['is gone', 'are gone'];
    const what = names.length === 1 ? `1 alert ${one}` : `${names.length} alerts ${many}`;
    return [`${what}: ${countNames(names)}`];
  });
  return parts.join('; ');
}

/** `990 CrmApiSlow, 10 CrmDataLate and 3 more names`, the most frequent first. */
export function countNames(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort(([, left], [, right]) => right - left);
  const shown = sorted.slice(0, NAMED).map(([name, count]) => `${count} ${name}`);
  const more = sorted.length > NAMED ? ` and ${sorted.length - NAMED} more names` : '';
  return `${shown.join(', ')}${more}`;
}
