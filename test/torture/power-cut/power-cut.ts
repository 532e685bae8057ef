import { createSeededRandom } from '../../../src/std/std.ts';
import type { Random } from '../../../src/std/std.ts';
import type { Suite, SuiteOptions, SuiteReport } from '../suite.ts';
import { checkImage } from './check-image.ts';
import { createDisk } from './disk.ts';
import type { DiskOptions, Image } from './disk.ts';
import { recordLoad, recorderMissing } from './record.ts';
import type { FileEvent } from './recording.ts';

/** What one recording is good for; a further one has other deliveries in another order. */
export const CUTS_PER_RECORDING = 50;
const DELIVERIES = 64;

/** The power failed after so many events; what was acknowledged by then is owed. */
export type Cut = {
  readonly after: number;
  readonly image: Image;
  readonly acknowledged: readonly string[];
};

/**
 * Images of a disk at seeded points of a recording. Half of the points are anywhere, half lie right before or after
 * a sync, where it is decided what is durable.
 */
export function* makeCuts(
  events: readonly FileEvent[],
  count: number,
  seed: number,
  options: DiskOptions = {},
): Generator<Cut> {
  const random = createSeededRandom(seed);
  const points = choosePoints(events, count, random);
  const disk = createDisk(options);
  const acknowledged: string[] = [];
  let next = 0;
  for (let after = 0; after <= events.length; after++) {
    for (; points[next] === after; next++) {
      yield { after, image: disk.cut(random), acknowledged: [...acknowledged] };
    }
    const event = events[after];
    if (event === undefined) return;
    disk.apply(event);
    if (event.kind === 'acknowledged') acknowledged.push(event.what);
  }
}

function choosePoints(
  events: readonly FileEvent[],
  count: number,
  random: Random,
): readonly number[] {
  const syncs = events.flatMap(({ kind }, index) => (kind === 'synced' ? [index, index + 1] : []));
  const among = (limit: number): number => Math.floor(random.next() * limit);
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0 ? among(events.length + 1) : (syncs[among(syncs.length)] ?? 0),
  ).toSorted((left, right) => left - right);
}

export type CutOutcome = {
  readonly cuts: number;
  /** Of all images together. */
  readonly acknowledged: number;
  readonly violations: readonly string[];
};

/** Records one load and cuts the power again and again. */
export async function runCuts(seed: number, cuts: number): Promise<CutOutcome> {
  const events = await recordLoad({ seed, deliveries: DELIVERIES, synchronous: 'FULL' });
  return checkCuts(events, cuts, seed);
}

export async function checkCuts(
  events: readonly FileEvent[],
  count: number,
  seed: number,
  options: DiskOptions = {},
): Promise<CutOutcome> {
  const violations: string[] = [];
  let cuts = 0;
  let owed = 0;
  for (const { after, image, acknowledged } of makeCuts(events, count, seed, options)) {
    const checked = await checkImage(image, acknowledged);
    violations.push(
      ...checked.violations.map((what) => `cut after event ${after} of ${events.length}: ${what}`),
    );
    cuts++;
    owed += acknowledged.length;
  }
  return { cuts, acknowledged: owed, violations };
}

export const powerCutSuite: Suite = {
  name: 'power-cut',
  title: 'power cuts on SQLite, with unsynced writes lost, torn and out of order',
  unit: 'cuts',
  defaultCount: 2000,
  async run({ count, seed, stores, progress }: SuiteOptions): Promise<SuiteReport> {
    const why = stores.includes('sqlite') ? recorderMissing() : 'only SQLite writes its own files';
    if (why !== undefined) return { done: 0, tables: [], violations: [], missing: [why] };
    const outcomes: (CutOutcome & { readonly seed: number; readonly seconds: number })[] = [];
    for (let done = 0; done < count; done += CUTS_PER_RECORDING) {
      const begin = performance.now();
      const own = seed + done / CUTS_PER_RECORDING;
      const outcome = await runCuts(own, Math.min(CUTS_PER_RECORDING, count - done));
      outcomes.push({ ...outcome, seed: own, seconds: (performance.now() - begin) / 1000 });
      for (const what of outcome.violations) progress(`seed ${own}: ${what}`);
      progress(`${done + outcome.cuts} of ${count} cuts`);
    }
    const sum = (value: (outcome: (typeof outcomes)[number]) => number): number =>
      outcomes.reduce((total, outcome) => total + value(outcome), 0);
    return {
      done: sum(({ cuts }) => cuts),
      tables: [
        {
          title: 'Power cuts',
          columns: ['Recordings', 'Cuts', 'Acknowledged before the cuts', 'Violations', 'Duration'],
          rows: [
            [
              outcomes.length,
              sum(({ cuts }) => cuts),
              sum(({ acknowledged }) => acknowledged),
              sum(({ violations }) => violations.length),
              `${sum(({ seconds }) => seconds).toFixed(0)} s`,
            ],
          ],
        },
      ],
      violations: outcomes.flatMap(({ violations, cuts, seed: own }) =>
        violations.map((what) => ({
          what,
          repeat: `npm run torture -- --only power-cut --seed ${own} --cuts ${cuts}`,
        })),
      ),
      missing: [],
    };
  },
};
