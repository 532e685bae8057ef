import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CRASH_POINTS } from '../../../src/std/std.ts';
import type { CrashPoint } from '../../../src/std/std.ts';
import { STORES } from '../suite.ts';
import type { StoreName, Suite, SuiteOptions, SuiteReport, Table, Violation } from '../suite.ts';
import { describeKill } from './plan.ts';
import { runKills } from './run.ts';
import type { RunOutcome } from './run.ts';
import { createStoreMaker, storeMissing } from './stores.ts';
import type { StoreMaker } from './stores.ts';

/** So many on one database: enough for each to find what others left behind, few enough to repeat one in half a minute. */
export const KILLS_PER_RUN = 25;
/** With fewer kills than this not every crash point has its turn. */
const KILLS_FOR_ALL_POINTS = 2 * KILLS_PER_RUN;

export type FinishedRun = RunOutcome & {
  readonly store: StoreName;
  readonly seed: number;
  readonly seconds: number;
  readonly repeat: string;
};

/** One run in a folder of its own, which is kept when a promise was broken. */
export async function runOnce(
  maker: StoreMaker,
  seed: number,
  kills: number,
): Promise<FinishedRun> {
  const { store } = maker;
  const folder = mkdtempSync(join(tmpdir(), `crmwatch-kill-${store}-${seed}-`));
  const name = `kill_${seed}`;
  const begin = performance.now();
  const outcome = await runKills({ seed, kills, folder, source: await maker.create(name, folder) });
  const seconds = (performance.now() - begin) / 1000;
  const repeat = `npm run torture -- --only kill --store ${store} --seed ${seed} --kills ${kills}`;
  if (outcome.violations.length === 0) {
    await maker.drop(name);
    rmSync(folder, { recursive: true, force: true });
    return { ...outcome, store, seed, seconds, repeat };
  }
  const story = outcome.deaths.map(({ kill }) => describeKill(kill)).join(', ');
  const kept = `kept in ${folder}, after the kills ${story}`;
  const violations = outcome.violations.map((what) => `${what} (${kept})`);
  return { ...outcome, violations, store, seed, seconds, repeat };
}

/** Kills at crash points and at random moments, shared evenly by the stores, which run beside each other. */
export const killSuite: Suite = {
  name: 'kill',
  title: 'SIGKILL at every crash point and at random moments, under load',
  unit: 'kills',
  defaultCount: 2000,
  async run({ count, seed, stores, progress }: SuiteOptions): Promise<SuiteReport> {
    const missing = stores.flatMap((store) => {
      const why = storeMissing(store);
      return why === undefined ? [] : [{ store, why }];
    });
    const here = stores.filter((store) => missing.every((one) => one.store !== store));
    const each = Math.ceil(count / Math.max(1, here.length));
    const runs = await Promise.all(
      here.map(async (store) => runStore(store, { seed, kills: each, progress })),
    );
    const finished = runs.flat();
    return {
      done: finished.reduce((sum, { deaths }) => sum + deaths.length, 0),
      tables: [tableOfStores(finished), tableOfPoints(finished)],
      violations: [...violationsOf(finished), ...neverReached(finished)],
      missing: missing.map(({ store, why }) => `${store}: ${why}`),
    };
  },
};

type StoreRuns = Pick<SuiteOptions, 'seed' | 'progress'> & { readonly kills: number };

async function runStore(
  store: StoreName,
  { seed, kills, progress }: StoreRuns,
): Promise<readonly FinishedRun[]> {
  const maker = await createStoreMaker(store);
  const finished: FinishedRun[] = [];
  try {
    for (let done = 0; done < kills; done += KILLS_PER_RUN) {
      const runSeed = seed + done / KILLS_PER_RUN;
      const run = await runOnce(maker, runSeed, Math.min(KILLS_PER_RUN, kills - done));
      finished.push(run);
      // At once, since the report may be hours away.
      for (const what of run.violations) progress(`${store}: ${what}; again by: ${run.repeat}`);
      const soFar = finished.reduce((sum, { deaths }) => sum + deaths.length, 0);
      const broken = finished.reduce((sum, { violations }) => sum + violations.length, 0);
      progress(`${store}: ${soFar} of ${kills} kills, violations: ${broken}`);
    }
    return finished;
  } finally {
    await maker.stop();
  }
}

/** The crash points at which at least one responder ended itself. */
export function reachedPoints(runs: readonly RunOutcome[]): ReadonlySet<CrashPoint> {
  return new Set(runs.flatMap(({ deaths }) => deaths.flatMap(({ point }) => point ?? [])));
}

function violationsOf(runs: readonly FinishedRun[]): readonly Violation[] {
  return runs.flatMap(({ violations, repeat, store }) =>
    violations.map((what) => ({ what: `${store}: ${what}`, repeat })),
  );
}

/** A point that nobody comes to proves nothing; with few kills not all have their turn. */
function neverReached(runs: readonly FinishedRun[]): readonly Violation[] {
  return STORES.flatMap((store) => {
    const own = runs.filter((run) => run.store === store);
    const kills = own.reduce((sum, { deaths }) => sum + deaths.length, 0);
    if (kills < KILLS_FOR_ALL_POINTS) return [];
    const reached = reachedPoints(own);
    return CRASH_POINTS.filter((point) => !reached.has(point)).map((point) => ({
      what: `${store}: the crash point ${point} was never reached`,
      repeat: own[0]?.repeat ?? '',
    }));
  });
}

function tableOfStores(runs: readonly FinishedRun[]): Table {
  const rows = STORES.flatMap((store) => {
    const own = runs.filter((run) => run.store === store);
    if (own.length === 0) return [];
    const sum = (value: (run: FinishedRun) => number): number =>
      own.reduce((total, run) => total + value(run), 0);
    const lives = own.flatMap(({ deaths }) => deaths.map(({ lifeMs }) => lifeMs));
    const meanMs = lives.reduce((total, lifeMs) => total + lifeMs, 0) / lives.length;
    const counts = [
      sum(({ deaths }) => deaths.length),
      // The last life of each run is left alone.
      sum(({ deaths }) => deaths.length + 1),
      sum(({ deliveries }) => deliveries),
      sum(({ attempts }) => attempts),
      sum(({ events }) => events),
      sum(({ incidents }) => incidents),
      sum(({ journalEntries }) => journalEntries),
      sum(({ notices }) => notices),
      sum(({ repeatedNotices }) => repeatedNotices),
      sum(({ violations }) => violations.length),
    ];
    const seconds = sum((run) => run.seconds).toFixed(0);
    return [[store, ...counts, `${meanMs.toFixed(0)} ms`, `${seconds} s`]];
  });
  return {
    title: 'By store',
    columns: [
      'Store',
      'Kills',
      'Starts',
      'Deliveries',
      'Posts',
      'Events',
      'Incidents',
      'Journal entries',
      'Notices',
      'Told again',
      'Violations',
      'Mean life',
      'Duration',
    ],
    rows,
  };
}

function tableOfPoints(runs: readonly FinishedRun[]): Table {
  const deaths = runs.flatMap(({ store, deaths: own }) =>
    own.map((death) => ({ ...death, store })),
  );
  const stores = STORES.filter((store) => runs.some((run) => run.store === store));
  const row = (name: string, of: typeof deaths): readonly (string | number)[] => [
    name,
    ...stores.map((store) => of.filter((death) => death.store === store).length),
  ];
  return {
    title: 'By crash point',
    columns: ['Ended', ...stores],
    rows: [
      ...CRASH_POINTS.map((name) =>
        row(
          name,
          deaths.filter(({ point }) => point === name),
        ),
      ),
      row(
        'at a random moment',
        deaths.filter(({ kill }) => kill.kind === 'moment'),
      ),
      row(
        'from outside, since its point was not reached in time',
        deaths.filter(({ kill, point }) => kill.kind === 'point' && point === undefined),
      ),
    ],
  };
}
