import { notify } from './incident-event.ts';
import type { EventOf } from './incident-event.ts';
import { isFiring, isOpen } from './incident.ts';
import type { Incident } from './incident.ts';
import { change, ignore } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/** What keeps people from being told of an incident begins and ends; the way of the incident goes on all the same. */
export type HoldEvent = EventOf<
  | 'maintenance_started'
  | 'maintenance_ended'
  | 'hold_off_started'
  | 'hold_off_ended'
  | 'flapping_started'
  | 'flapping_ended'
>;

export function hold(incident: Incident, event: HoldEvent, nowMs: number): Outcome {
  switch (event.kind) {
    case 'maintenance_started':
      return enter(incident, event, nowMs);
    case 'maintenance_ended':
      return leave(incident, event, nowMs);
    case 'hold_off_started': {
      const { untilMs } = event;
      if (untilMs >= (incident.holdOff?.untilMs ?? Infinity)) {
        return ignore(incident, 'its pages wait no longer than that already');
      }
      return change(incident, nowMs, { holdOff: { untilMs } }, { reason: 'its pages wait' });
    }
    case 'hold_off_ended':
      if ((incident.holdOff ?? null) === null) return ignore(incident, 'its pages do not wait');
      return change(incident, nowMs, { holdOff: null }, { reason: event.why });
    case 'flapping_started':
      return flap(incident, event, nowMs);
    case 'flapping_ended':
      return calm(incident, event, nowMs);
  }
}

function enter(
  incident: Incident,
  { window }: EventOf<'maintenance_started'>,
  nowMs: number,
): Outcome {
  const { maintenance = [] } = incident;
  if (maintenance.some(({ windowId }) => windowId === window.id)) {
    return ignore(incident, 'it is in this window already');
  }
  const { id: windowId, name, reason } = window;
  const mark = { windowId, name, reason, sinceMs: nowMs };
  return change(
    incident,
    nowMs,
    { maintenance: [...maintenance, mark] },
    { reason: 'in maintenance' },
  );
}

function leave(incident: Incident, event: EventOf<'maintenance_ended'>, nowMs: number): Outcome {
  const { maintenance = [] } = incident;
  const left = maintenance.filter(({ windowId }) => windowId !== event.window.id);
  if (left.length === maintenance.length) return ignore(incident, 'it is not in this window');
  return change(incident, nowMs, { maintenance: left }, { reason: event.why });
}

function flap(incident: Incident, event: EventOf<'flapping_started'>, nowMs: number): Outcome {
  const { flapping = [] } = incident;
  const { source, fingerprint, name } = event.alert;
  const isKnown = flapping.some((mark) => isSame(mark, event.alert));
  if (isKnown) return ignore(incident, 'it is known to flap');
  if (!isOpen(incident.phase)) return ignore(incident, 'it is over');
  const mark = { source, fingerprint, name, percent: event.percent, sinceMs: nowMs };
  const effects = flapping.length === 0 ? [notify('flapping_started')] : [];
  return change(
    incident,
    nowMs,
    { flapping: [...flapping, mark] },
    { effects, reason: 'an alert flaps' },
  );
}

function calm(incident: Incident, event: EventOf<'flapping_ended'>, nowMs: number): Outcome {
  const { flapping = [] } = incident;
  const left = flapping.filter((mark) => !isSame(mark, event.alert));
  if (left.length === flapping.length) return ignore(incident, 'it is not known to flap');
  const isCalm = left.length === 0;
  const isTold = isCalm && isFiring(incident) && isOpen(incident.phase);
  return change(
    incident,
    nowMs,
    { flapping: left },
    {
      effects: [
        ...(isTold ? [notify('flapping_ended')] : []),
        ...(isCalm && incident.phase === 'verifying' ? [{ kind: 'verify' } as const] : []),
      ],
      reason: event.why,
    },
  );
}

type Named = { readonly source: string; readonly fingerprint: string };

function isSame(left: Named, right: Named): boolean {
  return left.source === right.source && left.fingerprint === right.fingerprint;
}
