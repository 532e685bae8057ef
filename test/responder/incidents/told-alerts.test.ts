import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import {
  MAXIMUM_ALERTS,
  MAXIMUM_DETAILED,
  describeEvent,
  renderReview,
  replay,
  toldEventOf,
  transition,
} from '../../../src/responder/incidents/incidents.ts';
import type {
  Incident,
  IncidentEvent,
  JournalEntry,
} from '../../../src/responder/incidents/incidents.ts';
import { START_MS, createAlert } from '../../support/alerts.ts';

const MINUTE_MS = 60_000;

function alertOf(which: number, changes: Partial<AlertEvent> = {}): AlertEvent {
  const severity = which % 2 === 0 ? 'critical' : 'warning';
  // Two neighbours are the critical and the warning alert of one series.
  const name = `A${Math.floor(which / 2)}`;
  const labels = { alertname: name, target: 'shop', severity, path: '/x' };
  return createAlert({ name, labels, fingerprint: `f${which}`, ...changes });
}

function opened(): Incident {
  const alert = alertOf(0);
  const event = { kind: 'alert_fired', actor: 'am', alert, incidentId: 'inc_1' } as const;
  const { incident } = transition(null, event, START_MS);
  if (incident === null) throw new Error('not opened');
  return incident;
}

function toEvent(alert: AlertEvent): IncidentEvent {
  return alert.status === 'firing'
    ? { kind: 'alert_fired', actor: 'am', alert, incidentId: 'inc_1' }
    : { kind: 'alert_resolved', actor: 'am', alert };
}

function storm(count: number): readonly AlertEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const labels = {
      alertname: 'CrmApiSlow',
      target: 'shop',
      severity: 'warning',
      row: `${index}`,
    };
    const receivedAtMs = START_MS + 1;
    return createAlert({ name: 'CrmApiSlow', labels, fingerprint: `s${index}`, receivedAtMs });
  });
}

function tell(incident: Incident, alerts: readonly AlertEvent[], actor = 'am'): Incident {
  const event = { kind: 'alerts_told', actor, alerts } as const;
  const next = transition(incident, event, alerts.at(-1)?.receivedAtMs ?? START_MS).incident;
  if (next === null) throw new Error('gone');
  return next;
}

function gone(alert: AlertEvent): AlertEvent {
  const receivedAtMs = alert.receivedAtMs + MINUTE_MS;
  return { ...alert, status: 'resolved', endsAtMs: receivedAtMs, receivedAtMs };
}

const told = fc.record({
  which: fc.integer({ min: 0, max: 5 }),
  status: fc.constantFrom('firing' as const, 'resolved' as const),
  startMinute: fc.integer({ min: -1, max: 20 }),
  summary: fc.constantFrom('a', 'b'),
});

const stream = fc.array(told, { minLength: 1, maxLength: 40 }).map((list) =>
  list.map(({ which, status, startMinute, summary }, index) => {
    const startsAtMs = START_MS + startMinute * MINUTE_MS;
    const endsAtMs = status === 'firing' ? null : startsAtMs + MINUTE_MS;
    const receivedAtMs = START_MS + index * MINUTE_MS;
    return alertOf(which, { status, startsAtMs, endsAtMs, receivedAtMs, annotations: { summary } });
  }),
);

describe('alerts told together', () => {
  it('make of an incident what they make one by one', () => {
    fc.assert(
      fc.property(stream, (alerts) => {
        let alone: Incident | null = opened();
        const reasons: string[] = [];
        for (const alert of alerts) {
          const outcome: ReturnType<typeof transition> = transition(
            alone,
            toEvent(alert),
            alert.receivedAtMs,
          );
          alone = outcome.incident;
          reasons.push(outcome.reason);
        }
        const before = opened();
        const { event, atMs, reasons: together } = toldEventOf(before, alerts);
        expect(together).toEqual(reasons);
        const after = event === null ? before : transition(before, event, atMs).incident;
        const { sequence } = after ?? before;
        expect(after).toEqual({ ...alone, sequence });
      }),
      { numRuns: 300 },
    );
  });

  it('are an event of its own kind when only one of them changes anything', () => {
    const [first, second] = storm(2);
    if (first === undefined || second === undefined) throw new Error('no storm');
    const { event } = toldEventOf(opened(), [first, first, first]);
    expect(event).toMatchObject({ kind: 'alert_fired', actor: 'am', alert: first });
    const two = toldEventOf(opened(), [first, { ...second, sender: 'other' }, first]).event;
    expect(two).toMatchObject({ kind: 'alerts_told', actor: 'crmwatch' });
    expect(two?.kind === 'alerts_told' ? two.alerts.length : 0).toBe(2);
    expect(toldEventOf(opened(), [alertOf(0)]).event).toBeNull();
  });

  it('ask for each thing once, in the order of the last word', () => {
    const critical = alertOf(2, { receivedAtMs: START_MS + 1 });
    const outcome = transition(
      tell(opened(), [critical]),
      {
        kind: 'alerts_told',
        actor: 'am',
        alerts: [
          ...storm(50),
          gone(alertOf(0)),
          gone(critical),
          ...storm(50).map(gone),
          alertOf(4, {
            startsAtMs: START_MS + 5 * MINUTE_MS,
            receivedAtMs: START_MS + 6 * MINUTE_MS,
          }),
        ],
      },
      START_MS,
    );
    expect(outcome.effects).toEqual([
      { kind: 'verify' },
      { kind: 'stop_verifying' },
      { kind: 'diagnose', because: 'joined' },
    ]);
    expect(outcome.incident).toMatchObject({ phase: 'reported', quietSinceMs: null });
  });

  it('are told in one line with their names counted', () => {
    const alerts = [...storm(3), gone(alertOf(0))];
    expect(describeEvent({ kind: 'alerts_told', actor: 'am', alerts })).toBe(
      '3 alerts fire: 3 CrmApiSlow; 1 alert is gone: 1 A0',
    );
  });
});

describe('an incident with very many alerts', () => {
  const count = MAXIMUM_DETAILED * 3;
  const full = tell(opened(), storm(count));

  it('keeps the details of the first ones, and of all who they are', () => {
    expect(full.alerts.length).toBe(count + 1);
    expect(full.alerts[MAXIMUM_DETAILED - 1]?.annotations).not.toEqual({});
    expect(full.alerts[MAXIMUM_DETAILED]).toMatchObject({
      annotations: {},
      labels: { target: 'shop', severity: 'warning' },
      status: 'firing',
    });
    expect(tell(full, storm(count))).toBe(full);
  });

  it('is over when each of them is gone, and not before', () => {
    const ends = [alertOf(0), ...storm(count)].map(gone);
    expect(tell(full, ends.slice(0, -1)).phase).toBe('reported');
    expect(tell(full, ends).phase).toBe('verifying');
  });

  it('ends a warning without details with the critical alert that silenced it', () => {
    const warning = alertOf(3, { receivedAtMs: START_MS + 2 });
    const critical = alertOf(2, { receivedAtMs: START_MS + 3 });
    const both = tell(full, [warning, critical]);
    expect(both.alerts.at(-2)?.series).toMatch(/^[\w-]{22}$/);
    const after = tell(both, [gone(critical)]);
    expect(after.alerts.slice(-2).map(({ status }) => status)).toEqual(['resolved', 'resolved']);
  });

  it('is rebuilt from its journal', () => {
    const ends = storm(count).map(gone);
    const firstEvent = toEvent(alertOf(0));
    const events = [
      [firstEvent, START_MS],
      [{ kind: 'alerts_told', actor: 'am', alerts: storm(count) }, START_MS + 1],
      [{ kind: 'alerts_told', actor: 'am', alerts: ends }, START_MS + 1 + MINUTE_MS],
    ] as const;
    const journal = events.map(([event, atMs], index): JournalEntry => {
      const sequence = index + 1;
      return { id: sequence, incidentId: 'inc_1', sequence, atMs, phase: 'reported', event };
    });
    const copy = JSON.parse(JSON.stringify(journal)) as readonly JournalEntry[];
    expect(replay(copy)).toEqual(tell(full, ends));
  });

  it('has a review of bounded length that counts the rest', () => {
    const review = renderReview(full, []);
    expect(review).toContain(`- and ${count + 1 - 200} more: ${count + 1 - 200} CrmApiSlow`);
    expect(review.split('\n').length).toBeLessThan(300);
  });

  it('takes no more than it can hold, and says so', () => {
    const most = tell(opened(), storm(MAXIMUM_ALERTS - 1));
    const { reasons } = toldEventOf(most, [alertOf(5), ...storm(1)]);
    expect(reasons).toEqual([
      'not taken: the incident has as many alerts as one may have',
      'a repeat of what is known',
    ]);
  });
});
