import type { DiagnosisClass } from '../../catalog/catalog.ts';
import { CrmwatchError } from '../../std/std.ts';
import {
  countIncidents,
  describeEvent,
  findIncident,
  findIncidents,
  findNewestOfScope,
  isOpen,
  readJournal,
  readJournalAfter,
  renderReview,
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
import { pipelineTables } from './pipeline-tables.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import type { Commit } from './process-inbox.ts';
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
  readonly journal: readonly (JournalEntry & { readonly line: string })[];
  readonly notifications: readonly OutboxItem[];
};

export type Answer = {
  /** False when nothing had to be done, or nothing may be; `reason` says which. */
  readonly changed: boolean;
  readonly reason: string;
  readonly incident: Incident;
};

/** What people do, and what they look at. Unknown incidents are refused with `unknown_incident`. */
export type Operations = {
  listIncidents(filter?: IncidentFilter): Promise<readonly Incident[]>;
  getIncident(id: string): Promise<IncidentDetail>;
  acknowledge(id: string, actor: string): Promise<Answer>;
  comment(id: string, actor: string, text: string): Promise<Answer>;
  /** Also keeps the class with the evidence as a label to train on. */
  correctDiagnosis(id: string, actor: string, correctedClass: DiagnosisClass): Promise<Answer>;
  close(id: string, actor: string, why: string): Promise<Answer>;
  reopen(id: string, actor: string, why: string): Promise<Answer>;
  /** Markdown; for resolved and closed incidents, null for open ones. */
  review(id: string): Promise<string | null>;
  /** What happened after `id`, over all incidents: for listeners that were away. */
  linesAfter(id: number, limit: number): Promise<readonly PipelineLine[]>;
  statistics(): Promise<ResponderStatistics>;
};

const MAXIMUM_TEXT = 10_000;

export function toLine(entry: JournalEntry): PipelineLine {
  const { id, incidentId, atMs, phase, event } = entry;
  const { kind, actor } = event;
  return { id, incidentId, atMs, kind, phase, actor, line: describeEvent(event) };
}

export function createOperations(context: PipelineContext, commit: Commit): Operations {
  const { database } = context.store;

  async function act(id: string, event: IncidentEvent): Promise<Answer> {
    return commit(async (changes) => {
      const incident = await changes.find(id);
      if (incident === null) throw unknownIncident(id);
      const { changed, reason } = await changes.apply(incident, event, context.clock.now());
      if (changed && event.kind === 'diagnosis_corrected') {
        const at = { id, atMs: context.clock.now() };
        await keepLabel(changes.transaction, at, event.actor, event.correctedClass);
      }
      return { changed, reason, incident: (await changes.find(id)) ?? incident };
    });
  }

  async function get(id: string): Promise<Incident> {
    const incident = await findIncident(database, id);
    if (incident === null) throw unknownIncident(id);
    return incident;
  }

  return {
    listIncidents: async (filter) => findIncidents(database, filter),
    async getIncident(id) {
      const incident = await get(id);
      const journal = await readJournal(database, id);
      const notifications = await findNotifications(database, id);
      const lines = journal.map((entry) => ({ ...entry, line: describeEvent(entry.event) }));
      return { incident, journal: lines, notifications };
    },
    acknowledge: async (id, actor) => act(id, { kind: 'acknowledged', actor }),
    comment: async (id, actor, text) =>
      act(id, { kind: 'commented', actor, text: text.slice(0, MAXIMUM_TEXT) }),
    correctDiagnosis: async (id, actor, correctedClass) =>
      act(id, { kind: 'diagnosis_corrected', actor, correctedClass }),
    close: async (id, actor, why) => act(id, { kind: 'closed', actor, why }),
    async reopen(id, actor, why) {
      const incident = await get(id);
      const newest = await findNewestOfScope(database, incident.scope);
      if (newest !== null && newest.id !== id && isOpen(newest.phase)) {
        return { changed: false, reason: `${newest.id} is open about the same`, incident };
      }
      return act(id, { kind: 'reopened', actor, why });
    },
    async review(id) {
      const incident = await get(id);
      if (isOpen(incident.phase)) return null;
      return renderReview(incident, await readJournal(database, id));
    },
    linesAfter: async (id, limit) => (await readJournalAfter(database, id, limit)).map(toLine),
    statistics: async () => readStatistics(context),
  };
}

function unknownIncident(id: string): CrmwatchError {
  return new CrmwatchError('unknown_incident', `there is no incident ${id.slice(0, 100)}`, {
    remedy: 'take an identifier from the list of incidents',
  });
}

async function keepLabel(
  transaction: PipelineContext['store']['database'],
  at: { readonly id: string; readonly atMs: number },
  actor: string,
  label: DiagnosisClass,
): Promise<void> {
  const tables = pipelineTables(transaction);
  const row = await tables
    .selectFrom('evidence')
    .select('evidence')
    .where('incident_id', '=', at.id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const evidence = row?.evidence ?? null;
  await tables
    .insertInto('diagnosis_labels')
    .values({ incident_id: at.id, at_ms: at.atMs, actor, class: label, evidence })
    .execute();
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
    .executeTakeFirstOrThrow();
  const heartbeat = await tables
    .selectFrom('heartbeats')
    .select((select) => select.fn.max('last_seen_at_ms').as('newest'))
    .where('name', '=', WATCHDOG)
    .executeTakeFirst();
  return {
    incidents: await countIncidents(store.database),
    unprocessedEvents: unprocessed.count,
    quarantinedDeliveries: quarantined.count,
    outboxPending: await countPending(store.database),
    watchdogLastSeenAtMs: heartbeat?.newest ?? null,
  };
}
