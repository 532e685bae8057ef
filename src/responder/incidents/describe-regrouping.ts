import { unreachable } from '../../std/std.ts';
import type { EventOf } from './incident-event.ts';

type RegroupingEvent = EventOf<
  | 'merged_into'
  | 'merged_from'
  | 'merge_undone'
  | 'alerts_returned'
  | 'alerts_split_off'
  | 'split_from'
  | 'alerts_moved_in'
>;

/** A merge, a split or the undoing of one, in a plain line without a full stop. */
export function describeRegrouping(event: RegroupingEvent): string {
  const { actor } = event;
  switch (event.kind) {
    case 'merged_into':
      return `${actor} merged it into ${event.into.id}${because(event.why)}`;
    case 'merged_from':
      return `${actor} merged ${event.from.id} into it, ${count(event.alerts)}${because(event.why)}`;
    case 'merge_undone':
      return `${actor} took it out of ${event.from.id} again, ${count(event.alerts)}${because(event.why)}`;
    case 'alerts_returned':
      return `${actor} took ${event.to.id} out of it again${because(event.why)}`;
    case 'alerts_split_off':
      return `${actor} split ${count(event.alerts)} off into ${event.to.id}${because(event.why)}`;
    case 'split_from':
      return `${actor} split it off ${event.from.id}, ${count(event.alerts)}${because(event.why)}`;
    case 'alerts_moved_in':
      return `${count(event.alerts)} more moved here out of ${event.from.id}`;
    default:
      return unreachable(event);
  }
}

function count(alerts: readonly unknown[]): string {
  return alerts.length === 1 ? '1 alert' : `${alerts.length} alerts`;
}

function because(why: string): string {
  return why === '' ? '' : `: ${why}`;
}
