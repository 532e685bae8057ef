import type { EvidenceAlert, EvidenceSource } from '../../src/responder/evidence/evidence.ts';
import { FAULT_CLASSES } from '../../src/catalog/catalog.ts';
import type { FaultClass } from '../../src/catalog/catalog.ts';
import { sleep } from '../../src/std/std.ts';
import type { Clock, Random } from '../../src/std/std.ts';
import { labelsOf } from './plan.ts';
import type { PlannedEpisode } from './plan.ts';
import type { RecordedRow } from './rows.ts';
import type { LabFault, Mend } from './site/crm.ts';

export type EpisodeSite = {
  readonly faults: readonly LabFault[];
  /** What Alertmanager has told and not taken back. */
  firing(): readonly EvidenceAlert[];
  /** Whether Prometheus itself has no alert that fires or waits. */
  isCalm(): Promise<boolean>;
  call(): Promise<void>;
  readonly evidence: EvidenceSource;
  readonly clock: Clock;
  readonly random: Pick<Random, 'next'>;
  readonly signal: AbortSignal;
};

export type EpisodeOutcome =
  | { readonly kind: 'recorded'; readonly rows: readonly RecordedRow[] }
  /** No alert came within the time that is expected of the fault: it was too weak, or is seen by nobody. */
  | { readonly kind: 'silent' }
  /** The watching itself failed meanwhile, as on a machine that is too busy, and nobody had broken it. */
  | { readonly kind: 'disturbed' }
  /** Alerts of an earlier episode still fire, so nothing was broken. */
  | { readonly kind: 'unrest' }
  | { readonly kind: 'ended' };

/** Evidence is taken this long after the first alert: early, as the responder does, and when others have come. */
const CAPTURE_DELAYS_MS = [2000, 10_000, 25_000] as const;
/** Of a calm time: what other clients ask is on the metrics by then. */
const CALM_DELAY_MS = 10_000;
const POLL_MS = 500;
const TIMEOUT_MS = 150_000;
/** Faults do not come in step with probes and scrapes, nor two of them at the same moment. */
const LEAD_MS = 10_000;
const MOST_CALLS_PER_SECOND = 4;
/** Until every probe has run once more, and what it saw is scraped. */
const SETTLING_MS = 12_000;

async function waitUntil(
  { clock, signal }: EpisodeSite,
  isReached: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const deadlineMs = clock.monotonicMs() + TIMEOUT_MS;
  while (clock.monotonicMs() < deadlineMs && !signal.aborted) {
    if (await isReached()) return true;
    await sleep(clock, POLL_MS, signal);
  }
  return false;
}

function isWatchingBroken({ faults }: PlannedEpisode): boolean {
  return faults.some(({ faultClass }) => FAULT_CLASSES[faultClass].area === 'pipeline');
}

/**
 * What fires of a target, as the incident about it holds it. Alerts about the watching name no target, so they are
 * incidents of their own, unless the watching is what was broken.
 */
function alertsOf(site: EpisodeSite, episode: PlannedEpisode): readonly EvidenceAlert[] {
  const isBroken = isWatchingBroken(episode);
  return site.firing().filter(({ labels }) => isBroken || labels['target'] !== undefined);
}

/**
 * Whether each of the faults has raised an alert that is expected of its class. A busy machine makes calls slow now and
 * then, and evidence of that alone must not be given the label of a fault.
 */
function areAllSeen(site: EpisodeSite, episode: PlannedEpisode): boolean {
  const names = new Set(alertsOf(site, episode).map(({ name }) => name));
  const isSeen = (faultClass: FaultClass): boolean =>
    FAULT_CLASSES[faultClass].evidence.alerts.some((name) => names.has(name));
  return episode.faults.every(({ faultClass }) => isSeen(faultClass));
}

const isQuiet = async (site: EpisodeSite): Promise<boolean> =>
  site.firing().length === 0 && (await site.isCalm());

/** Calls as other clients make them, until the returned function is called. */
function startLoad(site: EpisodeSite, load: number): () => Promise<void> {
  const end = new AbortController();
  const everyMs = 1000 / (MOST_CALLS_PER_SECOND * load);
  async function run(): Promise<void> {
    while (!end.signal.aborted) {
      await site.call().catch(() => {});
      await sleep(site.clock, everyMs, end.signal);
    }
  }
  const running = load < 0.05 ? Promise.resolve() : run();
  return async () => {
    end.abort();
    await running;
  };
}

async function capture(
  site: EpisodeSite,
  episode: PlannedEpisode,
  delaysMs: readonly number[],
): Promise<readonly RecordedRow[]> {
  const rows: RecordedRow[] = [];
  let waitedMs = 0;
  for (const delayMs of delaysMs) {
    await sleep(site.clock, delayMs - waitedMs, site.signal);
    waitedMs = delayMs;
    if (site.signal.aborted || !areAllSeen(site, episode)) continue;
    const alerts = alertsOf(site, episode);
    const evidence = await site.evidence.gather({ target: episode.target, alerts });
    const { group, split } = episode;
    rows.push({ labels: labelsOf(episode), group, split, evidence });
  }
  return rows;
}

/** Without a scrape there is not even the platform of a target. */
function judge(episode: PlannedEpisode, rows: readonly RecordedRow[]): EpisodeOutcome {
  if (rows.length === 0) return { kind: 'silent' };
  const isDisturbed = rows.some(({ evidence }) => evidence.platform === 'unknown');
  return isDisturbed && !isWatchingBroken(episode)
    ? { kind: 'disturbed' }
    : { kind: 'recorded', rows };
}

async function breakAll(site: EpisodeSite, episode: PlannedEpisode, mends: Mend[]): Promise<void> {
  for (const [index, { id, strength }] of episode.faults.entries()) {
    if (index > 0) await sleep(site.clock, site.random.next() * LEAD_MS, site.signal);
    const fault = site.faults.find((candidate) => candidate.id === id);
    if (fault === undefined) throw new Error(`${episode.target} has no fault ${id}`);
    mends.push(await fault.break(strength));
  }
}

async function observe(site: EpisodeSite, episode: PlannedEpisode): Promise<EpisodeOutcome> {
  if (episode.faults.length === 0) {
    return judge(episode, await capture(site, episode, [CALM_DELAY_MS]));
  }
  const mends: Mend[] = [];
  try {
    await breakAll(site, episode, mends);
    if (!(await waitUntil(site, () => areAllSeen(site, episode)))) return { kind: 'silent' };
    return judge(episode, await capture(site, episode, CAPTURE_DELAYS_MS));
  } finally {
    for (const mend of mends.toReversed()) await mend();
    await sleep(site.clock, SETTLING_MS, site.signal);
  }
}

/** Waits for calm, breaks what the episode says, keeps what is seen of it, and mends it. */
export async function recordEpisode(
  site: EpisodeSite,
  episode: PlannedEpisode,
): Promise<EpisodeOutcome> {
  await sleep(site.clock, site.random.next() * LEAD_MS, site.signal);
  if (!(await waitUntil(site, () => isQuiet(site)))) {
    return site.signal.aborted ? { kind: 'ended' } : { kind: 'unrest' };
  }
  const endLoad = startLoad(site, episode.load);
  try {
    const outcome = await observe(site, episode);
    return site.signal.aborted ? { kind: 'ended' } : outcome;
  } finally {
    await endLoad();
  }
}
