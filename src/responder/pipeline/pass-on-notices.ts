import { crashPoint, createId } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import type { Incident, Notice } from '../incidents/incidents.ts';
import {
  composeNotice,
  countNotices,
  enqueue,
  findWaiting,
  renewWaiting,
} from '../notify/notify.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import { noteEpisodes } from './storm-watch.ts';
import { countHeld, findStormsOf } from './storm-records.ts';
import { coalesceNotices, isBeginning, isHeldInIncident, waitOf } from './storm.ts';

export type NoticeToTell = {
  readonly incidentId: string;
  readonly notice: Notice;
  readonly atMs: number;
};

type Told = {
  readonly incident: Incident;
  readonly notices: readonly Notice[];
  readonly atMs: number;
};

/**
 * Puts the notices of one transaction on their way, with the snapshots at its end, which know the diagnosis and
 * the plan. Those of incidents in a storm are held back: the storm is told as one.
 */
export async function passOnNotices(
  transaction: DatabaseTransaction,
  context: PipelineContext,
  notices: readonly NoticeToTell[],
  find: (incidentId: string) => Incident | undefined,
): Promise<void> {
  const told = coalesce(notices, find);
  if (told.length === 0) return;
  const begun = told.filter((item) => item.notices.some(isBeginning));
  const ids = begun.map(({ incident }) => incident.id);
  const newIncidents = await noteEpisodes(transaction, context, ids);
  const waitMs = waitOf(newIncidents, context.settings.storm);
  const storms = await findStormsOf(
    transaction,
    told.map(({ incident }) => incident.id),
  );
  const held = new Map<string, number>();
  for (const item of told) {
    const storm = storms.get(item.incident.id);
    if (storm !== undefined) held.set(storm, (held.get(storm) ?? 0) + item.notices.length);
    else for (const notice of item.notices) await tell(transaction, context, item, notice, waitMs);
  }
  for (const [storm, count] of held) await countHeld(transaction, storm, count);
}

function coalesce(
  notices: readonly NoticeToTell[],
  find: (incidentId: string) => Incident | undefined,
): readonly Told[] {
  const byIncident = Map.groupBy(notices, ({ incidentId }) => incidentId);
  return [...byIncident].flatMap(([incidentId, list]) => {
    const incident = find(incidentId);
    const last = list.at(-1);
    if (incident === undefined || last === undefined) return [];
    const kept = coalesceNotices(list.map(({ notice }) => notice));
    return [{ incident, notices: kept, atMs: last.atMs }];
  });
}

async function tell(
  transaction: DatabaseTransaction,
  context: PipelineContext,
  { incident, atMs }: Told,
  notice: Notice,
  waitMs: number,
): Promise<void> {
  const { channels, random, settings, clock } = context;
  const toldBefore = await countNotices(transaction, [incident.id], incident.episodeStartedAtMs);
  if (isHeldInIncident(notice, incident, toldBefore)) return;
  const { consoleUrl } = settings;
  const waiting = isBeginning(notice) ? [] : await findWaiting(transaction, incident.id);
  const beginnings = waiting.filter((item) => isBeginning(item.notice as Notice));
  if (beginnings.length > 0 && notice !== 'resolved') {
    // Who was not told yet that it began hears the newest of it at once.
    for (const { id, notice: begun } of beginnings) {
      const facts = { id, notice: begun as Notice, incident, atMs, consoleUrl };
      await renewWaiting(transaction, composeNotice(facts));
    }
    return;
  }
  const dueAtMs = isBeginning(notice)
    ? waitMs > 0
      ? clock.now() + waitMs
      : atMs
    : Math.max(atMs, ...waiting.map((item) => item.dueAtMs));
  for (const { name } of channels) {
    const id = createId('msg', clock.now(), random);
    const message = composeNotice({ id, notice, incident, atMs, consoleUrl });
    await enqueue(transaction, name, message, dueAtMs);
    crashPoint('outbox:enqueued');
  }
}
