import { createId } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import {
  appendEntry,
  findIncident,
  findNewestOfScope,
  saveSnapshot,
  transition,
} from '../incidents/incidents.ts';
import type {
  Effect,
  Incident,
  IncidentEvent,
  JournalEntry,
  Notice,
  Outcome,
} from '../incidents/incidents.ts';
import { composeNotice, enqueue } from '../notify/notify.ts';
import { WORKS, cancelWork, findWork, scheduleWork } from './due-work.ts';
import type { PipelineContext } from './pipeline-parts.ts';

export type Change = { readonly entry: JournalEntry; readonly incident: Incident };

/**
 * The changes of one transaction: events are applied to snapshots in memory, each is appended to the journal,
 * and `finish` writes every touched snapshot and the notices once. So a storm on one incident costs one
 * snapshot per batch and not per alert.
 */
export type ChangeSet = {
  readonly transaction: DatabaseTransaction;
  find(id: string): Promise<Incident | null>;
  newestOfScope(scope: string): Promise<Incident | null>;
  apply(incident: Incident | null, event: IncidentEvent, atMs: number): Promise<Outcome>;
  finish(): Promise<readonly Change[]>;
};

export function createChangeSet(
  transaction: DatabaseTransaction,
  context: PipelineContext,
): ChangeSet {
  const byId = new Map<string, Incident>();
  const newestIds = new Map<string, string>();
  const dirty = new Set<string>();
  const changes: Change[] = [];
  const notices: { readonly incidentId: string; readonly notice: Notice; readonly atMs: number }[] =
    [];

  function remember(incident: Incident | null): Incident | null {
    if (incident === null) return null;
    const cached = byId.get(incident.id);
    if (cached === undefined) byId.set(incident.id, incident);
    return cached ?? incident;
  }

  return {
    transaction,
    find: async (id) => byId.get(id) ?? remember(await findIncident(transaction, id)),
    async newestOfScope(scope) {
      const id = newestIds.get(scope);
      const cached = id === undefined ? undefined : byId.get(id);
      if (cached !== undefined) return cached;
      const found = remember(await findNewestOfScope(transaction, scope));
      if (found !== null) newestIds.set(scope, found.id);
      return found;
    },
    async apply(incident, event, atMs) {
      const outcome = transition(incident, event, atMs);
      const next = outcome.incident;
      if (!outcome.changed || next === null) return outcome;
      byId.set(next.id, next);
      if (incident === null) newestIds.set(next.scope, next.id);
      dirty.add(next.id);
      changes.push({ entry: await appendEntry(transaction, next, event, atMs), incident: next });
      for (const effect of outcome.effects) {
        if (effect.kind === 'notify') {
          notices.push({ incidentId: next.id, notice: effect.notice, atMs });
        } else {
          await carryOut(transaction, next, effect, context);
        }
      }
      if (event.kind === 'verification_passed' && context.settings.autoCloseMs !== null) {
        const dueAtMs = context.clock.now() + context.settings.autoCloseMs;
        await scheduleWork(transaction, next.id, 'close', dueAtMs);
      }
      return outcome;
    },
    async finish() {
      for (const id of dirty) {
        const incident = byId.get(id);
        if (incident !== undefined) await saveSnapshot(transaction, incident);
      }
      for (const { incidentId, notice, atMs } of notices) {
        const incident = byId.get(incidentId);
        if (incident !== undefined) await send(transaction, context, incident, notice, atMs);
      }
      return changes;
    },
  };
}

/** Notices are put on their way with the snapshot at the end, which knows the diagnosis and the plan. */
async function send(
  transaction: DatabaseTransaction,
  { channels, random, settings, clock }: PipelineContext,
  incident: Incident,
  notice: Notice,
  atMs: number,
): Promise<void> {
  for (const { name } of channels) {
    const id = createId('msg', clock.now(), random);
    const { consoleUrl } = settings;
    await enqueue(transaction, name, composeNotice({ id, notice, incident, atMs, consoleUrl }));
  }
}

async function carryOut(
  transaction: DatabaseTransaction,
  incident: Incident,
  effect: Exclude<Effect, { kind: 'notify' }>,
  { clock, settings }: PipelineContext,
): Promise<void> {
  const nowMs = clock.now();
  switch (effect.kind) {
    case 'diagnose':
      if (effect.because === 'reopened') {
        await cancelWork(transaction, incident.id, ['close', 'verification']);
      }
      if (effect.because === 'joined' && !(await isRediagnosed())) return;
      return scheduleWork(transaction, incident.id, 'diagnosis', nowMs + settings.diagnosisDelayMs);
    case 'verify':
      return scheduleWork(transaction, incident.id, 'verification', nowMs);
    case 'stop_verifying':
      return cancelWork(transaction, incident.id, ['verification']);
    case 'stop_all':
      return cancelWork(transaction, incident.id, WORKS);
  }

  /** A diagnosis that still waits will see the new alert; one that runs or is done may not have. */
  async function isRediagnosed(): Promise<boolean> {
    const waiting = await findWork(transaction, incident.id, 'diagnosis');
    if (waiting !== null) return waiting.dueAtMs <= nowMs;
    const isKnown = incident.diagnosis !== null && incident.diagnosis.answer !== 'unknown';
    return !isKnown || nowMs - incident.episodeStartedAtMs <= settings.rediagnoseWindowMs;
  }
}
