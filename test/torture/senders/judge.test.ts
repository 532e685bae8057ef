import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import type { Episode, SeenIncident } from './judge.ts';

const EPISODES: readonly Episode[] = [
  { target: 'crm', startedAtMs: 10_000, endedAtMs: 20_000 },
  { target: 'crm', startedAtMs: 40_000, endedAtMs: 50_000 },
];
type Step = readonly [atMs: number, phase: string];

function incident(id: string, ...steps: readonly Step[]): SeenIncident {
  const journal = steps.map(([atMs, phase]) => {
    return { atMs, phase, actor: 'am', text: phase };
  });
  const phase = journal.at(-1)?.phase ?? 'reported';
  const isOver = phase === 'resolved';
  const recovery = isOver ? 'confirmed' : 'none';
  return { id, target: 'crm', phase, recovery, firingAlerts: isOver ? 0 : 1, journal };
}

const ONE = incident('one', [12_000, 'reported'], [21_000, 'verifying'], [23_000, 'resolved']);
const TWO = incident('two', [41_000, 'reported'], [52_000, 'resolved']);
const begin = (incidentId: string) => ({ incidentId, type: 'incident.opened' });
const PAGES = [begin('one'), begin('two')];

describe('the judge of a run', () => {
  it('finds nothing when each episode has its incident', () => {
    expect(judge(EPISODES, [ONE, TWO], PAGES)).toEqual({
      breaches: [],
      openedAfterMs: [2000, 1000],
      healedAfterMs: [3000, 2000],
      doubts: 0,
    });
  });

  it('takes one that is opened again as well as another', () => {
    const journal = [...ONE.journal, ...TWO.journal];
    const pages = [begin('one'), { incidentId: 'one', type: 'incident.reopened' }];
    expect(judge(EPISODES, [{ ...ONE, journal }], pages).breaches).toEqual([]);
  });

  it('counts a verification in the middle of an episode as a doubt', () => {
    const steps: Step[] = [
      [12_000, 'reported'],
      [15_000, 'verifying'],
      [16_000, 'reported'],
    ];
    const doubted = incident('one', ...steps, [23_000, 'resolved']);
    expect(judge(EPISODES, [doubted, TWO], PAGES)).toMatchObject({ breaches: [], doubts: 1 });
  });

  it.each([
    ['an episode that was lost', [ONE], 'crm, episode 2: opened 0 times instead of once'],
    [
      'a second incident of one episode',
      [ONE, TWO, incident('three', [13_000, 'reported'], [24_000, 'resolved'])],
      'crm, episode 1: opened 2 times instead of once',
    ],
    [
      'an incident without trouble',
      [ONE, TWO, incident('three', [60_000, 'reported'], [61_000, 'resolved'])],
      'crm: opened without trouble, 10.0 s after episode',
    ],
    [
      'one that was called over while the CRM was ill',
      [incident('one', [12_000, 'reported'], [15_000, 'resolved']), TWO],
      'crm, episode 1: called over 5.0 s after its begin, while the CRM was ill',
    ],
    [
      'one that is stuck open',
      [ONE, incident('two', [41_000, 'reported'])],
      'crm two: all is well, and it is reported, recovery none, 1 alerts firing',
    ],
  ])('finds %s', (_what, incidents, breach) => {
    const pages = incidents.map(({ id }) => begin(id));
    expect(judge(EPISODES, incidents, pages).breaches).toContain(breach);
  });

  it.each([
    [
      'a page that came twice',
      [...PAGES, begin('one')],
      'one: 2 pages incident.opened instead of 1',
    ],
    ['a page that did not come', [begin('two')], 'one: 0 pages that it began, of 1 times'],
    ['a page about nothing', [...PAGES, begin('ghost')], 'a page about ghost, unknown'],
  ])('finds %s', (_what, pages, breach) => {
    expect(judge(EPISODES, [ONE, TWO], pages).breaches).toContain(breach);
  });

  it('finds an incident of a target that was never ill', () => {
    const { breaches } = judge([], [ONE], [begin('one')]);
    expect(breaches).toContain('crm: 1 incidents without trouble');
  });
});
