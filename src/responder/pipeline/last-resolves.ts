import { partsOf } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import { sourceOf } from '../alerts/alerts.ts';
import type { AlertEvent } from '../alerts/alerts.ts';
import { pipelineTables } from './pipeline-tables.ts';
import type { SourceNames } from './reconcile-upstream.ts';

/** The last resolve of an alert among those that came before it, whichever incident it belonged to. */
export type LastResolves = (event: AlertEvent, inboxId: number) => Promise<AlertEvent | null>;

type Named = Pick<AlertEvent, 'sender' | 'source' | 'fingerprint'>;

const FINGERPRINTS_PER_QUERY = 500;
/** Deliveries of one alert that may have overtaken one another; a sender has few of them under way at a time. */
const OVERTAKING_RESOLVES = 20;

/**
 * Asks once, for all events of a batch together, which of their alerts were ever resolved: most of those that
 * open an incident were not, and then nothing else has to be asked.
 */
export function createLastResolves(
  transaction: DatabaseTransaction,
  events: readonly AlertEvent[],
  sources: SourceNames,
): LastResolves {
  let known: Promise<ReadonlySet<string>> | undefined;
  return async (event, inboxId) => {
    known ??= findResolved(transaction, events, sources);
    if (!(await known).has(event.fingerprint)) return null;
    return findLastResolve(transaction, event, inboxId, sources);
  };
}

/** Whoever may have told of an alert: peers of one highly available set tell of the same ones. */
function sendersOf(event: Named, sources: SourceNames): readonly string[] {
  const source = sourceOf(event);
  const peers = Object.keys(sources).filter((sender) => sources[sender] === source);
  return [event.sender, source, ...peers];
}

/** The fingerprints among the firing ones of which some resolve is known. */
async function findResolved(
  transaction: DatabaseTransaction,
  events: readonly AlertEvent[],
  sources: SourceNames,
): Promise<ReadonlySet<string>> {
  const firing = events.filter(({ status }) => status === 'firing');
  const bySource = new Map(firing.map((event) => [`${event.sender} ${sourceOf(event)}`, event]));
  const senders = [...bySource.values()].flatMap((event) => sendersOf(event, sources));
  const fingerprints = [...new Set(firing.map(({ fingerprint }) => fingerprint))];
  const resolved = new Set<string>();
  for (const part of partsOf(fingerprints, FINGERPRINTS_PER_QUERY)) {
    const rows = await pipelineTables(transaction)
      .selectFrom('inbox')
      .select('fingerprint')
      .distinct()
      .where('sender', 'in', [...new Set(senders)])
      .where('fingerprint', 'in', part)
      .where('status', '=', 'resolved')
      .execute();
    for (const { fingerprint } of rows) resolved.add(fingerprint);
  }
  return resolved;
}

/** The last resolve of an alert among all that were processed. */
export async function findProcessedResolve(
  transaction: DatabaseTransaction,
  alert: Named,
  sources: SourceNames,
): Promise<AlertEvent | null> {
  return findLastResolve(transaction, alert, 0, sources);
}

/**
 * The one that ended last of the newest ones: deliveries overtake each other, and a resolve that comes late is newer as
 * a row only. Deliveries that come side by side may also be committed in another order than their rows were numbered,
 * so one with a higher number that was processed already came before as well.
 */
async function findLastResolve(
  transaction: DatabaseTransaction,
  event: Named,
  inboxId: number,
  sources: SourceNames,
): Promise<AlertEvent | null> {
  const rows = await pipelineTables(transaction)
    .selectFrom('inbox')
    .select('event')
    .where('sender', 'in', [...new Set(sendersOf(event, sources))])
    .where('fingerprint', '=', event.fingerprint)
    .where('status', '=', 'resolved')
    .where((where) =>
      where.or([where('id', '<', inboxId), where('processed_at_ms', 'is not', null)]),
    )
    .orderBy('id', 'desc')
    .limit(OVERTAKING_RESOLVES)
    .execute();
  return rows
    .map((row) => JSON.parse(row.event) as AlertEvent)
    .reduce<AlertEvent | null>(
      (last, next) => (last === null || endOf(next) > endOf(last) ? next : last),
      null,
    );
}

function endOf({ endsAtMs, startsAtMs }: AlertEvent): number {
  return endsAtMs ?? startsAtMs;
}
