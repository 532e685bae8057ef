import { createId, sha256Hex } from '../../../std/std.ts';
import {
  SYSTEM_ACTOR,
  changeWindow,
  findIncident,
  findIncidents,
  findInside,
  findOutcomes,
  findUnsettledWindows,
  findWindow,
  isInForce,
  isOpen,
  isUntold,
  leaveWindow,
  occurrenceAt,
  settleWindow,
  windowsOf,
} from '../../incidents/incidents.ts';
import type {
  MaintenanceSchedule,
  MaintenanceWindow,
  WindowEvent,
} from '../../incidents/incidents.ts';
import { composeMaintenanceNotice, enqueue } from '../../notify/notify.ts';
import { readHeld } from '../holds/held-notices.ts';
import type { PipelineContext } from '../pipeline-parts.ts';
import type { Held, PeriodicTask } from '../periodic-task.ts';

type Keyed = MaintenanceSchedule & { readonly key: string };

const actor = SYSTEM_ACTOR;
const PLANNER = 'configuration';
/** Incidents in one transaction. */
const BATCH = 50;
const NAMED = 5;

/**
 * Begins and ends windows of maintenance at their time. What is to be done is read from the database each time, so a
 * restart catches up: windows that should have begun begin, those that should have ended end, and an end that was
 * interrupted goes on with the incidents that are still inside.
 */
export function createMaintenanceTask(context: PipelineContext): PeriodicTask {
  const { store, clock, settings } = context;
  const schedules: readonly Keyed[] = settings.maintenance.map((schedule) => ({
    ...schedule,
    key: sha256Hex(JSON.stringify(schedule)),
  }));
  const keys = new Set(schedules.map(({ key }) => key));
  /** The occurrence of each schedule that is known to be planned. */
  const planned = new Map<string, string>();
  /** Windows whose incidents were taken in since this replica has the task. */
  const swept = new Set<string>();
  let fence = 0;

  /** The next occurrence of each schedule is planned ahead, so that one that nothing ran through is known as well. */
  async function plan(held: Held): Promise<boolean> {
    let hasPlanned = false;
    for (const schedule of schedules) {
      const occurrence = occurrenceAt(schedule.timing, clock.now());
      if (occurrence === null) continue;
      const { name, reason, scope, key } = schedule;
      const id = `mw_${sha256Hex(`${key} ${occurrence.startsAtMs}`).slice(0, 24)}`;
      if (planned.get(key) === id) continue;
      if ((await findWindow(store.database, id)) === null) {
        const window = { name, reason, scope, schedule: key, ...occurrence };
        await change(held, context, id, { kind: 'maintenance_planned', actor: PLANNER, window });
        hasPlanned = true;
      }
      planned.set(key, id);
    }
    return hasPlanned;
  }

  async function turn(
    held: Held,
    window: MaintenanceWindow,
    inForce: readonly MaintenanceWindow[],
  ): Promise<boolean> {
    const { id, state } = window;
    if (state === 'ended') {
      swept.delete(id);
      return release(window, context, held);
    }
    const due = dueEventOf(window, keys, clock.now());
    if (due !== null) return change(held, context, id, due);
    if (state !== 'active' || swept.has(id)) return false;
    await sweep(inForce, context, held);
    swept.add(id);
    return true;
  }

  return {
    name: 'maintenance',
    isDue: () => true,
    async run(held) {
      if (held.fence !== fence) swept.clear();
      fence = held.fence;
      let hasDone = await plan(held);
      const windows = await findUnsettledWindows(store.database);
      const inForce = windows.filter((window) => isInForce(window, clock.now()));
      for (const window of windows) {
        const hasTurned = await turn(held, window, inForce);
        hasDone ||= hasTurned;
      }
      return hasDone;
    },
  };
}

async function change(
  held: Held,
  { clock }: PipelineContext,
  id: string,
  event: WindowEvent,
): Promise<boolean> {
  return held.transaction(
    async (transaction) => (await changeWindow(transaction, id, event, clock.now())).changed,
  );
}

/** What is to happen to a window by itself; `keys` are those of the schedules of the configuration. */
function dueEventOf(
  { schedule, state, startsAtMs, endsAtMs }: MaintenanceWindow,
  keys: ReadonlySet<string>,
  nowMs: number,
): WindowEvent | null {
  if (schedule !== null && !keys.has(schedule)) {
    return { kind: 'maintenance_ended', actor, why: 'the configuration changed' };
  }
  if (state === 'planned' && startsAtMs <= nowMs) return { kind: 'maintenance_started', actor };
  if (state === 'active' && endsAtMs <= nowMs) {
    return { kind: 'maintenance_ended', actor, why: 'its time is over' };
  }
  return null;
}

/** Takes in the incidents that were open before the windows began. */
async function sweep(
  windows: readonly MaintenanceWindow[],
  { store }: PipelineContext,
  { commit }: Held,
): Promise<void> {
  for (let beforeId: string | undefined; ;) {
    const page = await findIncidents(store.database, {
      open: true,
      limit: BATCH,
      ...(beforeId === undefined ? {} : { beforeId }),
    });
    const covered = page.filter((incident) => windowsOf(incident, windows).length > 0);
    if (covered.length > 0) {
      await commit(async (changes) => {
        for (const { id } of covered) {
          await changes.find(id);
          changes.reconsider(id);
        }
      });
    }
    beforeId = page.at(-1)?.id;
    if (beforeId === undefined) return;
  }
}

/** Lets some of the incidents out of a window that ended; once none is left, tells what went by unheard. */
async function release(
  { id, name, endedBecause }: MaintenanceWindow,
  context: PipelineContext,
  held: Held,
): Promise<boolean> {
  const { store, clock } = context;
  const inside = await findInside(store.database, id, BATCH);
  if (inside.length === 0) {
    await conclude(id, name, context, held);
    return true;
  }
  await held.commit(async (changes) => {
    const waiting = await readHeld(changes.transaction, inside);
    for (const incidentId of inside) {
      const incident = await changes.find(incidentId);
      const isOver = incident === null || !isOpen(incident.phase);
      const wasUnheard = isUntold(waiting.get(incidentId)?.notices ?? []);
      const outcome = isOver ? (wasUnheard ? 'over' : null) : 'open';
      await leaveWindow(changes.transaction, id, incidentId, outcome);
      const why = endedBecause ?? 'it ended';
      const event = { kind: 'maintenance_ended', actor, window: { id, name }, why } as const;
      await changes.apply(incident, event, clock.now());
    }
  });
  return true;
}

async function conclude(
  id: string,
  name: string,
  context: PipelineContext,
  held: Held,
): Promise<void> {
  const { clock, random, channels, settings } = context;
  await held.transaction(async (transaction) => {
    await settleWindow(transaction, id);
    const { over, open } = await findOutcomes(transaction, id);
    if (over.length === 0) return;
    const named: { readonly id: string; readonly title: string }[] = [];
    for (const incidentId of over.slice(0, NAMED)) {
      const incident = await findIncident(transaction, incidentId);
      if (incident !== null) named.push({ id: incidentId, title: incident.title });
    }
    const atMs = clock.now();
    const facts = { atMs, name, over: over.length, open: open.length, named };
    for (const channel of channels) {
      const message = composeMaintenanceNotice({
        ...facts,
        id: createId('msg', atMs, random),
        consoleUrl: settings.consoleUrl,
      });
      await enqueue(transaction, channel.name, message);
    }
  });
}
