import { CrmwatchError } from '../std/std.ts';
import { isSqliteBusy } from '../store/store.ts';

import type { Fault } from './faults/fault.ts';
import { FAULTS } from './faults/registry.ts';
import { toIso } from './invent/times.ts';
import type { World } from './world.ts';

export type FaultState = {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly broken: boolean;
  /** 0 to 1; absent, like the time, while the fault is not broken. */
  readonly intensity?: number;
  readonly brokenSince?: string;
};

export type FaultSwitch = {
  list(): readonly FaultState[];
  /** Breaks a fault, or changes the intensity of a broken one. */
  break(id: string, intensity?: number): Promise<void>;
  /** Nothing happens when the fault is not broken. */
  mend(id: string): Promise<void>;
};

const DEFAULT_INTENSITY = 0.6;

export function findFault(id: string): Fault {
  const fault = FAULTS.find((candidate) => candidate.id === id);
  if (fault !== undefined) return fault;
  throw new CrmwatchError('unknown_fault', `the sandbox has no fault "${id}"`, {
    remedy: `choose one of: ${FAULTS.map((known) => known.id).join(', ')}`,
  });
}

/** Breaks and mends one fault after the other, in the order of the calls. */
export function createFaultSwitch(world: World, speaksTls: boolean): FaultSwitch {
  const broken = new Map<string, { readonly intensity: number; readonly brokenSince: string }>();
  let queue: Promise<unknown> = Promise.resolve();

  function enqueue(work: () => Promise<void>): Promise<void> {
    const done = queue.then(work);
    queue = done.catch(() => undefined);
    return done;
  }

  async function run(fault: Fault, work: () => void | Promise<void>): Promise<void> {
    try {
      await (fault.changesData === true ? world.database.transaction(work) : work());
    } catch (error) {
      if (!isSqliteBusy(error)) throw error;
      throw new CrmwatchError('store_unavailable', 'the database of the sandbox is locked', {
        remedy: 'mend database_locked first',
        cause: error,
      });
    }
  }

  async function mendNow(fault: Fault): Promise<void> {
    if (!broken.has(fault.id)) return;
    await run(fault, () => fault.mend(world));
    broken.delete(fault.id);
    world.logger.info('sandbox fault mended', { fault: fault.id });
  }

  return {
    list: () =>
      FAULTS.map(({ id, title, description }) => ({
        id,
        title,
        description,
        broken: broken.has(id),
        ...broken.get(id),
      })),
    async break(id, intensity = DEFAULT_INTENSITY) {
      const fault = findFault(id);
      if (!(intensity >= 0 && intensity <= 1)) {
        throw new CrmwatchError('usage', `the intensity ${intensity} is not from 0 to 1`, {
          remedy: 'write a number such as 0.2 (weak), 0.6 (usual) or 1 (strong)',
        });
      }
      if (fault.needsTls === true && !speaksTls) {
        throw new CrmwatchError('usage', `${id} needs a sandbox that speaks TLS`, {
          remedy: 'start the sandbox with TLS, or choose another fault',
        });
      }
      await enqueue(async () => {
        await mendNow(fault);
        await run(fault, () => fault.break(world, intensity));
        broken.set(id, { intensity, brokenSince: toIso(world.clock.now()) });
        world.logger.info('sandbox fault broken', { fault: id, intensity });
      });
    },
    async mend(id) {
      const fault = findFault(id);
      await enqueue(() => mendNow(fault));
    },
  };
}
