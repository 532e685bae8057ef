import type { ProbeHistoryView } from '../console/console.ts';
import { runIdOf } from '../exporter/exposition/exposition.ts';
import type { SharedRun } from '../exporter/scheduler/scheduler.ts';

export type ProbeHistory = {
  add(finished: SharedRun): void;
  /** Newest first. */
  list(): readonly ProbeHistoryView[];
  find(id: string): SharedRun | undefined;
};

export type ProbeHistoryLimits = {
  readonly historyEntries: number;
  readonly failureHistoryEntries: number;
};

type Entry = SharedRun & { readonly id: string; readonly order: number };

function createRing(length: number): { add(entry: Entry): void; readonly entries: Entry[] } {
  const entries: Entry[] = [];
  return {
    entries,
    add(entry) {
      entries.push(entry);
      if (entries.length > length) entries.shift();
    },
  };
}

/** The last runs in two rings, one for those that failed: they are what people look for, and they are rare. */
export function createProbeHistory(limits: ProbeHistoryLimits): ProbeHistory {
  const passed = createRing(limits.historyEntries);
  const failed = createRing(limits.failureHistoryEntries);
  let count = 0;
  return {
    add(finished) {
      const ring = finished.run.result.ok ? passed : failed;
      count += 1;
      ring.add({ ...finished, id: runIdOf(finished.run), order: count });
    },
    list: () =>
      [...passed.entries, ...failed.entries]
        .sort((one, other) => other.order - one.order)
        .map(({ id, run }) => ({
          id,
          target: run.target,
          probe: run.probe,
          startedAtMs: run.startedAtMs,
          durationSeconds: run.durationSeconds,
          reason: run.result.ok ? null : run.result.failure.reason,
        })),
    find: (id) => [...failed.entries, ...passed.entries].find((entry) => entry.id === id),
  };
}
