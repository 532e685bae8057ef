import type { DiagnosisClass } from '../../catalog/catalog.ts';
import {
  countIncidents,
  describeEvent,
  findIncident,
  findIncidents,
  findUnsettledWindows,
  isOpen,
  kindOf,
  newestJournalId,
  readJournal,
  readJournalAfter,
  renderReview,
  unknownIncident,
} from '../incidents/incidents.ts';
import type {
  Incident,
  IncidentEvent,
  IncidentFilter,
  JournalEntry,
  Phase,
} from '../incidents/incidents.ts';
import { countPending, findNotifications } from '../notify/notify.ts';
import type { OutboxItem } from '../notify/notify.ts';
import type { ChangeSet } from './change-set.ts';
import { claimFiring, endWhatWasMissed } from './claim-alerts.ts';
import { findRival } from './find-rival.ts';
import type { SourceNames } from './reconcile-upstream.ts';
import { makeChange } from './make-change.ts';
import type { Answer, ChangeOptions } from './make-change.ts';
import { countFlapping } from './flapping/flapping-records.ts';
import { countHeldIncidents } from './holds/held-notices.ts';
import { keepLabel } from './learning/label-records.ts';
import { pipelineTables } from './pipeline-tables.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import type { Commit } from './process-inbox.ts';
import { createRegrouping } from './regrouping.ts';
import type { Regrouping } from './regrouping.ts';
import type { ResponderStatistics } from './responder-metrics.ts';
import { WATCHDOG } from './watchdog.ts';

/** One thing that happened, for live updates and for people who watch a terminal. */
export type PipelineLine = {
  /** Rises with every thing that happens. */
  readonly id: number;
  readonly incidentId: string;
  readonly atMs: number;
  readonly kind: IncidentEvent['kind'];
  readonly phase: Phase;
  readonly actor: string;
  /** In plain words. */
  readonly line: string;
};

export type IncidentDetail = {
  readonly incident: Incident;
  readonly journal: readonly JournalLine[];
  readonly notifications: readonly OutboxItem[];
};

export type JournalLine = JournalEntry & { readonly line: string };

/** What people do, and what they look at. Unknown incidents are refused with `unknown_incident`. */
export type Operations = Regrouping & {
  listIncidents(filter?: IncidentFilter): Promise<readonly Incident[]>;
  getIncident(id: string): Promise<IncidentDetail>;
  /** Part of the journal of an incident, in order. */
  journalAfter(id: string, sequence: number, limit: number): Promise<readonly JournalLine[]>;
  acknowledge(id: string, actor: string, options?: ChangeOptions): Promise<Answer>;
  comment(id: string, actor: string, text: string, options?: ChangeOptions): Promise<Answer>;
  /** Also keeps the class with the evidence as a label to train on. */
  correctDiagnosis(
    id: string,
    actor: string,
    correctedClass: DiagnosisClass,
    options?: ChangeOptions,
  ): Promise<Answer>;
  close(id: string, actor: string, why: string, options?: ChangeOptions): Promise<Answer>;
  reopen(id: string, actor: string, why: string, options?: ChangeOptions): Promise<Answer>;
  /** Markdown; for resolved and closed incidents, null for open ones. */
  review(id: string): Promise<string | null>;
  /** What happened after `id`, over all incidents: for listeners that were away. */
  linesAfter(id: number, limit: number): Promise<readonly PipelineLine[]>;
  /** The id of the newest line; 0 while there is none. */
  newestLineId(): Promise<number>;
  statistics(): Promise<ResponderStatistics>;
};

const MAXIMUM_TEXT = 10_000;

export function toLine(entry: JournalEntry): PipelineLine {
  const { id, incidentId, atMs, phase, event } = entry;
  const { actor } = event;
  const kind = kindOf(event);
  return { id, incidentId, atMs, kind, phase, actor, line: describeEvent(event) };
}

export function createOperations(context: PipelineContext, commit: Commit): Operations {
  const { database } = context.store;
  const { sources = {} } = context;

  async function act(
    id: string,
    event: IncidentEvent,
    options: ChangeOptions = {},
  ): Promise<Answer> {
    return makeChange(context, commit, id, options, async (changes, incident, nowMs) =>
      perform(changes, incident, event, { nowMs, sources }),
    );
  }

  async function get(id: string): Promise<Incident> {
    const incident = await findIncident(database, id);
    if (incident === null) throw unknownIncident(id);
    return incident;
  }

  return {
    ...createRegrouping(context, commit),
    listIncidents: async (filter) => findIncidents(database, filter),
    async getIncident(id) {
      const incident = await get(id);
      const journal = await readJournal(database, id);
      const notifications = await findNotifications(database, id);
      return { incident, journal: journal.map(toJournalLine), notifications };
    },
    async journalAfter(id, afterSequence, limit) {
      await get(id);
      return (await readJournal(database, id, { afterSequence, limit })).map(toJournalLine);
    },
    acknowledge: async (id, actor, options) => act(id, { kind: 'acknowledged', actor }, options),
    comment: async (id, actor, text, options) =>
      act(id, { kind: 'commented', actor, text: text.slice(0, MAXIMUM_TEXT) }, options),
    correctDiagnosis: async (id, actor, correctedClass, options) =>
      act(id, { kind: 'diagnosis_corrected', actor, correctedClass }, options),
    close: async (id, actor, why, options) => act(id, { kind: 'closed', actor, why }, options),
    reopen: async (id, actor, why, options) => act(id, { kind: 'reopened', actor, why }, options),
    async review(id) {
      const incident = await get(id);
      if (isOpen(incident.phase)) return null;
      return renderReview(incident, await readJournal(database, id));
    },
    linesAfter: async (id, limit) => (await readJournalAfter(database, id, limit)).map(toLine),
    newestLineId: async () => newestJournalId(database),
    statistics: async () => readStatistics(context),
  };
}

function toJournalLine(entry: JournalEntry): JournalLine {
  return { ...entry, line: describeEvent(entry.event) };
}

/** One event of a person. */
async function perform(
  changes: ChangeSet,
  incident: Incident,
  event: IncidentEvent,
  { nowMs, sources }: { readonly nowMs: number; readonly sources: SourceNames },
): Promise<Pick<Answer, 'changed' | 'reason'>> {
  const { id } = incident;
  const isOver = !isOpen(incident.phase) && incident.mergedInto === undefined;
  if (event.kind === 'reopened' && isOver) {
    const rival = await findRival(changes, incident);
    if (rival !== null) return { changed: false, reason: `${rival.id} is open about the same` };
  }
  const { changed, reason } = await changes.apply(incident, event, nowMs);
  if (changed && event.kind === 'reopened') {
    await claimFiring(changes, incident);
    await endWhatWasMissed(changes, incident, sources);
  }
  if (changed && event.kind === 'diagnosis_corrected') {
    const at = { incidentId: id, atMs: nowMs };
    const { actor, correctedClass } = event;
    await keepLabel(changes.transaction, at, { kind: 'human', actor }, correctedClass);
  }
  return { changed, reason };
}

async function readStatistics({ store }: PipelineContext): Promise<ResponderStatistics> {
  const tables = pipelineTables(store.database);
  const unprocessed = await tables
    .selectFrom('inbox')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('processed_at_ms', 'is', null)
    .executeTakeFirstOrThrow();
  const quarantined = await tables
    .selectFrom('quarantine')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('status', '=', 'kept')
    .executeTakeFirstOrThrow();
  const windows = await findUnsettledWindows(store.database);
  const heartbeat = await tables
    .selectFrom('heartbeats')
    .select((select) => select.fn.max('last_seen_at_ms').as('newest'))
    .where('name', '=', WATCHDOG)
    .executeTakeFirst();
  return {
    incidents: await countIncidents(store.database),
    unprocessedEvents: unprocessed.count,
    quarantinedDeliveries: quarantined.count,
    activeWindows: windows.filter(({ state }) => state === 'active').length,
    flappingAlerts: await countFlapping(store.database),
    heldIncidents: await countHeldIncidents(store.database),
    outboxPending: await countPending(store.database),
    watchdogLastSeenAtMs: heartbeat?.newest ?? null,
  };
}
