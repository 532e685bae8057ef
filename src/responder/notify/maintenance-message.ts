import { SEVERITIES } from '../../catalog/catalog.ts';
import type { NoticeMessage } from './notice-message.ts';

export type MaintenanceFacts = {
  readonly id: string;
  readonly atMs: number;
  readonly name: string;
  /** How many incidents began and were over before its end; at least one. */
  readonly over: number;
  /** How many are open, and told of one by one. */
  readonly open: number;
  /** Some of those that are over. */
  readonly named: readonly { readonly id: string; readonly title: string }[];
  /** The address of the console as others reach it. */
  readonly consoleUrl: string | null;
};

/** What went by unheard in maintenance. It pages nobody, and goes by the first incident, so that receivers can file it. */
export function composeMaintenanceNotice(facts: MaintenanceFacts): NoticeMessage {
  const { id, atMs, name, over, open, named, consoleUrl } = facts;
  const isOne = over === 1;
  const more = over - named.length;
  return {
    id,
    notice: 'maintenance_over',
    atMs,
    incidentId: named[0]?.id ?? id,
    title: `maintenance ${name}`,
    target: null,
    phase: 'resolved',
    severity: SEVERITIES[0],
    answer: null,
    probability: null,
    lines: [
      `${over} ${isOne ? 'incident' : 'incidents'} began and ended in it; nobody was paged.`,
      ...named.map(({ title }) => title),
      ...(more > 0 ? [`And ${more} more.`] : []),
      ...(open === 0 ? [] : [`${open} ${open === 1 ? 'is' : 'are'} open, and told of one by one.`]),
    ],
    url: consoleUrl === null ? null : `${consoleUrl}/maintenance`,
  };
}
