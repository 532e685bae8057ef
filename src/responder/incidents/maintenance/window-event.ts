import { unreachable } from '../../../std/std.ts';
import { formatTime } from '../format-time.ts';
import { describeScope } from './window.ts';
import type { MaintenanceWindow } from './window.ts';

export type WindowDefinition = Pick<
  MaintenanceWindow,
  'name' | 'reason' | 'scope' | 'schedule' | 'startsAtMs' | 'endsAtMs'
>;

/** What can happen to a window, by whom; each is an entry of its journal. */
export type WindowEvent = { readonly actor: string } & (
  | { readonly kind: 'maintenance_planned'; readonly window: WindowDefinition }
  | { readonly kind: 'maintenance_started' }
  /** Made longer or shorter. */
  | { readonly kind: 'maintenance_moved'; readonly endsAtMs: number; readonly why: string }
  | { readonly kind: 'maintenance_ended'; readonly why: string }
);

export type WindowOutcome =
  | { readonly changed: true; readonly window: MaintenanceWindow }
  | { readonly changed: false; readonly window: MaintenanceWindow | null; readonly reason: string };

/** Decides what an event makes of a window: pure, and defined for every event in every state. Null does not exist yet. */
export function transitionWindow(
  id: string,
  window: MaintenanceWindow | null,
  event: WindowEvent,
  nowMs: number,
): WindowOutcome {
  if (window === null) {
    if (event.kind !== 'maintenance_planned') {
      return { changed: false, window, reason: 'there is no such window' };
    }
    return { changed: true, window: plan(id, event.window, event.actor, nowMs) };
  }
  const refuse = (reason: string): WindowOutcome => ({ changed: false, window, reason });
  const change = (fields: Partial<MaintenanceWindow>): WindowOutcome => ({
    changed: true,
    window: { ...window, ...fields, sequence: window.sequence + 1 },
  });
  if (window.state === 'ended') return refuse('the window is over');
  switch (event.kind) {
    case 'maintenance_planned':
      return refuse('the window exists already');
    case 'maintenance_started':
      if (window.state === 'active') return refuse('it has begun already');
      return change({ state: 'active', startedAtMs: nowMs });
    case 'maintenance_moved':
      if (event.endsAtMs === window.endsAtMs) return refuse('it is to end then already');
      if (event.endsAtMs <= window.startsAtMs) return refuse('it would end before it begins');
      return change({ endsAtMs: event.endsAtMs });
    case 'maintenance_ended':
      return change({
        state: 'ended',
        endedAtMs: nowMs,
        endedBy: event.actor,
        endedBecause: event.why,
      });
    default:
      return unreachable(event);
  }
}

function plan(
  id: string,
  definition: WindowDefinition,
  plannedBy: string,
  plannedAtMs: number,
): MaintenanceWindow {
  const { name, reason, scope, schedule, startsAtMs, endsAtMs } = definition;
  return {
    id,
    name,
    reason,
    scope,
    schedule,
    startsAtMs,
    endsAtMs,
    plannedBy,
    plannedAtMs,
    state: 'planned',
    startedAtMs: null,
    endedAtMs: null,
    endedBy: null,
    endedBecause: null,
    sequence: 1,
  };
}

/** What happened, in one plain line without a full stop. */
export function describeWindowEvent(event: WindowEvent): string {
  const because = 'why' in event && event.why !== '' ? `: ${event.why}` : '';
  switch (event.kind) {
    case 'maintenance_planned': {
      const { name, scope, startsAtMs, endsAtMs, reason } = event.window;
      const span = `${formatTime(startsAtMs)} to ${formatTime(endsAtMs)}`;
      return `maintenance ${name} of ${describeScope(scope)} planned from ${span}: ${reason}`;
    }
    case 'maintenance_started':
      return 'maintenance began';
    case 'maintenance_moved':
      return `to end at ${formatTime(event.endsAtMs)}${because}`;
    case 'maintenance_ended':
      return `maintenance ended${because}`;
    default:
      return unreachable(event);
  }
}
