import { crashPoint, createId } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import { decideNotices, holdsOf } from '../incidents/incidents.ts';
import type { Incident, Notice } from '../incidents/incidents.ts';
import {
  composeNotice,
  countNotices,
  enqueue,
  findWaiting,
  renewWaiting,
} from '../notify/notify.ts';
import { dropHeld, keepHeld, readHeld } from './holds/held-notices.ts';
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
  /** What they waited for, in words; empty when they did not wait. */
  readonly delayedBy: readonly string[];
};

export type NoticesToPassOn = {
  readonly notices: readonly NoticeToTell[];
  /** Incidents whose notices may be held no longer. */
  readonly released: readonly string[];
  readonly find: (incidentId: string) => Incident | undefined;
};

/**
 * Puts the notices of one transaction on their way, with the snapshots at its end, which know the diagnosis and
 * the plan. Those of incidents in maintenance and such wait; those of incidents in a storm are held back: the storm is
 * told as one.
 */
export async function passOnNotices(
  transaction: DatabaseTransaction,
  context: PipelineContext,
  passed: NoticesToPassOn,
): Promise<void> {
  const told = await decideOnHeld(transaction, context, passed);
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

/** Keeps what something holds, takes up what nothing holds any more, and gives what is to be told now. */
async function decideOnHeld(
  transaction: DatabaseTransaction,
  { clock }: PipelineContext,
  { notices, released, find }: NoticesToPassOn,
): Promise<readonly Told[]> {
  const byIncident = Map.groupBy(notices, ({ incidentId }) => incidentId);
  const ids = [...new Set([...byIncident.keys(), ...released])];
  const held = ids.length === 0 ? undefined : await readHeld(transaction, ids);
  const told: Told[] = [];
  for (const id of ids) {
    const incident = find(id);
    if (incident === undefined) continue;
    const before = held?.get(id);
    const news = byIncident.get(id) ?? [];
    const kinds = coalesceNotices(news.map(({ notice }) => notice));
    const decision = decideNotices(incident, before?.notices ?? [], kinds);
    const heldBy = [...new Set([...(before?.heldBy ?? []), ...describeHolds(incident)])];
    if (decision.keep.length > 0) {
      const sinceMs = before?.sinceMs ?? clock.now();
      await keepHeld(transaction, id, { notices: decision.keep, heldBy, sinceMs });
    } else if (before !== undefined) await dropHeld(transaction, id);
    if (decision.tell.length === 0) continue;
    const isLate = before !== undefined && decision.keep.length === 0;
    told.push({
      incident,
      notices: coalesceNotices(decision.tell),
      atMs: isLate ? clock.now() : (news.at(-1)?.atMs ?? clock.now()),
      delayedBy: isLate && !decision.tell.includes('resolved') ? heldBy : [],
    });
  }
  return told;
}

function describeHolds(incident: Incident): readonly string[] {
  return holdsOf(incident).map((reason) => {
    if (reason === 'flapping') return 'flapping';
    if (reason === 'hold_off') return 'the hold-off';
    return `maintenance (${(incident.maintenance ?? []).map(({ name }) => name).join(', ')})`;
  });
}

async function tell(
  transaction: DatabaseTransaction,
  context: PipelineContext,
  { incident, atMs, delayedBy }: Told,
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
    const message = composeNotice({ id, notice, incident, atMs, consoleUrl, delayedBy });
    await enqueue(transaction, name, message, dueAtMs);
    crashPoint('outbox:enqueued');
  }
}
