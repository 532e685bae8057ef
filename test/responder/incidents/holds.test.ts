import { describe, expect, it } from 'vitest';
import { decideNotices, transition } from '../../../src/responder/incidents/incidents.ts';
import type { Incident, Notice } from '../../../src/responder/incidents/incidents.ts';
import { START_MS, createAlert } from '../../support/alerts.ts';

const alert = createAlert();
const opening = { kind: 'alert_fired', actor: 'am', alert, incidentId: 'inc_1' } as const;
const FRESH = transition(null, opening, START_MS).incident;

function incidentOf(changes: Partial<Incident> = {}): Incident {
  if (FRESH === null) throw new Error('no incident');
  return { ...FRESH, ...changes };
}

const mark = { windowId: 'mw_1', name: 'release', reason: '', sinceMs: START_MS };
const IN_MAINTENANCE: Partial<Incident> = { maintenance: [mark] };
const WAITS: Partial<Incident> = { holdOff: { untilMs: START_MS + 1 } };
const FLAPS: Partial<Incident> = {
  flapping: [
    {
      source: 'am',
      fingerprint: alert.fingerprint,
      name: alert.name,
      percent: 40,
      sinceMs: START_MS,
    },
  ],
};
const OVER: Partial<Incident> = { phase: 'resolved' };

type Case = readonly [
  what: string,
  changes: Partial<Incident>,
  held: readonly Notice[],
  news: readonly Notice[],
  tell: readonly Notice[],
  keep: readonly Notice[],
];

const CASES: readonly Case[] = [
  ['nothing holds it', {}, [], ['opened'], ['opened'], []],
  ['it begins in maintenance', IN_MAINTENANCE, [], ['opened'], [], ['opened']],
  [
    'more happens in maintenance',
    IN_MAINTENANCE,
    ['opened'],
    ['diagnosed'],
    [],
    ['opened', 'diagnosed'],
  ],
  ['maintenance is over', {}, ['opened', 'diagnosed', 'resolved', 'reopened'], [], ['opened'], []],
  ['it was over before maintenance was', OVER, ['opened', 'resolved'], [], [], []],
  [
    'it is over in maintenance, unheard',
    { ...IN_MAINTENANCE, ...OVER },
    ['opened'],
    ['resolved'],
    [],
    ['opened', 'resolved'],
  ],
  [
    'it is over in maintenance, and people know of it',
    { ...IN_MAINTENANCE, ...OVER },
    ['diagnosed'],
    ['resolved'],
    ['resolved'],
    [],
  ],
  [
    'it got worse in maintenance',
    {},
    ['diagnosed', 'severity_raised'],
    [],
    ['severity_raised'],
    [],
  ],
  ['it waits', WAITS, [], ['opened'], [], ['opened']],
  ['it does not wait any more', {}, ['opened'], [], ['opened'], []],
  ['it flaps', FLAPS, [], ['reopened', 'flapping_started'], ['flapping_started'], []],
  ['it goes on flapping', FLAPS, [], ['diagnosed'], [], ['diagnosed']],
  [
    'it flaps in maintenance',
    { ...FLAPS, ...IN_MAINTENANCE },
    ['opened'],
    ['flapping_started'],
    [],
    ['opened', 'flapping_started'],
  ],
  [
    'maintenance is over and it flaps',
    FLAPS,
    ['opened', 'flapping_started', 'diagnosed'],
    [],
    ['flapping_started'],
    ['diagnosed'],
  ],
  ['it was split off in maintenance', {}, ['split_off', 'diagnosed'], [], ['split_off'], []],
  [
    'it is merged in maintenance, and people know of it',
    { ...IN_MAINTENANCE, phase: 'closed' },
    [],
    ['merged'],
    ['merged'],
    [],
  ],
  ['it is calm, and fires', {}, ['diagnosed'], ['flapping_ended'], ['flapping_ended'], []],
  ['it flapped unheard, and is calm', {}, ['flapping_started'], [], [], []],
];

describe('what becomes of notices', () => {
  it.each(CASES)('when %s', (_what, changes, held, news, tell, keep) => {
    expect(decideNotices(incidentOf(changes), held, news)).toEqual({ tell, keep });
  });

  it('when another alert fires besides the one that flaps', () => {
    const other = createAlert({ labels: { alertname: 'CrmApiSlow', target: 'shop' } });
    const event = { kind: 'alert_fired', actor: 'am', alert: other, incidentId: '' } as const;
    const both = transition(incidentOf(FLAPS), event, START_MS).incident;
    expect(decideNotices(both ?? incidentOf(), [], ['severity_raised']).tell).toEqual([
      'severity_raised',
    ]);
  });
});
