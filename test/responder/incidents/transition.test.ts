import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EVENT_KINDS,
  LATE_DELIVERY_MS,
  PHASES,
  isFiring,
  isOpen,
  replay,
  transition,
} from '../../../src/responder/incidents/incidents.ts';
import type {
  EventKind,
  Incident,
  IncidentEvent,
  JournalEntry,
  Outcome,
  Phase,
} from '../../../src/responder/incidents/incidents.ts';
import { START_MS, createVerification } from '../../support/alerts.ts';
import {
  WARNING_LABELS,
  WAY,
  eventOf,
  fired,
  resolved,
  run,
} from '../../support/incident-events.ts';

const MINUTE_MS = 60_000;

describe('the way through the phases', () => {
  it.each(PHASES)('reaches %s', (phase) => {
    expect(run(WAY[phase]).phase).toBe(phase);
  });

  it('opens an incident only for an alert that fires or a split, and tells people', () => {
    const kinds = EVENT_KINDS.filter((kind) => transition(null, eventOf(kind, null), 0).changed);
    expect(kinds).toEqual(['alert_fired', 'split_from']);
    const { incident, effects } = transition(null, fired(), START_MS);
    expect(incident).toMatchObject({ id: 'inc_1', scope: 'target:shop', severity: 'critical' });
    expect(effects).toEqual([
      { kind: 'notify', notice: 'opened' },
      { kind: 'diagnose', because: 'opened' },
    ]);
  });

  it('is defined for every event in every phase', () => {
    const table = PHASES.flatMap((phase) =>
      EVENT_KINDS.map((kind): readonly [Phase, EventKind, Phase | undefined] => {
        const before = run(WAY[phase]);
        const outcome = transition(before, eventOf(kind, before), START_MS);
        expect(outcome.reason).not.toBe('');
        expect(outcome.changed || outcome.incident === before).toBe(true);
        return [phase, kind, outcome.incident?.phase];
      }),
    );
    const moves = table.filter(([from, , to]) => from !== to).map((move) => move.join(' '));
    expect(moves).toEqual([
      'reported alert_resolved verifying',
      'reported diagnosed diagnosed',
      'reported closed closed',
      'reported merged_into closed',
      'diagnosed alert_resolved verifying',
      'diagnosed localised localised',
      'diagnosed closed closed',
      'diagnosed merged_into closed',
      'localised alert_resolved verifying',
      'localised repair_suggested repairing',
      'localised closed closed',
      'localised merged_into closed',
      'repairing alert_resolved verifying',
      'repairing closed closed',
      'repairing merged_into closed',
      'verifying verification_passed resolved',
      'verifying closed closed',
      'verifying merged_into closed',
      'verifying merged_from repairing',
      'verifying alerts_moved_in repairing',
      'resolved reopened reported',
      'resolved closed closed',
      'resolved merged_into closed',
      'closed reopened reported',
    ]);
  });
});

describe('recovery', () => {
  it('shows alerts that are gone as unconfirmed until fresh probes pass', () => {
    const gone = run(WAY.verifying);
    expect([gone.phase, gone.confirmation]).toEqual(['verifying', 'unconfirmed']);
    const failed = run(['verification_failed'], gone);
    expect([failed.phase, failed.confirmation]).toEqual(['verifying', 'unconfirmed']);
    const passed = run(['verification_passed'], failed);
    expect([passed.phase, passed.confirmation]).toEqual(['resolved', 'confirmed']);
  });

  it('does not write the same failed result again and again', () => {
    const failed = run(['verification_failed'], run(WAY.verifying));
    expect(transition(failed, eventOf('verification_failed', failed), START_MS).changed).toBe(
      false,
    );
  });

  it('does not take the result of probes that ran before the last alert was gone', () => {
    const gone = run(WAY.verifying);
    const stale = createVerification('passed', (gone.quietSinceMs ?? 0) - 1);
    const event = { kind: 'verification_passed', actor: 'crmwatch', verification: stale } as const;
    expect(transition(gone, event, START_MS).incident?.phase).toBe('verifying');
  });

  it('goes back to repairing when an alert fires again while verifying', () => {
    const again = fired({
      startsAtMs: START_MS + 2 * MINUTE_MS,
      receivedAtMs: START_MS + 3 * MINUTE_MS,
    });
    const { incident, effects } = transition(run(WAY.verifying), again, START_MS);
    expect([incident?.phase, incident?.confirmation]).toEqual(['repairing', 'none']);
    expect(effects).toContainEqual({ kind: 'stop_verifying' });
  });

  it('reopens a resolved incident with a counter and a diagnosis to come', () => {
    const again = fired({
      startsAtMs: START_MS + 2 * MINUTE_MS,
      receivedAtMs: START_MS + 3 * MINUTE_MS,
    });
    const { incident, effects } = transition(run(WAY.resolved), again, START_MS + 3 * MINUTE_MS);
    expect(incident).toMatchObject({ phase: 'reported', reopenings: 1, diagnosis: null });
    expect(effects).toContainEqual({ kind: 'notify', notice: 'reopened' });
  });

  it('proves recovery also when a person reopened it and no alert fires', () => {
    const reopened = run(
      ['reopened', 'diagnosed', 'localised', 'repair_suggested'],
      run(WAY.closed),
    );
    expect(reopened.phase).toBe('verifying');
  });
});

describe('alerts of an incident', () => {
  it('changes nothing on a duplicate or a repeat', () => {
    const incident = run(['alert_fired']);
    const later = fired({ receivedAtMs: START_MS + 4 * 3_600_000 });
    expect(transition(incident, fired(), START_MS).changed).toBe(false);
    expect(transition(incident, later, START_MS).changed).toBe(false);
  });

  it('takes the newest annotations, and never older ones', () => {
    const incident = run(['alert_fired']);
    const newer = { annotations: { summary: 'worse' }, receivedAtMs: START_MS + MINUTE_MS };
    const updated = transition(incident, fired(newer), START_MS);
    expect(updated.incident?.alerts[0]?.annotations).toEqual({ summary: 'worse' });
    const late = fired({ annotations: { summary: 'old' }, receivedAtMs: START_MS });
    expect(transition(updated.incident, late, START_MS).changed).toBe(false);
  });

  it('ignores a late firing of an episode whose resolve is known', () => {
    const gone = run(WAY.verifying);
    const late = fired({ receivedAtMs: START_MS + 2 * MINUTE_MS });
    expect(transition(gone, late, START_MS).changed).toBe(false);
  });

  it('takes a firing with the old start as new once no retry can explain it: the resolve was false', () => {
    const gone = run(WAY.verifying);
    const receivedAtMs = START_MS + MINUTE_MS + 1000 + LATE_DELIVERY_MS + 1;
    expect(transition(gone, fired({ receivedAtMs }), receivedAtMs).incident?.phase).toBe(
      'repairing',
    );
  });

  it('ignores a late resolve of an earlier episode', () => {
    const incident = transition(
      null,
      fired({ startsAtMs: START_MS + 5 * MINUTE_MS }),
      START_MS,
    ).incident;
    expect(transition(incident, resolved(), START_MS).changed).toBe(false);
  });

  it('waits until all alerts are gone, and has the severity of the worst that fires', () => {
    const two = transition(
      run(['alert_fired']),
      fired({ name: 'CrmApiSlow', labels: WARNING_LABELS }),
      START_MS,
    ).incident;
    expect([two?.alerts.length, two?.severity]).toEqual([2, 'critical']);
    const one = transition(two, resolved(), START_MS).incident;
    expect([one?.phase, one?.severity]).toEqual(['reported', 'warning']);
  });

  it('tells people once that the severity was raised', () => {
    const low = fired({ name: 'CrmApiSlow', labels: WARNING_LABELS });
    const first = transition(null, low, START_MS).incident;
    const raised = transition(first, fired(), START_MS);
    expect(raised.effects).toContainEqual({ kind: 'notify', notice: 'severity_raised' });
    expect(raised.incident?.highestSeverity).toBe('critical');
  });

  it('ends a warning with the critical alert that silenced it, whose resolve is never sent', () => {
    const labels = { ...WARNING_LABELS, call: 'light' };
    const low = fired({ name: 'CrmApiSlow', labels });
    const high = { ...labels, severity: 'critical' };
    const both = transition(
      transition(null, low, START_MS).incident,
      fired({ name: 'CrmApiSlow', labels: high, receivedAtMs: START_MS + 1 }),
      START_MS,
    ).incident;
    const gone = transition(
      both,
      resolved({ name: 'CrmApiSlow', labels: high }),
      START_MS,
    ).incident;
    expect(gone?.phase).toBe('verifying');
  });

  it('keeps alerts of two senders apart', () => {
    const two = transition(run(['alert_fired']), fired({ sender: 'other' }), START_MS).incident;
    expect(two?.alerts.length).toBe(2);
    expect(transition(two, resolved(), START_MS).incident?.phase).toBe('reported');
  });
});

type Told = { readonly kind: EventKind; readonly which: number; readonly startMinute: number };

const told = fc.record<Told>({
  kind: fc.constantFrom(...EVENT_KINDS, 'alert_fired' as const, 'alert_resolved' as const),
  which: fc.integer({ min: 0, max: 2 }),
  startMinute: fc.integer({ min: 0, max: 30 }),
});

function toEvent(
  { kind, which, startMinute }: Told,
  index: number,
  incident: Incident | null,
): IncidentEvent {
  const severity = which === 0 ? 'critical' : 'warning';
  const labels = { alertname: `A${which}`, target: 'shop', severity };
  const startsAtMs = START_MS + startMinute * MINUTE_MS;
  const receivedAtMs = START_MS + index * MINUTE_MS;
  const times = { name: `A${which}`, labels, startsAtMs, receivedAtMs };
  if (kind === 'alert_fired') return fired(times);
  if (kind === 'alert_resolved') return resolved({ ...times, endsAtMs: startsAtMs + MINUTE_MS });
  return eventOf(kind, incident);
}

function assertInvariants(incident: Incident, before: Incident | null): void {
  if (incident.phase === 'verifying' || incident.phase === 'resolved') {
    expect(isFiring(incident)).toBe(false);
  }
  expect(incident.confirmation === 'confirmed').toBe(incident.resolvedAtMs !== null);
  expect(incident.phase === 'closed').toBe(incident.closedAtMs !== null);
  if (incident.phase === 'resolved') expect(incident.verification?.outcome).toBe('passed');
  if (incident.phase === 'repairing') expect(incident.diagnosis).not.toBeNull();
  if (isOpen(incident.phase)) expect(incident.confirmation).not.toBe('confirmed');
  expect(incident.reopenings).toBeGreaterThanOrEqual(before?.reopenings ?? 0);
  expect(new Set(incident.alerts.map(({ fingerprint }) => fingerprint)).size).toBe(
    incident.alerts.length,
  );
}

describe('any sequence of events', () => {
  it('keeps the invariants, and the journal rebuilds the snapshot', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 60 }), (sequence) => {
        let incident: Incident | null = null;
        const journal: JournalEntry[] = [];
        for (const [index, item] of sequence.entries()) {
          const event = toEvent(item, index, incident);
          const atMs = START_MS + index * MINUTE_MS;
          const before: Incident | null = incident;
          const outcome: Outcome = transition(before, event, atMs);
          const next: Incident | null = outcome.incident;
          if (!outcome.changed || next === null) {
            expect(next).toBe(before);
            expect(outcome.effects).toEqual([]);
            continue;
          }
          expect(next.sequence).toBe((before?.sequence ?? 0) + 1);
          assertInvariants(next, before);
          // The same delivery again changes nothing.
          if (event.kind === 'alert_fired' || event.kind === 'alert_resolved') {
            expect(transition(next, event, atMs).changed).toBe(false);
          }
          const { sequence: number, phase } = next;
          journal.push({ id: index, incidentId: next.id, sequence: number, atMs, phase, event });
          incident = next;
        }
        if (incident === null) return;
        const stored = JSON.parse(JSON.stringify(journal)) as readonly JournalEntry[];
        expect(replay(stored)).toEqual(incident);
      }),
      { numRuns: 300 },
    );
  });

  it('finds a journal that lacks an entry', () => {
    const incident = run(WAY.verifying);
    const events = ['alert_fired', 'diagnosed', 'localised'] as const;
    const journal = events.map((kind, index): JournalEntry => {
      const event = eventOf(kind, incident);
      return {
        id: index,
        incidentId: 'inc_1',
        sequence: index + 1,
        atMs: START_MS,
        phase: 'reported',
        event,
      };
    });
    expect(() => replay(journal)).not.toThrow();
    expect(() => replay(journal.toSpliced(1, 1))).toThrow('breaks at entry 3');
  });
});
