import type { DiagnosisAnswer } from '../catalog/catalog.ts';
import type { StatisticsView } from '../console/console.ts';
import type { SelfMetrics } from '../exporter/exposition/exposition.ts';
import type { Answer, Pipeline } from '../responder/pipeline/pipeline.ts';
import { CrmwatchError } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import type { ActionOutcome, IncidentPage, IncidentQuery, ResponderService } from '../web/web.ts';
import { createEventRing } from './event-ring.ts';
import { isMatch, toDetailView, toIncidentEvent, toSummaryView } from './incident-views.ts';

type Parts = {
  readonly version: string;
  readonly pipeline: Pipeline;
  readonly selfMetrics: SelfMetrics;
  readonly clock: Clock;
  readonly watchdogLimitMs: number;
  readonly targetNames: readonly string[];
};

const KEPT_EVENTS = 1000;
const PAGE_LIMIT = 500;
const DAY_MS = 86_400_000;

async function outcomeOf(answer: Promise<Answer>): Promise<ActionOutcome> {
  try {
    const { changed, reason } = await answer;
    if (changed) return { status: 'done' };
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
    // A text is looked for in more incidents than are shown, since the database does not know it.
    limit: Math.min(PAGE_LIMIT, text === undefined ? limit + 1 : PAGE_LIMIT),
  });
  const found = incidents
    .map(toSummaryView)
    .filter((incident) => text === undefined || isMatch(incident, text));
  const page = found.slice(0, limit);
  return { incidents: page, nextBefore: found.length > limit ? (page.at(-1)?.id ?? null) : null };
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
): Promise<ActionOutcome> {
  if (answer === 'unknown') {
    return Promise.resolve({
      status: 'refused',
      why: 'a correction names what was wrong',
      remedy: 'choose a fault class, or "no fault"',
    });
  }
  return outcomeOf(pipeline.correctDiagnosis(id, actor, answer));
}

/** What web needs of the responder, made of the pipeline. */
export function createResponderService(parts: Parts): ResponderService {
  const { version, pipeline, selfMetrics } = parts;
  const ring = createEventRing(KEPT_EVENTS);
  pipeline.subscribe((line) => ring.push(toIncidentEvent(line)));
  return {
    version,
    async accept(rawBody, sender, receivedAtMs) {
      const acceptance = await pipeline.accept(rawBody, sender, receivedAtMs);
      if (acceptance.kind === 'accepted') return { status: 'accepted', events: acceptance.events };
      return { status: 'undecodable', problems: acceptance.problems };
    },
    countRefusal: (reason) => selfMetrics.increment('crmwatch_intake_refusals_total', { reason }),
    listIncidents: async (query) => list(pipeline, query),
    async getIncident(id) {
      const detail = await orNull(pipeline.getIncident(id));
      return detail === null ? null : toDetailView(detail);
    },
    acknowledge: async (id, actor) => outcomeOf(pipeline.acknowledge(id, actor)),
    comment: async (id, actor, text) => outcomeOf(pipeline.comment(id, actor, text)),
    correctDiagnosis: async (id, actor, answer) => correct(pipeline, id, actor, answer),
    close: async (id, actor, note) => outcomeOf(pipeline.close(id, actor, note)),
    review: async (id) => orNull(pipeline.review(id)),
    subscribe: (listener, sinceId) => ring.subscribe(listener, sinceId),
    statistics: async () => readStatistics(parts),
    renderMetrics: async (request) => selfMetrics.renderPage(request),
    isReady: () => ({ ready: true }),
  };
}
