import { describe, expect, it } from 'vitest';

import type { EvidenceAlert } from '../../src/responder/evidence/evidence.ts';
import { inventedEvidence } from '../responder/diagnosis/invented-evidence.ts';
import { createManualClock } from '../support/manual-clock.ts';
import type { ManualClock } from '../support/manual-clock.ts';
import type { PlannedEpisode } from './plan.ts';
import { recordEpisode } from './record-episode.ts';
import type { EpisodeOutcome, EpisodeSite } from './record-episode.ts';

const ALERT: EvidenceAlert = {
  name: 'CrmUnreachable',
  severity: 'critical',
  labels: { target: 'crm' },
  startsAtMs: 0,
  words: [],
};
const EPISODE: PlannedEpisode = {
  group: 'crm/outage@0.7#1.0',
  target: 'crm',
  split: 'train',
  faults: [{ id: 'outage', faultClass: 'service_outage', strength: 0.7 }],
  load: 0,
};

type Laboratory = {
  readonly site: EpisodeSite;
  readonly clock: ManualClock;
  /** What happened, in order, with the second. */
  readonly events: string[];
  alerts: readonly EvidenceAlert[];
  calls: number;
  readonly end: AbortController;
};

/** Alerts fire five seconds after a fault is broken, unless it is one that nobody sees. */
function createLaboratory(over: Partial<EpisodeSite> = {}): Laboratory {
  const clock = createManualClock();
  const end = new AbortController();
  const note = (text: string): void =>
    void lab.events.push(`${text} ${Math.round(clock.monotonicMs() / 1000)}`);
  const fault = (id: string): EpisodeSite['faults'][number] => ({
    id,
    faultClass: 'service_outage',
    break(strength) {
      note(`break ${id}@${strength}`);
      if (id !== 'unseen') clock.after(5000, () => void (lab.alerts = [ALERT]));
      return Promise.resolve(() => {
        note(`mend ${id}`);
        lab.alerts = [];
        return Promise.resolve();
      });
    },
  });
  const lab: Laboratory = {
    clock,
    end,
    events: [],
    alerts: [],
    calls: 0,
    site: {
      faults: [fault('outage'), fault('unseen'), fault('other')],
      firing: () => lab.alerts,
      isCalm: () => Promise.resolve(true),
      call() {
        lab.calls++;
        return Promise.reject(new Error('the CRM is down'));
      },
      evidence: {
        gather({ target, alerts }) {
          note(`gather ${alerts.length}`);
          return Promise.resolve({ ...inventedEvidence('service_outage', 1), target });
        },
      },
      clock,
      random: { next: () => 0.5 },
      signal: end.signal,
      ...over,
    },
  };
  return lab;
}

async function run(lab: Laboratory, episode: PlannedEpisode): Promise<EpisodeOutcome> {
  const state = { isSettled: false };
  const running = recordEpisode(lab.site, episode).finally(() => void (state.isSettled = true));
  // A rejection is the caller's to see, once time has been moved on.
  running.catch(() => {});
  while (!state.isSettled) await lab.clock.advance(500);
  return running;
}

describe('an episode', () => {
  it('is broken, looked at three times after the first alert, and mended', async () => {
    const lab = createLaboratory();
    const outcome = await run(lab, EPISODE);
    expect(lab.events).toEqual([
      'break outage@0.7 5',
      'gather 1 12',
      'gather 1 20',
      'gather 1 35',
      'mend outage 35',
    ]);
    if (outcome.kind !== 'recorded') throw new Error(outcome.kind);
    expect(outcome.rows).toHaveLength(3);
    expect(outcome.rows[0]).toMatchObject({
      labels: ['service_outage'],
      group: EPISODE.group,
      split: 'train',
      evidence: { target: 'crm' },
    });
  });

  it('with two faults breaks both, and mends them in reverse', async () => {
    const lab = createLaboratory();
    const other = { id: 'other', faultClass: 'dns', strength: 0.2 } as const;
    const outcome = await run(lab, { ...EPISODE, faults: [...EPISODE.faults, other] });
    expect(lab.events.filter((event) => !event.startsWith('gather'))).toEqual([
      'break outage@0.7 5',
      'break other@0.2 10',
      'mend other 35',
      'mend outage 35',
    ]);
    expect(outcome.kind === 'recorded' && outcome.rows[0]?.labels).toEqual([
      'service_outage',
      'dns',
    ]);
  });

  it('of which nobody hears is mended, and told to be silent', async () => {
    const lab = createLaboratory();
    const unseen = { id: 'unseen', faultClass: 'dns', strength: 0.2 } as const;
    expect(await run(lab, { ...EPISODE, faults: [unseen] })).toEqual({ kind: 'silent' });
    expect(lab.events).toEqual(['break unseen@0.2 5', 'mend unseen 155']);
  });

  it('does not begin with an alert that nobody expects of the fault', async () => {
    const lab = createLaboratory();
    const unseen = { id: 'unseen', faultClass: 'dns', strength: 0.2 } as const;
    const running = run(lab, { ...EPISODE, faults: [unseen] });
    lab.clock.after(30_000, () => void (lab.alerts = [{ ...ALERT, name: 'CrmApiSlow' }]));
    lab.clock.after(60_000, () => void (lab.alerts = [...lab.alerts, ALERT]));
    const outcome = await running;
    expect(outcome.kind === 'recorded' && outcome.rows).toHaveLength(3);
    expect(lab.events.slice(0, 2)).toEqual(['break unseen@0.2 5', 'gather 2 62']);
  });

  it('holds alerts about the watching only when that is what was broken', async () => {
    const down = { ...ALERT, name: 'CrmExporterDown', labels: { instance: 'x' } };
    const broken = { id: 'unseen', faultClass: 'monitoring_pipeline', strength: 0.2 } as const;
    for (const [faults, first] of [
      [EPISODE.faults, 'gather 1 12'],
      [[broken], 'gather 1 22'],
    ] as const) {
      const lab = createLaboratory();
      lab.clock.after(20_000, () => void (lab.alerts = [down]));
      await run(lab, { ...EPISODE, faults });
      expect(lab.events[1]).toBe(first);
    }
  });

  it('is given up when nobody could watch, and nobody had broken the watching', async () => {
    const gather = (): ReturnType<EpisodeSite['evidence']['gather']> =>
      Promise.resolve({ ...inventedEvidence('service_outage', 1), platform: 'unknown' });
    const lab = createLaboratory({ evidence: { gather } });
    expect(await run(lab, EPISODE)).toEqual({ kind: 'disturbed' });
  });

  it('breaks nothing while an alert of an earlier one fires', async () => {
    const lab = createLaboratory();
    lab.alerts = [ALERT];
    expect(await run(lab, EPISODE)).toEqual({ kind: 'unrest' });
    expect(lab.events).toEqual([]);
    const waiting = createLaboratory({ isCalm: () => Promise.resolve(false) });
    expect(await run(waiting, EPISODE)).toEqual({ kind: 'unrest' });
  });

  it('of calm is looked at once, while other clients call', async () => {
    const lab = createLaboratory();
    const outcome = await run(lab, { ...EPISODE, faults: [], load: 1 });
    expect(outcome.kind === 'recorded' && outcome.rows.map(({ labels }) => labels)).toEqual([
      ['no_fault'],
    ]);
    expect(lab.events).toEqual(['gather 0 15']);
    // Four calls a second for ten seconds, though each of them fails.
    expect(lab.calls).toBeGreaterThan(35);
    const after = lab.calls;
    await lab.clock.advance(10_000);
    expect(lab.calls).toBe(after);
  });

  it('is mended when the recording is ended in its midst, and leaves nothing behind', async () => {
    const lab = createLaboratory();
    const running = recordEpisode(lab.site, EPISODE);
    await lab.clock.advance(13_000);
    lab.end.abort();
    await lab.clock.advance(0);
    expect(await running).toEqual({ kind: 'ended' });
    expect(lab.events.at(-1)).toBe('mend outage 13');
    expect(lab.clock.pendingTimers()).toBe(0);
  });

  it('is mended when it cannot be looked at', async () => {
    const gather = (): Promise<never> => Promise.reject(new Error('no Prometheus'));
    const lab = createLaboratory({ evidence: { gather } });
    await expect(run(lab, EPISODE)).rejects.toThrow('no Prometheus');
    expect(lab.events.at(-1)).toMatch(/^mend outage/);
  });
});
