import { createId } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import { composeStormNotice, countNotices, enqueue, withdrawWaiting } from '../notify/notify.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import {
  beginEpisodes,
  beginStorm,
  findNewIncidents,
  findRagingStorm,
  readMembers,
} from './storm-records.ts';
import type { Storm, StormMembers } from './storm-records.ts';
import { isStorm } from './storm.ts';

/**
 * Notes the episodes that begin, and begins a storm when they are too many: it is told once, and the notices of
 * its incidents that are not on their way are taken back. Gives how many incidents are new and in no storm.
 */
export async function noteEpisodes(
  transaction: DatabaseTransaction,
  context: PipelineContext,
  incidentIds: readonly string[],
): Promise<number> {
  if (incidentIds.length === 0) return 0;
  const { settings, clock, logger } = context;
  const nowMs = clock.now();
  const sinceMs = nowMs - settings.storm.withinMs;
  const raging = await findRagingStorm(transaction, sinceMs);
  await beginEpisodes(transaction, incidentIds, nowMs, raging?.id ?? null);
  if (raging !== undefined) return 0;
  const news = await findNewIncidents(transaction, sinceMs);
  if (!isStorm(news.length, settings.storm)) return news.length;
  await withdrawWaiting(transaction, news);
  const toldBefore = await countNotices(transaction, news, sinceMs);
  const id = createId('storm', nowMs, context.random);
  const storm = { id, startedAtMs: nowMs, pages: toldBefore + 1, held: 0 };
  await beginStorm(transaction, storm, news);
  await tellStorm(transaction, context, storm, await readMembers(transaction, id));
  logger.warn('a storm of incidents began; their notices are held back', {
    storm: id,
    incidents: news.length,
  });
  return 0;
}

export async function tellStorm(
  transaction: DatabaseTransaction,
  { channels, clock, random, settings }: PipelineContext,
  { startedAtMs, held }: Storm,
  { count, worst, named }: StormMembers,
  notice: 'storm' | 'storm_over' = 'storm',
): Promise<void> {
  const atMs = clock.now();
  const { consoleUrl } = settings;
  for (const { name } of channels) {
    const id = createId('msg', atMs, random);
    const facts = { id, notice, atMs, startedAtMs, incidents: count, worst, named, held };
    await enqueue(transaction, name, composeStormNotice({ ...facts, consoleUrl }));
  }
}
