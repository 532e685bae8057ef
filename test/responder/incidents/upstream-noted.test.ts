import { describe, expect, it } from 'vitest';
import { describeEvent, transition } from '../../../src/responder/incidents/incidents.ts';
import type { Incident, IncidentEvent } from '../../../src/responder/incidents/incidents.ts';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { START_MS, createAlert, createVerification } from '../../support/alerts.ts';

const MINUTE_MS = 60_000;

function fired(changes: Partial<AlertEvent> = {}): IncidentEvent {
  return { kind: 'alert_fired', actor: 'am', alert: createAlert(changes), incidentId: 'inc_1' };
}

function gone(changes: Partial<AlertEvent> = {}): IncidentEvent {
  const receivedAtMs = START_MS + MINUTE_MS;
  const alert = createAlert({ status: 'resolved', endsAtMs: receivedAtMs, receivedAtMs });
  return { kind: 'alert_resolved', actor: 'am', alert: { ...alert, ...changes } };
}

function after(...events: readonly IncidentEvent[]): Incident {
  let incident: Incident | null = null;
  for (const event of events) incident = transition(incident, event, START_MS).incident;
  if (incident === null) throw new Error('no incident');
  return incident;
}

function noted(why: string | null): IncidentEvent {
  const notes = why === null ? [] : [{ kind: 'rule_deleted', why } as const];
  return { kind: 'upstream_noted', actor: 'reconciler', notes };
}

describe('peers of one source', () => {
  it('are one sender, whoever of them tells', () => {
    const peer = { sender: 'am-2', source: 'am' };
    expect(transition(after(fired()), fired(peer), START_MS).changed).toBe(false);
    const { alerts, phase } = after(fired(), gone(peer));
    expect([alerts.length, phase]).toEqual([1, 'verifying']);
  });
});

describe('what the reconciler tells', () => {
  it('is believed when it fires after a resolve: the resolve was false', () => {
    const again = { receivedAtMs: START_MS + 2 * MINUTE_MS };
    const late = transition(after(fired(), gone()), fired(again), START_MS);
    expect(late.changed).toBe(false);
    const seen = fired({ ...again, reconciled: 'it is held' });
    expect(after(fired(), gone(), seen).phase).toBe('reported');
    expect(describeEvent(seen)).toMatch(/^alert CrmUnreachable fires: .+, because it is held$/);
  });

  it('has no end until the resolve of the sender comes after all, and ends no later episode', () => {
    const seen = gone({
      endsAtMs: null,
      startsAtMs: START_MS - MINUTE_MS,
      reconciled: 'nobody holds it',
    });
    const incident = after(fired(), seen);
    expect([incident.phase, incident.alerts[0]?.endsAtMs]).toEqual(['verifying', null]);
    expect(describeEvent(seen)).toBe('alert CrmUnreachable is gone, because nobody holds it');
    const told = transition(incident, gone(), START_MS);
    expect(told.incident?.alerts[0]?.endsAtMs).toBe(START_MS + MINUTE_MS);
    expect(told.effects).toEqual([]);
    expect(transition(told.incident, gone(), START_MS).changed).toBe(false);
    expect(transition(after(fired({ startsAtMs: START_MS })), seen, START_MS).changed).toBe(false);
  });
});

describe('doubts', () => {
  it('make an incident unconfirmed while they last, without moving it', () => {
    const doubted = after(fired(), noted('the rule is gone'));
    expect([doubted.phase, doubted.confirmation]).toEqual(['reported', 'unconfirmed']);
    expect(transition(doubted, noted('the rule is gone'), START_MS).changed).toBe(false);
    const clear = transition(doubted, noted(null), START_MS).incident;
    expect([clear?.confirmation, clear?.upstream]).toEqual(['none', []]);
    expect(after(fired(), gone(), noted(null)).confirmation).toBe('unconfirmed');
    expect(describeEvent(noted('the rule is gone'))).toBe('unconfirmed: the rule is gone');
    expect(describeEvent(noted(null))).toContain('clear again');
  });

  it('are no longer taken once the incident is over', () => {
    const verification = createVerification('passed', START_MS);
    const passed = { kind: 'verification_passed', actor: 'crmwatch', verification } as const;
    const over = after(fired(), gone(), passed);
    expect(over.phase).toBe('resolved');
    expect(transition(over, noted('too late'), START_MS).changed).toBe(false);
  });

  it('are told apart from alerts that are only muted', () => {
    const notes = [{ kind: 'silenced', why: 'CrmUnreachable is silenced' }] as const;
    const muted = { kind: 'upstream_noted', actor: 'reconciler', notes } as const;
    expect(after(fired(), muted).confirmation).toBe('none');
    expect(describeEvent(muted)).toBe('upstream: CrmUnreachable is silenced');
  });
});
