import type { Delivery } from '../../support/delivery-proxy.ts';
import type { Episode, SeenIncident } from './judge.ts';

/** Something that happened, for people who want to know why a run went wrong. */
export type Happening = { readonly atMs: number; readonly what: string };

export type StoryParts = {
  readonly episodes: readonly Episode[];
  readonly faults: readonly Happening[];
  readonly deliveries: readonly Delivery[];
  readonly incidents: readonly SeenIncident[];
};

const LINES_MAX = 200;

/** What happened about one target, a line each, in seconds since its first episode began. */
export function tellStory(target: string, parts: StoryParts): readonly string[] {
  const { episodes, faults, deliveries, incidents } = parts;
  const own = episodes.filter((episode) => episode.target === target);
  const happenings: Happening[] = [
    ...faults,
    ...own.flatMap(({ startedAtMs, endedAtMs }) => [
      { atMs: startedAtMs, what: '--- the CRM is ill' },
      { atMs: endedAtMs, what: '--- the CRM is well' },
    ]),
    ...deliveries
      .filter((delivery) => delivery.target === target)
      .map(({ atMs, path, way, status, alerts }) => {
        return { atMs, what: `${path} ${way} ${status ?? 'no answer'}: ${alerts.join(', ')}` };
      }),
    ...incidents
      .filter((incident) => incident.target === target)
      .flatMap(({ id, journal }) =>
        journal.map(({ atMs, phase, actor, text }) => {
          return { atMs, what: `${id.slice(-6)} ${phase} (${actor}) ${text}` };
        }),
      ),
  ];
  const beginMs = own[0]?.startedAtMs ?? 0;
  return happenings
    .toSorted((left, right) => left.atMs - right.atMs)
    .slice(0, LINES_MAX)
    .map(({ atMs, what }) => `${((atMs - beginMs) / 1000).toFixed(2).padStart(7)} ${what}`);
}
