/** What the scenario did: the CRM was ill from begin to end, by the clock of this machine. */
export type Episode = {
  readonly target: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
};

/** What the responder made of it, as its API tells. */
export type SeenIncident = {
  readonly id: string;
  readonly target: string | null;
  readonly phase: string;
  readonly recovery: string;
  readonly firingAlerts: number;
  /** The whole journal, the oldest entry first. */
  readonly journal: readonly SeenEntry[];
};

export type SeenEntry = {
  readonly atMs: number;
  readonly phase: string;
  readonly actor: string;
  readonly text: string;
};

/** One page that was received. */
export type SeenPage = { readonly incidentId: string; readonly type: string };

export type Verdict = {
  /** In words; empty when all is as it must be. */
  readonly breaches: readonly string[];
  /** From the begin of each episode until its incident was open, and from its end until that was over. */
  readonly openedAfterMs: readonly number[];
  readonly healedAfterMs: readonly number[];
  /** How often an incident went to verification in the middle of its episode: a resolve that was false, or a flap. */
  readonly doubts: number;
};

const OVER = ['resolved', 'closed'];
/** A probe that was under way when the CRM fell ill may still have passed. */
const PROBE_MS = 1000;

type Times = { readonly openings: readonly number[]; readonly ends: readonly number[] };

/** When an incident was opened, also again, and when it was over. */
function timesOf({ journal }: SeenIncident): Times {
  const openings: number[] = [];
  const ends: number[] = [];
  let isOver = true;
  for (const { atMs, phase } of journal) {
    const isOverNow = OVER.includes(phase);
    if (isOver && !isOverNow) openings.push(atMs);
    if (!isOver && isOverNow) ends.push(atMs);
    isOver = isOverNow;
  }
  return { openings, ends };
}

const seconds = (durationMs: number): string => `${(durationMs / 1000).toFixed(1)} s`;

type Story = {
  readonly breaches: string[];
  readonly openedAfterMs: number[];
  readonly healedAfterMs: number[];
};

/** Each opening belongs to the episode that it lies in, each end to the last episode that ended before it. */
function judgeTarget(
  target: string,
  episodes: readonly Episode[],
  { openings, ends }: Times,
  story: Story,
): void {
  const { breaches } = story;
  const inside = ({ startedAtMs, endedAtMs }: Episode, atMs: number, marginMs = 0): boolean =>
    atMs >= startedAtMs + marginMs && atMs <= endedAtMs;
  for (const [index, episode] of episodes.entries()) {
    const name = `${target}, episode ${index + 1}`;
    const opened = openings.filter((atMs) => inside(episode, atMs));
    if (opened.length !== 1)
      breaches.push(`${name}: opened ${opened.length} times instead of once`);
    const [first] = opened;
    if (first !== undefined) story.openedAfterMs.push(first - episode.startedAtMs);
    for (const atMs of ends.filter((one) => inside(episode, one, PROBE_MS))) {
      const after = seconds(atMs - episode.startedAtMs);
      breaches.push(`${name}: called over ${after} after its begin, while the CRM was ill`);
    }
    const next = episodes[index + 1]?.startedAtMs ?? Infinity;
    const over = ends.filter((atMs) => atMs > episode.endedAtMs && atMs < next + PROBE_MS);
    if (over.length !== 1) breaches.push(`${name}: over ${over.length} times instead of once`);
    const [end] = over;
    if (end !== undefined) story.healedAfterMs.push(end - episode.endedAtMs);
  }
  for (const atMs of openings.filter((one) => !episodes.some((episode) => inside(episode, one)))) {
    const before = episodes.findLast(({ endedAtMs }) => endedAtMs < atMs);
    const when = before === undefined ? 'before any' : `${seconds(atMs - before.endedAtMs)} after`;
    breaches.push(`${target}: opened without trouble, ${when} episode`);
  }
}

function judgePages(
  incidents: readonly SeenIncident[],
  pages: readonly SeenPage[],
): readonly string[] {
  const breaches: string[] = [];
  for (const incident of incidents) {
    const { openings } = timesOf(incident);
    const own = pages.filter(({ incidentId }) => incidentId === incident.id);
    const counts = Map.groupBy(own, ({ type }) => type);
    for (const [type, { length }] of counts) {
      // Reopened is another begin of the same incident; each may tell of its end.
      const mayBe = type === 'incident.opened' ? 1 : openings.length;
      if (length > mayBe)
        breaches.push(`${incident.id}: ${length} pages ${type} instead of ${mayBe}`);
    }
    const begins = own.filter(({ type }) => type.endsWith('opened')).length;
    if (begins !== openings.length) {
      breaches.push(`${incident.id}: ${begins} pages that it began, of ${openings.length} times`);
    }
  }
  const known = new Set(incidents.map(({ id }) => id));
  const strange = pages.filter(({ incidentId }) => !known.has(incidentId));
  return [...breaches, ...strange.map(({ incidentId }) => `a page about ${incidentId}, unknown`)];
}

/** Holds what the responder made of a run against what really happened. Pure: a run can be judged again. */
export function judge(
  episodes: readonly Episode[],
  incidents: readonly SeenIncident[],
  pages: readonly SeenPage[],
): Verdict {
  const story: Story = { breaches: [], openedAfterMs: [], healedAfterMs: [] };
  const byTarget = Map.groupBy(episodes, ({ target }) => target);
  const ofTarget = Map.groupBy(incidents, ({ target }) => target ?? '(none)');
  for (const [target, list] of byTarget) {
    const times = (ofTarget.get(target) ?? []).map(timesOf);
    const openings = times.flatMap((one) => one.openings);
    judgeTarget(target, list, { openings, ends: times.flatMap((one) => one.ends) }, story);
  }
  for (const [target, { length }] of ofTarget) {
    if (!byTarget.has(target))
      story.breaches.push(`${target}: ${length} incidents without trouble`);
  }
  for (const { id, target, phase, recovery, firingAlerts } of incidents) {
    if (phase === 'resolved' && recovery === 'confirmed' && firingAlerts === 0) continue;
    const state = `${phase}, recovery ${recovery}, ${firingAlerts} alerts firing`;
    story.breaches.push(`${target} ${id}: all is well, and it is ${state}`);
  }
  const doubts = incidents.flatMap(({ target, journal }) =>
    journal.filter(
      ({ atMs, phase }, index) =>
        phase === 'verifying' &&
        journal[index - 1]?.phase !== 'verifying' &&
        episodes.some(
          (one) => one.target === target && atMs > one.startedAtMs && atMs < one.endedAtMs,
        ),
    ),
  ).length;
  const { openedAfterMs, healedAfterMs } = story;
  const breaches = [...story.breaches, ...judgePages(incidents, pages)];
  return { breaches, openedAfterMs, healedAfterMs, doubts };
}
