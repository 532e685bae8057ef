import { setTimeout as wait } from 'node:timers/promises';
import type { IncidentSummaryView } from '../../../src/console/console.ts';
import { waitUntil } from '../../support/program.ts';
import type { Way } from '../../support/delivery-proxy.ts';
import { judge } from './judge.ts';
import type { Episode, Verdict } from './judge.ts';
import { PARTS } from './lane.ts';
import type { CrmState, Lane } from './lane.ts';
import type { EpisodePlan, Fault, Scenario, TargetPlan } from './scenario.ts';
import { setStage } from './stage.ts';
import { tellStory } from './story.ts';
import type { Happening } from './story.ts';
import type { Setting, Stage } from './stage.ts';

/** What is promised for a resolve that was lost; nothing here should need a fraction of it. */
const PATIENCE_MS = 120_000;
/** For peers to tell by turns what they still have to tell, and for the reconciler to look twice. */
const CALM_MS = 5000;
const [FIRST, SECOND] = PARTS;
/** Long enough that the end comes to Alertmanager, and is dropped by it, while the target is silenced. */
const SILENCE_MS = 6000;
/** Prometheus scrapes, evaluates and tells once a second each. */
const PROMETHEUS_MS = 3000;
/** Servers may cut a time differently. */
const SAME_START_MS = 1000;

type Actor = { readonly stage: Stage; readonly crm: CrmState; readonly target: string };

/** What is true of the newest incident of a target. */
async function until(
  { stage, target }: Actor,
  what: string,
  isSo: (incidents: readonly IncidentSummaryView[]) => boolean,
): Promise<void> {
  const seen = { told: 'nothing' };
  const look = async (): Promise<boolean> => {
    const own = (await stage.incidents()).filter((incident) => incident.target === target);
    seen.told = JSON.stringify(
      own.map(({ id, phase, recovery, firingAlerts, unconfirmedBecause }) => {
        return { id, phase, recovery, firingAlerts, unconfirmedBecause };
      }),
    );
    return isSo(own);
  };
  const describe = (): string => `${target}: ${what}: ${seen.told}`;
  await waitUntil(look, { timeoutMs: PATIENCE_MS, everyMs: 150, describe });
}

const isOver = ({ phase }: IncidentSummaryView): boolean => phase === 'resolved';

const isFiring = ({ phase, firingAlerts }: IncidentSummaryView): boolean =>
  !['verifying', 'resolved'].includes(phase) && firingAlerts > 0;

async function flap({ crm }: Actor, flaps: EpisodePlan['flaps']): Promise<void> {
  for (const { afterMs, offMs } of flaps) {
    await wait(afterMs);
    crm.firing.delete(FIRST);
    await wait(offMs);
    crm.firing.add(FIRST);
  }
}

async function joinSecond({ crm }: Actor, afterMs: number): Promise<void> {
  await wait(afterMs);
  crm.firing.add(SECOND);
}

/**
 * Everything that fires must be told while the trouble lasts. Else the responder hears of it for the first time when all is
 * well, and cannot know that it is over: it opens what no resolve has closed yet, as it must. A CRM that is well in the
 * middle of a flap is rightly called recovered, too.
 */
async function untilAllIsTold(actor: Actor): Promise<void> {
  const { stage, crm, target } = actor;
  await wait(PROMETHEUS_MS);
  const sinceMs = Date.now();
  const seen = new Map<string, string>();
  const isTold = async (part: string): Promise<boolean> => {
    const held = await Promise.all(
      // One that is down is waited for.
      stage.peers.map(async (peer) => peer.find({ target, part }).catch(() => [])),
    );
    const newestMs = Math.max(...held.flat().map(({ startsAtMs }) => startsAtMs));
    seen.set(part, JSON.stringify({ sinceMs, held: held.flat() }));
    if (!held.every(([alert]) => (alert?.updatedAtMs ?? 0) > sinceMs)) return false;
    const own = (await stage.incidents()).filter((one) => one.target === target && isFiring(one));
    const details = await Promise.all(own.map(async ({ id }) => stage.detail(id)));
    seen.set(
      part,
      JSON.stringify({ held: held.flat(), known: details.map(({ alerts }) => alerts) }),
    );
    return details.some(({ alerts }) =>
      alerts.some(
        ({ labels, status, startsAtMs }) =>
          labels['part'] === part && status === 'firing' && startsAtMs >= newestMs - SAME_START_MS,
      ),
    );
  };
  const describe = (): string =>
    `${target}: all that fires is told to the responder: ${[...seen].join(' ')}`;
  const areTold = async (): Promise<boolean> =>
    (await Promise.all([...crm.firing].map(isTold))).every(Boolean);
  await waitUntil(areTold, { timeoutMs: PATIENCE_MS, everyMs: 150, describe });
}

async function playEpisode(actor: Actor, plan: EpisodePlan): Promise<Episode> {
  const { stage, crm, target } = actor;
  await wait(plan.waitMs);
  const startedAtMs = Date.now();
  crm.isIll = true;
  crm.firing.add(FIRST);
  await until(actor, 'an open incident', (own) => own.some((incident) => !isOver(incident)));
  const { holdMs, flaps, secondAfterMs } = plan;
  await Promise.all([
    wait(holdMs),
    flap(actor, flaps),
    ...(secondAfterMs === null ? [] : [joinSecond(actor, secondAfterMs)]),
  ]);
  if (flaps.length > 0 || secondAfterMs !== null) await untilAllIsTold(actor);
  const silencedUntilMs = plan.isEndSilenced ? Date.now() + SILENCE_MS : 0;
  if (plan.isEndSilenced) {
    // One that is down just now is not asked; then nobody is silenced.
    const [peer] = stage.peers;
    await peer?.silence({ target }, SILENCE_MS).catch(() => {});
    await wait(1000);
  }
  crm.isIll = false;
  crm.firing.clear();
  const endedAtMs = Date.now();
  await until(actor, 'over', (own) => own.length > 0 && own.every(isOver));
  await wait(Math.max(0, silencedUntilMs - Date.now()));
  return { target, startedAtMs, endedAtMs };
}

async function playTarget(
  stage: Stage,
  lane: Lane,
  { name, episodes }: TargetPlan,
): Promise<readonly Episode[]> {
  const crm = lane.crms.get(name);
  if (crm === undefined) throw new Error(`the stage has no CRM ${name}`);
  const played: Episode[] = [];
  for (const plan of episodes) {
    played.push(await playEpisode({ stage, crm, target: name }, plan));
  }
  return played;
}

function steer(stage: Stage, way: Way): void {
  stage.deliveries.steer(() => way);
  if (way === 'pass') stage.deliveries.release();
}

async function playFault(stage: Stage, fault: Fault): Promise<void> {
  const { lastsMs } = fault;
  switch (fault.kind) {
    case 'partition':
      stage.network?.part(fault.groups);
      await wait(lastsMs);
      stage.network?.heal();
      return;
    case 'restart': {
      const peer = stage.peers[fault.peer];
      await peer?.stop(fault.signal);
      await wait(lastsMs);
      await peer?.start(fault.isAfresh);
      return;
    }
    case 'deaf':
      stage.lines[fault.peer]?.cut();
      await wait(lastsMs);
      stage.lines[fault.peer]?.mend();
      return;
    case 'responder':
      steer(stage, fault.way);
      await wait(lastsMs);
      steer(stage, 'pass');
      return;
  }
}

function describeFault(fault: Fault): string {
  const { waitMs: _, lastsMs: _lasts, kind, ...rest } = fault;
  return `${kind} ${JSON.stringify(rest)}`;
}

/** Gives when each began and ended. */
async function playFaults(stage: Stage, faults: readonly Fault[]): Promise<readonly Happening[]> {
  const happened: Happening[] = [];
  const note = (what: string): void => void happened.push({ atMs: Date.now(), what });
  // Those of one kind one after the other, and the kinds at once, so that they meet.
  const playList = async (list: readonly Fault[]): Promise<void> => {
    for (const fault of list) {
      await wait(fault.waitMs);
      note(`*** begin of ${describeFault(fault)}`);
      await playFault(stage, fault);
      note(`*** end of ${describeFault(fault)}`);
    }
  };
  await Promise.all([...Map.groupBy(faults, ({ kind }) => kind).values()].map(playList));
  return happened;
}

export type Played = Verdict & {
  readonly episodes: number;
  readonly incidents: number;
  readonly deliveries: number;
  readonly pages: number;
  /** Of each target that a breach is about. */
  readonly stories: readonly string[];
};

/** Plays one scenario with real programs, from a stage that is well to a stage that is well again, and judges it. */
export async function play(lane: Lane, setting: Setting, scenario: Scenario): Promise<Played> {
  await using stage = await setStage(lane, setting, scenario);
  await waitUntil(
    async () =>
      (await Promise.all(stage.peers.map(async (peer) => peer.held()))).every((held) =>
        held.some((line) => line.startsWith('CrmWatchdog')),
      ),
    { timeoutMs: PATIENCE_MS, describe: () => 'Prometheus tells every peer' },
  );
  const [played, faults] = await Promise.all([
    Promise.all(scenario.targets.map(async (target) => playTarget(stage, lane, target))),
    playFaults(stage, scenario.faults),
  ]);
  await wait(CALM_MS);
  const episodes = played.flat();
  const incidents = await stage.seen();
  const pages = stage.pages();
  const { deliveries } = stage.deliveries;
  const verdict = judge(episodes, incidents, pages);
  const blamed = scenario.targets.filter(({ name }) =>
    verdict.breaches.some((breach) => breach.includes(name)),
  );
  return {
    ...verdict,
    episodes: episodes.length,
    incidents: incidents.length,
    deliveries: deliveries.length,
    pages: pages.length,
    stories: blamed.flatMap(({ name }) => [
      name,
      ...tellStory(name, { episodes, faults, deliveries, incidents }),
    ]),
  };
}
