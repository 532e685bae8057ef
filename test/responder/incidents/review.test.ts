import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  renderReview,
  transition,
} from '../../../src/responder/incidents/incidents.ts';
import type {
  Incident,
  IncidentEvent,
  JournalEntry,
} from '../../../src/responder/incidents/incidents.ts';
import {
  START_MS,
  createAlert,
  createDiagnosis,
  createVerification,
} from '../../support/alerts.ts';

const MINUTE_MS = 60_000;

function play(
  steps: readonly (readonly [
    minute: number,
    event: (incident: Incident | null) => IncidentEvent,
  ])[],
): { readonly incident: Incident; readonly journal: readonly JournalEntry[] } {
  let incident: Incident | null = null;
  const journal: JournalEntry[] = [];
  for (const [minute, toEvent] of steps) {
    const event = toEvent(incident);
    const atMs = START_MS + minute * MINUTE_MS;
    const outcome: ReturnType<typeof transition> = transition(incident, event, atMs);
    incident = outcome.incident;
    if (!outcome.changed || incident === null) throw new Error(outcome.reason);
    const { id: incidentId, sequence, phase } = incident;
    journal.push({ id: sequence, incidentId, sequence, atMs, phase, event });
  }
  if (incident === null) throw new Error('no incident');
  return { incident, journal };
}

const actor = 'crmwatch';
const story = play([
  [0, () => ({ kind: 'alert_fired', actor: 'am', alert: createAlert(), incidentId: 'inc_1' })],
  [
    1,
    () => ({
      kind: 'diagnosed',
      actor,
      diagnosis: createDiagnosis(),
      evidenceSummary: ['probe reachability fails: tcp'],
    }),
  ],
  [1, () => ({ kind: 'localised', actor, component: createDiagnosis().components[0] ?? null })],
  [2, () => ({ kind: 'acknowledged', actor: 'ann' })],
  [3, () => ({ kind: 'commented', actor: 'ann', text: 'restarted | <b>it</b>\n# now' })],
  [4, () => ({ kind: 'diagnosis_corrected', actor: 'ann', correctedClass: 'database' })],
  [
    65,
    () => ({
      kind: 'alert_resolved',
      actor: 'am',
      alert: createAlert({ status: 'resolved', endsAtMs: START_MS + 60 * MINUTE_MS }),
    }),
  ],
  [
    66,
    (incident) => ({
      kind: 'verification_passed',
      actor,
      verification: createVerification('passed', incident?.quietSinceMs ?? null),
    }),
  ],
  [70, () => ({ kind: 'closed', actor: 'ann', why: 'all good' })],
]);

describe('a review', () => {
  const review = renderReview(story.incident, story.journal);

  it('has the times, the cause, the evidence, the proof and the actions', () => {
    for (const line of [
      '| detect | 1 min |',
      '| acknowledge | 2 min |',
      '| recover | 1 h 6 min |',
      '| close | 1 h 10 min |',
      'Diagnosis: Service outage (93 %), by model test-model.',
      'Corrected to: Database trouble.',
      'Suspected: web server, because connections are refused.',
      '- probe reachability fails: tcp',
      '- CrmUnreachable by probe reachability: passed',
      '- 2026-01-05 10:10:00 UTC: closed by ann: all good',
    ]) {
      expect(review).toContain(line);
    }
  });

  it('has one row of the timeline per entry of the journal', () => {
    const rows = review.split('\n').filter((line) => line.startsWith('| 2026-'));
    expect(rows.length).toBe(story.journal.length);
  });

  it('shows text from outside inert', () => {
    expect(review).toContain('ann wrote: restarted \\| \\<b\\>it\\</b\\> \\# now');
    expect(review).not.toContain('<b>');
  });

  it('is the same for ever', () => {
    const copy = JSON.parse(JSON.stringify(story)) as typeof story;
    expect(renderReview(copy.incident, copy.journal)).toBe(review);
  });
});

describe('durations', () => {
  it.each([
    [null, 'not'],
    [0, '0 s'],
    [61, '1 min 1 s'],
    [7325, '2 h 2 min 5 s'],
  ])('%s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
