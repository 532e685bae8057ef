import { FAULT_CLASSES, NO_FAULT, UNKNOWN_FAULT } from '../../catalog/catalog.ts';
import type { DiagnosisAnswer } from '../../catalog/catalog.ts';
import { unreachable } from '../../std/std.ts';
import type { EventOf, IncidentEvent } from './incident-event.ts';
import { isDoubt } from './incident.ts';
import type { UpstreamNote } from './incident.ts';

/** A fault class in words. */
export function describeAnswer(answer: DiagnosisAnswer): string {
  if (answer === UNKNOWN_FAULT) return 'unknown';
  if (answer === NO_FAULT) return 'no fault';
  return FAULT_CLASSES[answer].title;
}

export function formatPercent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

/** What happened, in one plain line without a full stop. */
export function describeEvent(event: IncidentEvent): string {
  switch (event.kind) {
    case 'alert_fired': {
      const { name, annotations } = event.alert;
      const summary = annotations['summary'];
      return `alert ${name} fires${summary === undefined ? '' : `: ${summary}`}${because(event)}`;
    }
    case 'alert_resolved':
      return `alert ${event.alert.name} is gone${because(event)}`;
    case 'diagnosed': {
      const { answer, probability, whyUnknown } = event.diagnosis;
      if (answer !== UNKNOWN_FAULT) {
        return `diagnosed: ${describeAnswer(answer)} (${formatPercent(probability)})`;
      }
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
    default:
      return unreachable(event);
  }
}

/** What a sender told needs no reason. */
function because({ alert: { reconciled } }: EventOf<'alert_fired' | 'alert_resolved'>): string {
  return reconciled === undefined ? '' : `, because ${reconciled}`;
}

function describeNotes(notes: readonly UpstreamNote[]): string {
  if (notes.length === 0) return 'upstream is clear again: nothing is in doubt';
  const whys = notes.map(({ why }) => why).join('; ');
  return notes.some(isDoubt) ? `unconfirmed: ${whys}` : `upstream: ${whys}`;
}
