import { describe, expect, it } from 'vitest';
import {
  chooseJoin,
  joinCandidates,
  labelKeys,
  transition,
} from '../../../src/responder/incidents/incidents.ts';
import type {
  CorrelationRules,
  Incident,
  JoinCandidate,
} from '../../../src/responder/incidents/incidents.ts';
import { START_MS, createAlert } from '../../support/alerts.ts';

const RULES: CorrelationRules = {
  dependencies: new Map([
    ['shop', ['crm', 'mail']],
    ['crm', ['db']],
    ['mail', ['db']],
  ]),
  dependencyWithinMs: 300_000,
  labelRules: [
    { labels: ['cluster', 'zone'], withinMs: 60_000 },
    { labels: ['cluster'], withinMs: 30_000 },
  ],
};

const alert = createAlert({
  labels: { alertname: 'A', target: 'shop', cluster: 'c1', zone: 'z1' },
});

function incidentOf(target: string): Incident {
  const opening = createAlert({ labels: { alertname: 'A', target } });
  const event = { kind: 'alert_fired', actor: 'am', alert: opening, incidentId: target } as const;
  const { incident } = transition(null, event, START_MS);
  if (incident === null) throw new Error('not opened');
  return incident;
}

describe('where an alert may join', () => {
  it('is what its target depends on, the nearest first, and then by labels', () => {
    const places = joinCandidates(alert, RULES).map(({ place, because }) => [
      place.kind === 'scope' ? place.scope : place.kind,
      because,
    ]);
    expect(places).toEqual([
      ['target:crm', 'shop depends on crm'],
      ['target:mail', 'shop depends on mail'],
      ['target:db', 'shop depends on db'],
      ['labels', 'the same cluster c1 and zone z1'],
      ['labels', 'the same cluster c1'],
    ]);
  });

  it('is nowhere for an alert without a target and without the labels of a rule', () => {
    expect(joinCandidates(createAlert({ labels: { alertname: 'A' } }), RULES)).toEqual([]);
    expect(labelKeys({ labels: { cluster: '', zone: 'z1' } }, RULES)).toEqual([]);
  });

  it('ends also when the dependencies go round', () => {
    const dependencies = new Map([
      ['a', ['b']],
      ['b', ['a']],
    ]);
    const around = createAlert({ labels: { alertname: 'A', target: 'a' } });
    expect(joinCandidates(around, { ...RULES, dependencies }).length).toBe(1);
  });
});

describe('the choice', () => {
  const candidates = joinCandidates(alert, RULES);
  const found = (incidents: readonly (Incident | null)[]): Parameters<typeof chooseJoin>[1] =>
    candidates.flatMap((candidate: JoinCandidate, index) => [
      { candidate, incident: incidents[index] ?? null },
    ]);

  it('is the first incident that is open, with the reason', () => {
    const db = incidentOf('db');
    const closed = { ...incidentOf('crm'), phase: 'closed' } as const;
    expect(chooseJoin(alert, found([closed, null, db, incidentOf('x')]))).toEqual({
      incident: db,
      because: 'shop depends on db',
    });
  });

  it('is none that began too long ago', () => {
    const late = { ...alert, receivedAtMs: START_MS + 300_001 };
    expect(chooseJoin(late, found([incidentOf('crm')]))).toBeNull();
    expect(
      chooseJoin({ ...late, receivedAtMs: START_MS + 300_000 }, found([incidentOf('crm')])),
    ).not.toBeNull();
    expect(chooseJoin(alert, found([]))).toBeNull();
  });
});
