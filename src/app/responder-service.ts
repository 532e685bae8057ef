import type { DiagnosisAnswer } from '../catalog/catalog.ts';
import type { StatisticsView } from '../console/console.ts';
import type { SelfMetrics } from '../exporter/exposition/exposition.ts';
import type { Answer, Pipeline } from '../responder/pipeline/pipeline.ts';
import { CrmwatchError } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import type {
  ActionOutcome,
  ChangeOptions,
  IncidentPage,
  IncidentQuery,
  ResponderService,
  TokenAdministration,
} from '../web/web.ts';
import { toDetailView, toIncidentEvent, toJournalView, toSummaryView } from './incident-views.ts';
import { createMaintenanceService } from './maintenance-service.ts';
import { createQuarantineService } from './quarantine-service.ts';

type Parts = {
  readonly version: string;
  readonly pipeline: Pipeline;
  readonly selfMetrics: SelfMetrics;
  readonly tokens: TokenAdministration;
  readonly clock: Clock;
  readonly watchdogLimitMs: number;
  readonly targetNames: readonly string[];
};

const PAGE_LIMIT = 500;
const DAY_MS = 86_400_000;

async function outcomeOf(answer: Promise<Answer>): Promise<ActionOutcome> {
  try {
    const { changed, reason, conflict, incident, sequence, isReplayed, otherId } = await answer;
    if (conflict === 'stale') return { status: 'stale', current: toSummaryView(incident) };
    if (conflict === 'key_reused') return { status: 'key_reused' };
    const other = otherId === undefined ? {} : { incidentId: otherId };
    if (changed)
      return { status: 'done', sequence, ...other, ...(isReplayed ? { isReplayed } : {}) };
    return { status: 'refused', why: reason, remedy: 'reload the incident: it may have moved on' };
  } catch (error) {
    if (error instanceof CrmwatchError && error.code === 'unknown_incident') {
      return { status: 'unknown_incident' };
    }
    throw error;
  }
}

/** Null instead of the error for an incident that does not exist. */
async function orNull<T>(value: Promise<T>): Promise<T | null> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof CrmwatchError && error.code === 'unknown_incident') return null;
    throw error;
  }
}

function stateFilter({ state }: IncidentQuery): { open?: boolean; phase?: 'resolved' | 'closed' } {
  if (state === 'open') return { open: true };
  return state === 'all' ? {} : { phase: state };
}

async function list(pipeline: Pipeline, query: IncidentQuery): Promise<IncidentPage> {
  const { limit, before, target, severity, text } = query;
  const incidents = await pipeline.listIncidents({
    ...stateFilter(query),
    ...(target === undefined ? {} : { target }),
    ...(severity === undefined ? {} : { severity }),
    ...(before === undefined ? {} : { beforeId: before }),
    ...(text === undefined ? {} : { text }),
    limit: limit + 1,
  });
  const page = incidents.slice(0, limit).map(toSummaryView);
  const isMore = incidents.length > limit;
  return { incidents: page, nextBefore: isMore ? (page.at(-1)?.id ?? null) : null };
}

async function readStatistics(parts: Parts): Promise<StatisticsView> {
  const { pipeline, clock, targetNames, watchdogLimitMs } = parts;
  const [facts, open, resolved] = await Promise.all([
    pipeline.statistics(),
    pipeline.listIncidents({ open: true, limit: PAGE_LIMIT }),
    pipeline.listIncidents({ limit: PAGE_LIMIT }),
  ]);
  const nowMs = clock.now();
  const lastSeenAtMs = facts.watchdogLastSeenAtMs;
  const isAlive = lastSeenAtMs !== null && nowMs - lastSeenAtMs <= watchdogLimitMs;
  const silent = lastSeenAtMs === null ? 'waiting' : 'dead';
  return {
    open: open.length,
    critical: open.filter(({ severity }) => severity === 'critical').length,
    unacknowledged: open.filter(({ acknowledgedAtMs }) => acknowledgedAtMs === null).length,
    unconfirmed: open.filter(({ confirmation }) => confirmation === 'unconfirmed').length,
    resolvedLastDay: resolved.filter(
      ({ resolvedAtMs }) => resolvedAtMs !== null && nowMs - resolvedAtMs <= DAY_MS,
    ).length,
    quarantined: facts.quarantinedDeliveries,
    activeWindows: facts.activeWindows,
    flappingAlerts: facts.flappingAlerts,
    targets: targetNames,
    pipe: {
      state: isAlive ? 'alive' : silent,
      lastSeenAtMs,
      limitSeconds: watchdogLimitMs / 1000,
    },
  };
}

function correct(
  pipeline: Pipeline,
  id: string,
  actor: string,
  answer: DiagnosisAnswer,
  options: ChangeOptions | undefined,
): Promise<ActionOutcome> {
  if (answer === 'unknown') {
    return Promise.resolve({
      status: 'refused',
      why: 'a correction names what was wrong',
      remedy: 'choose a fault class, or "no fault"',
    });
  }
  return outcomeOf(pipeline.correctDiagnosis(id, actor, answer, options));
}

/** What web needs of the responder, made of the pipeline. */
export function createResponderService(parts: Parts): ResponderService {
  const { version, pipeline, selfMetrics, tokens } = parts;
  return {
    version,
    quarantine: createQuarantineService(pipeline.quarantine),
    maintenance: createMaintenanceService(pipeline.maintenance),
    async accept(rawBody, sender, receivedAtMs, form) {
      const acceptance = await pipeline.accept(rawBody, sender, receivedAtMs, form);
      if (acceptance.kind === 'accepted') return { status: 'accepted', events: acceptance.events };
      return { status: 'undecodable', problems: acceptance.problems };
    },
    countRefusal: (reason, { sender, kind }) =>
      selfMetrics.increment('crmwatch_intake_refusals_total', { reason, sender, kind }),
    countWrongCredential: (way, isLimited) =>
      selfMetrics.increment('crmwatch_access_failures_total', { way, limited: String(isLimited) }),
    listIncidents: async (query) => list(pipeline, query),
    async getIncident(id) {
      const detail = await orNull(pipeline.getIncident(id));
      return detail === null ? null : toDetailView(detail);
    },
    acknowledge: async (id, actor, options) => outcomeOf(pipeline.acknowledge(id, actor, options)),
    comment: async (id, actor, text, options) =>
      outcomeOf(pipeline.comment(id, actor, text, options)),
    correctDiagnosis: async (id, actor, answer, options) =>
      correct(pipeline, id, actor, answer, options),
    close: async (id, actor, note, options) => outcomeOf(pipeline.close(id, actor, note, options)),
    reopen: async (id, actor, why, options) => outcomeOf(pipeline.reopen(id, actor, why, options)),
    merge: async (id, into, actor, why, options) =>
      outcomeOf(pipeline.merge(id, into, actor, why, options)),
    undoMerge: async (id, actor, why, options) =>
      outcomeOf(pipeline.undoMerge(id, actor, why, options)),
    split: async (id, alertIds, actor, why, options) =>
      outcomeOf(pipeline.split(id, alertIds, actor, why, options)),
    undoSplit: async (id, actor, why, options) =>
      outcomeOf(pipeline.undoSplit(id, actor, why, options)),
    review: async (id) => orNull(pipeline.review(id)),
    async journalAfter(id, sequence, limit) {
      const entries = await orNull(pipeline.journalAfter(id, sequence, limit));
      return entries === null ? null : entries.map(toJournalView);
    },
    eventsAfter: async (id, limit) => (await pipeline.linesAfter(id, limit)).map(toIncidentEvent),
    newestEventId: async () => pipeline.newestLineId(),
    subscribe: (listener) => ({
      unsubscribe: pipeline.subscribe((line) => listener(toIncidentEvent(line))),
    }),
    statistics: async () => readStatistics(parts),
    renderMetrics: async (request) => selfMetrics.renderPage(request),
    tokens,
    isReady: () => ({ ready: true }),
  };
}
