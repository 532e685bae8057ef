import { createSeededRandom, createSystemClock, sleep } from '../../src/std/std.ts';
import { planEpisodes } from './plan.ts';
import type { PlannedEpisode } from './plan.ts';
import { recordEpisode } from './record-episode.ts';
import type { EpisodeOutcome, EpisodeSite } from './record-episode.ts';
import { openRowFile } from './rows.ts';
import type { Cell } from './site/cell.ts';
import { isHeldOut, startSite } from './site/site.ts';
import type { Site, SiteOptions } from './site/site.ts';

export type RecordingOptions = Omit<SiteOptions, 'clock'> & {
  readonly output: string;
  readonly perClass: number;
  /** Records only episodes with one of these faults; all when empty. */
  readonly only: readonly string[];
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
};

/** A quiet time first, so that every series has a baseline. */
const WARM_UP_MS = 60_000;

export function planFor(
  cells: readonly Cell[],
  options: RecordingOptions,
): readonly PlannedEpisode[] {
  const { perClass, seed } = options;
  const clock = createSystemClock();
  const targets = cells.map(({ name, faults }) => ({
    name,
    isHeldOut: isHeldOut(name, { ...options, clock }),
    faults,
  }));
  const planned = planEpisodes({ targets, perClass, seed });
  const { only } = options;
  const known = new Set(cells.flatMap(({ faults }) => faults.map(({ id }) => id)));
  const strange = only.find((id) => !known.has(id));
  if (strange !== undefined) {
    const names = [...known].toSorted().join(', ');
    throw new Error(`--only: no target has a fault "${strange}"; there are ${names}`);
  }
  if (only.length === 0) return planned;
  return planned.filter(({ faults }) => faults.some(({ id }) => only.includes(id)));
}

function durationText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Tells what came of each episode, and how long the rest will take at the pace so far. */
function createProgress(
  count: number,
  onProgress: (line: string) => void,
): (episode: PlannedEpisode, outcome: EpisodeOutcome, seconds: number) => void {
  const startedMs = performance.now();
  let done = 0;
  return ({ group }, outcome, seconds) => {
    done++;
    const leftMs = ((performance.now() - startedMs) / done) * (count - done);
    const rows = outcome.kind === 'recorded' ? `${outcome.rows.length} rows` : outcome.kind;
    onProgress(
      `${done}/${count}  ${group}  ${rows}  ${seconds.toFixed(0)} s  (${durationText(leftMs)} left)`,
    );
  };
}

function episodeSite(site: Site, cell: Cell, options: RecordingOptions): EpisodeSite {
  return {
    faults: cell.faults,
    firing: () => site.feed.firing(cell.name, cell.exporter),
    isCalm: () => site.isCalm(cell.name),
    call: () => cell.call(),
    evidence: site.evidence,
    clock: createSystemClock(),
    random: createSeededRandom(options.seed * 1000 + cell.name.length),
    signal: options.signal,
  };
}

/**
 * Records the episodes of the plan that the file does not hold yet, each target its own ones, all targets side by side.
 * What was recorded stays when it ends early; the next call goes on from there.
 */
export async function record(options: RecordingOptions): Promise<{ readonly missed: number }> {
  const clock = createSystemClock();
  const file = openRowFile(options.output);
  const site = await startSite({ ...options, clock });
  try {
    const left = planFor(site.cells, options).filter(({ group }) => !file.groups.has(group));
    options.onProgress(`${left.length} episodes on ${site.cells.length} targets to be recorded`);
    const tell = createProgress(left.length, options.onProgress);
    await sleep(clock, WARM_UP_MS, options.signal);
    let missed = 0;
    await Promise.all(
      site.cells.map(async (cell) => {
        const place = episodeSite(site, cell, options);
        for (const episode of left.filter(({ target }) => target === cell.name)) {
          if (options.signal.aborted) return;
          const startedMs = performance.now();
          const outcome = await recordEpisode(place, episode);
          if (outcome.kind === 'recorded') file.append(outcome.rows);
          else missed++;
          tell(episode, outcome, (performance.now() - startedMs) / 1000);
        }
      }),
    );
    return { missed };
  } finally {
    await site.stop();
  }
}
