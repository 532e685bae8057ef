import type { ProbeKindName } from '../../../src/catalog/catalog.ts';
import type { ProbeResult } from '../../../src/exporter/probes/probes.ts';
import { createScheduler } from '../../../src/exporter/scheduler/scheduler.ts';
import type {
  ProbeReport,
  ScheduledProbe,
  Scheduler,
  SchedulerObserver,
  SchedulerOptions,
} from '../../../src/exporter/scheduler/scheduler.ts';
import { createSeededRandom, createSilentLogger, sleep } from '../../../src/std/std.ts';
import { PASSED, createRun } from '../../support/fake-run.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import type { ManualClock } from '../../support/manual-clock.ts';

type Behaviour = {
  durationMs?: number | (() => number);
  result?: () => ProbeResult;
  ignoresAbort?: boolean;
};

export type World = {
  readonly clock: ManualClock;
  readonly starts: { at: number; target: string; probe: ProbeKindName }[];
  startsOf(target: string): number[];
  readonly peaks: { total: number; perProbe: number; perTarget: number };
  probe(
    target: string,
    kind: ProbeKindName,
    behaviour?: Behaviour,
    policy?: ScheduledProbe['policy'],
  ): ScheduledProbe;
};

/** One world per test: a clock by hand, and probes that note when they start and how many run at once. */
export function createWorld(): World {
  const clock = createManualClock();
  const starts: { at: number; target: string; probe: ProbeKindName }[] = [];
  const running = new Map<string, number>();
  const peaks = { total: 0, perProbe: 0, perTarget: 0 };

  function count(key: string, change: number): number {
    running.set(key, (running.get(key) ?? 0) + change);
    return running.get(key) ?? 0;
  }

  function probe(
    target: string,
    kind: ProbeKindName,
    { durationMs = 0, result = () => PASSED, ignoresAbort = false }: Behaviour = {},
    policy = { intervalMs: 30_000, retryIntervalMs: 5000, maxAttempts: 3 },
  ): ScheduledProbe {
    return {
      target,
      probe: kind,
      policy,
      fingerprint: '',
      run: async (signal) => {
        starts.push({ at: clock.monotonicMs(), target, probe: kind });
        peaks.total = Math.max(peaks.total, count('', 1));
        peaks.perTarget = Math.max(peaks.perTarget, count(target, 1));
        peaks.perProbe = Math.max(peaks.perProbe, count(`${target} ${kind}`, 1));
        const lastsMs = typeof durationMs === 'number' ? durationMs : durationMs();
        await sleep(clock, lastsMs, ignoresAbort ? undefined : signal);
        for (const key of ['', target, `${target} ${kind}`]) count(key, -1);
        return createRun(target, kind, result());
      },
    };
  }
  const startsOf = (target: string): number[] =>
    starts.filter((start) => start.target === target).map((start) => start.at);
  return { clock, starts, startsOf, peaks, probe };
}

export function schedule(
  clock: ManualClock,
  probes: readonly ScheduledProbe[],
  options: SchedulerOptions = { firstRunSpreadMs: 0 },
  observer?: SchedulerObserver,
): { scheduler: Scheduler; reports: ProbeReport[] } {
  const dependencies = {
    clock,
    random: createSeededRandom(1),
    logger: createSilentLogger(),
    ...(observer === undefined ? {} : { observer }),
  };
  const scheduler = createScheduler(probes, dependencies, options);
  const reports: ProbeReport[] = [];
  scheduler.subscribe((report) => reports.push(report));
  scheduler.start();
  return { scheduler, reports };
}
