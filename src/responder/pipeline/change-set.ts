import type { DatabaseTransaction } from '../../store/store.ts';
import { appendEntry, transition } from '../incidents/incidents.ts';
import type {
  Effect,
  Incident,
  IncidentEvent,
  JournalEntry,
  Outcome,
  ToldAlert,
} from '../incidents/incidents.ts';
import { WORKS, cancelWork, findWork, scheduleWork } from './due-work.ts';
import { passOnNotices } from './pass-on-notices.ts';
import type { NoticeToTell } from './pass-on-notices.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import { createSnapshots } from './snapshots.ts';
import { createToldBuffer } from './told-buffer.ts';

export type Change = { readonly entry: JournalEntry; readonly incident: Incident };

/**
 * The changes of one transaction: events are applied to snapshots in memory, each is appended to the journal,
 * and `finish` writes every touched snapshot and the notices once. So a storm on one incident costs one
 * snapshot per batch, and one entry of the journal per thousand alerts.
 */
export type ChangeSet = {
  readonly transaction: DatabaseTransaction;
  find(id: string): Promise<Incident | null>;
  /** As `find`, but it may lack alerts that were told and not applied yet. */
  peek(id: string): Promise<Incident | null>;
  newestOfScope(scope: string): Promise<Incident | null>;
  apply(incident: Incident | null, event: IncidentEvent, atMs: number): Promise<Outcome>;
  /**
   * Tells an incident of an alert. Those of an open incident are applied together before anything else happens to
   * it; `settle` hears what became of the alert then.
   */
  tell(incident: Incident, alert: ToldAlert, settle: (reason: string) => void): Promise<void>;
  /** Applies all that was told. */
  applyTold(): Promise<void>;
  finish(): Promise<readonly Change[]>;
};

export function createChangeSet(
  transaction: DatabaseTransaction,
  context: PipelineContext,
): ChangeSet {
  const snapshots = createSnapshots(transaction);
  const changes: Change[] = [];
  const notices: NoticeToTell[] = [];

  async function applyNow(
    incident: Incident | null,
    event: IncidentEvent,
    atMs: number,
  ): Promise<Outcome> {
    const outcome = transition(incident, event, atMs);
    const next = outcome.incident;
    if (!outcome.changed || next === null) return outcome;
    snapshots.change(next, incident === null);
    changes.push({ entry: await appendEntry(transaction, next, event, atMs), incident: next });
    for (const effect of outcome.effects) {
      if (effect.kind !== 'notify') await carryOut(transaction, next, effect, context);
      else notices.push({ incidentId: next.id, notice: effect.notice, atMs });
    }
    if (event.kind === 'verification_passed' && context.settings.autoCloseMs !== null) {
      const dueAtMs = context.clock.now() + context.settings.autoCloseMs;
      await scheduleWork(transaction, next.id, 'close', dueAtMs);
    }
    return outcome;
  }

  const told = createToldBuffer({ find: (id) => snapshots.get(id), apply: applyNow });

  return {
    transaction,
    async find(id) {
      await told.flushOf(id);
      return snapshots.find(id);
    },
    peek: async (id) => snapshots.find(id),
    newestOfScope: async (scope) => snapshots.newestOfScope(scope),
    async apply(incident, event, atMs) {
      if (incident === null) return applyNow(null, event, atMs);
      await told.flushOf(incident.id);
      return applyNow(snapshots.get(incident.id) ?? incident, event, atMs);
    },
    async tell(incident, alert, settle) {
      snapshots.remember(incident);
      await told.add(incident, alert, settle);
    },
    applyTold: async () => told.flush(),
    async finish() {
      await told.flush();
      await snapshots.save();
      await passOnNotices(transaction, context, notices, (id) => snapshots.get(id));
      return changes;
    },
  };
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
