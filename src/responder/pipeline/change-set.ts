import type { DatabaseTransaction } from '../../store/store.ts';
import { appendEntries, transition } from '../incidents/incidents.ts';
import type {
  Effect,
  Happening,
  Incident,
  IncidentEvent,
  JournalEntry,
  Outcome,
  ToldAlert,
} from '../incidents/incidents.ts';
import { createDuePlan } from './due-plan.ts';
import type { DuePlan } from './due-plan.ts';
import { WORKS } from './due-work.ts';
import { createHolds } from './holds/holds.ts';
import { passOnNotices } from './pass-on-notices.ts';
import type { NoticeToTell } from './pass-on-notices.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import { createSnapshots } from './snapshots.ts';
import { createToldBuffer } from './told-buffer.ts';
import type { ToldBuffer } from './told-buffer.ts';

export type Change = { readonly entry: JournalEntry; readonly incident: Incident };

/**
 * The changes of one transaction: events are applied to snapshots in memory, and `finish` writes the journal, every
 * touched snapshot, the due work and the notices, each in as few statements as possible. So a storm on one
 * incident costs one snapshot per batch, and one entry of the journal per thousand alerts.
 */
export type ChangeSet = {
  readonly transaction: DatabaseTransaction;
  find(id: string): Promise<Incident | null>;
  /** As `find`, but it may lack alerts that were told and not applied yet. */
  peek(id: string): Promise<Incident | null>;
  newestOfScope(scope: string): Promise<Incident | null>;
  /** Reads the newest of many scopes together, so that asking for each costs nothing. */
  preload(scopes: readonly string[]): Promise<void>;
  apply(incident: Incident | null, event: IncidentEvent, atMs: number): Promise<Outcome>;
  /**
   * Tells an incident of an alert. Those of an open incident are applied together before anything else happens to
   * it; `settle` hears what became of the alert then.
   */
  tell(incident: Incident, alert: ToldAlert, settle: (reason: string) => void): Promise<void>;
  /** Applies all that was told. */
  applyTold(): Promise<void>;
  /** Looks anew, at the end, at what holds the notices of an incident that is known here. */
  reconsider(id: string): void;
  finish(): Promise<readonly Change[]>;
};

/** After which events an incident may be resolved that was not before: then it is to be closed after a while. */
const RECOVERING: ReadonlySet<IncidentEvent['kind']> = new Set([
  'verification_passed',
  'merge_undone',
]);

export function createChangeSet(
  transaction: DatabaseTransaction,
  context: PipelineContext,
): ChangeSet {
  const snapshots = createSnapshots(transaction);
  const due = createDuePlan(transaction);
  const happenings: Happening[] = [];
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
    happenings.push({ incident: next, event, atMs });
    holds.note(incident, event, outcome);
    for (const effect of outcome.effects) {
      if (effect.kind !== 'notify') await carryOut({ due, told }, next, effect, context);
      else notices.push({ incidentId: next.id, notice: effect.notice, atMs });
    }
    const isRecovered = next.phase === 'resolved' && RECOVERING.has(event.kind);
    if (isRecovered && context.settings.autoCloseMs !== null) {
      const dueAtMs = context.clock.now() + context.settings.autoCloseMs;
      due.schedule(next.id, 'close', dueAtMs);
    }
    return outcome;
  }

  const get = (id: string): Incident | undefined => snapshots.get(id);
  const holds = createHolds(transaction, context, {
    get,
    notices,
    due,
    apply: async (id, event, atMs) => applyNow(await snapshots.find(id), event, atMs),
  });
  const told = createToldBuffer({ find: get, apply: applyNow });

  return {
    transaction,
    async find(id) {
      await told.flushOf(id);
      return snapshots.find(id);
    },
    peek: async (id) => snapshots.find(id),
    newestOfScope: async (scope) => snapshots.newestOfScope(scope),
    preload: async (scopes) => snapshots.preload(scopes),
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
    reconsider: (id) => holds.reconsider(id),
    async finish() {
      await told.flush();
      await holds.settle();
      const entries = await appendEntries(transaction, happenings);
      await snapshots.save();
      await due.save();
      const released = holds.released();
      await passOnNotices(transaction, context, { notices, released, find: get });
      return entries.flatMap((entry, index) => toChange(entry, happenings[index]));
    },
  };
}

function toChange(entry: JournalEntry, happening: Happening | undefined): readonly Change[] {
  return happening === undefined ? [] : [{ entry, incident: happening.incident }];
}

async function carryOut(
  { due, told }: { readonly due: DuePlan; readonly told: ToldBuffer },
  incident: Incident,
  effect: Exclude<Effect, { kind: 'notify' }>,
  { clock, settings }: PipelineContext,
): Promise<void> {
  const nowMs = clock.now();
  switch (effect.kind) {
    case 'diagnose':
      if (effect.because === 'reopened') {
        due.cancel(incident.id, ['close', 'verification']);
      }
      if (effect.because === 'joined' && !(await isRediagnosed())) return;
      return due.schedule(incident.id, 'diagnosis', nowMs + settings.diagnosisDelayMs);
    case 'verify':
      return due.schedule(incident.id, 'verification', nowMs);
    case 'stop_verifying':
      return due.cancel(incident.id, ['verification']);
    case 'stop_all':
      return due.cancel(incident.id, WORKS);
  }

  /** A diagnosis that still waits will see the new alert; one that runs or is done may not have. */
  async function isRediagnosed(): Promise<boolean> {
    const waiting = await due.find(incident.id, 'diagnosis', told.waitingFor());
    if (waiting !== null) return waiting.dueAtMs <= nowMs;
    const isKnown = incident.diagnosis !== null && incident.diagnosis.answer !== 'unknown';
    return !isKnown || nowMs - incident.episodeStartedAtMs <= settings.rediagnoseWindowMs;
  }
}
