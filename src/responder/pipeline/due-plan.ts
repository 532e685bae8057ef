import type { DatabaseTransaction } from '../../store/store.ts';
import { cancelWorks, findWork, scheduleWorks } from './due-work.ts';
import type { Work } from './due-work.ts';

/** What one transaction decides about due work: kept in memory, and written once at its end. */
export type DuePlan = {
  /** Sets the time of a work, in place of the one it may have had. */
  schedule(incidentId: string, work: Work, dueAtMs: number): void;
  cancel(incidentId: string, works: readonly Work[]): void;
  /** `next` are those that will probably be asked for too: they are read together. */
  find(
    incidentId: string,
    work: Work,
    next?: readonly string[],
  ): Promise<{ readonly dueAtMs: number } | null>;
  save(): Promise<void>;
};

type Planned = {
  readonly incidentId: string;
  readonly work: Work;
  readonly dueAtMs: number | null;
};

function keyOf(incidentId: string, work: Work): string {
  return `${incidentId} ${work}`;
}

export function createDuePlan(transaction: DatabaseTransaction): DuePlan {
  const planned = new Map<string, Planned>();
  /** What was read, so that a thousand alerts of one incident ask once. */
  const known = new Map<string, { readonly dueAtMs: number } | null>();

  function plan(incidentId: string, work: Work, dueAtMs: number | null): void {
    const key = keyOf(incidentId, work);
    planned.set(key, { incidentId, work, dueAtMs });
    known.set(key, dueAtMs === null ? null : { dueAtMs });
  }

  return {
    schedule: plan,
    cancel(incidentId, works) {
      for (const work of works) plan(incidentId, work, null);
    },
    async find(incidentId, work, next = []) {
      const read = known.get(keyOf(incidentId, work));
      if (read !== undefined) return read;
      const unknown = next.filter((id) => !known.has(keyOf(id, work)));
      const asked = [...new Set([incidentId, ...unknown])];
      const found = await findWork(transaction, asked, work);
      for (const id of asked) known.set(keyOf(id, work), found.get(id) ?? null);
      return found.get(incidentId) ?? null;
    },
    async save() {
      const all = [...planned.values()];
      const cancelled = all.filter(({ dueAtMs }) => dueAtMs === null);
      for (const [work, list] of Map.groupBy(cancelled, (item) => item.work)) {
        await cancelWorks(
          transaction,
          list.map(({ incidentId }) => incidentId),
          work,
        );
      }
      await scheduleWorks(
        transaction,
        all.flatMap(({ dueAtMs, ...item }) => (dueAtMs === null ? [] : [{ ...item, dueAtMs }])),
      );
      planned.clear();
    },
  };
}
