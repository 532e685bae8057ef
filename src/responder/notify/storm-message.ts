import type { Severity } from '../../catalog/catalog.ts';
import { formatDuration } from '../incidents/incidents.ts';
import type { NoticeMessage } from './notice-message.ts';

export type StormFacts = {
  readonly id: string;
  readonly notice: 'storm' | 'storm_over';
  readonly atMs: number;
  readonly startedAtMs: number;
  /** How many incidents belong to it so far. */
  readonly incidents: number;
  readonly worst: Severity;
  /** Some of them, the first that were opened. */
  readonly named: readonly { readonly id: string; readonly title: string }[];
  /** Notices that were not sent because of it. */
  readonly held: number;
  /** The address of the console as others reach it. */
  readonly consoleUrl: string | null;
};

/** One notice in place of many. It goes by the first incident, so that receivers can file it. */
export function composeStormNotice(facts: StormFacts): NoticeMessage {
  const { id, notice, atMs, incidents, worst, named, consoleUrl } = facts;
  const isOver = notice === 'storm_over';
  return {
    id,
    notice,
    atMs,
    incidentId: named[0]?.id ?? id,
    title: `storm of ${incidents} incidents`,
    target: null,
    phase: isOver ? 'resolved' : 'reported',
    severity: worst,
    answer: null,
    probability: null,
    lines: isOver ? overLines(facts) : startLines(facts),
    url: consoleUrl === null ? null : `${consoleUrl}/`,
  };
}

function startLines({ incidents, named }: StormFacts): readonly string[] {
  return [
    `${incidents} incidents were opened in a short time.`,
    ...namedLines(incidents, named),
    'Each of them is in the console. Their own notices are held back until all of them are over.',
  ];
}

function overLines({ incidents, named, held, startedAtMs, atMs }: StormFacts): readonly string[] {
  return [
    `All ${incidents} incidents of the storm are over after ${formatDuration((atMs - startedAtMs) / 1000)}.`,
    ...namedLines(incidents, named),
    `${held} notices were held back.`,
  ];
}

function namedLines(incidents: number, named: StormFacts['named']): readonly string[] {
  const more = incidents - named.length;
  return [...named.map(({ title }) => title), ...(more > 0 ? [`And ${more} more.`] : [])];
}
