import type { Database } from '../../store/store.ts';
import { RECONCILER_ACTOR, findIncidents } from '../incidents/incidents.ts';
import type { Incident } from '../incidents/incidents.ts';
import type { UpstreamView } from '../upstream/upstream.ts';
import type { Held, PeriodicTask } from './periodic-task.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import { reconcile } from './reconcile.ts';
import type { Healing } from './reconcile.ts';
import { putIntoInbox, toAlertEvent } from './reconcile-telling.ts';
import { ripen } from './suspicions.ts';
import type { Suspicions } from './suspicions.ts';
import { judgePipes, keepWatch } from './watchdog.ts';
import type { Watch } from './watchdog.ts';
import { readBeats } from './watchdog-beats.ts';

/** Two looks at the pace of the default interval; a delivery that waits for a group interval comes first. */
const MAXIMUM_GRACE_MS = 45_000;
/** Prometheus tells everything again every minute by default. */
const MAXIMUM_RESEND_MS = 75_000;
const PAGE = 500;
const MAXIMUM_PAGES = 20;

type Memory = { fence: number; suspicions: Suspicions; watch: Watch; nextAtMs: number };

/**
 * Looks at everything upstream, and heals what follows from it. A look that could not be written down finds the
 * same the next time.
 */
export function createReconciler(context: PipelineContext): PeriodicTask {
  const { clock, settings, upstream, store, sources = {} } = context;
  const { reconcileIntervalMs, watchdog } = settings;
  const graceMs = Math.min(MAXIMUM_GRACE_MS, reconcileIntervalMs * 1.5);
  const resendMs = Math.min(MAXIMUM_RESEND_MS, reconcileIntervalMs * 2.5);
  const memory: Memory = {
    fence: 0,
    suspicions: new Map(),
    watch: new Map(),
    nextAtMs: -Infinity,
  };
  const report = createReport(context);

  async function find(nowMs: number): Promise<ReturnType<typeof ripen<Healing>>> {
    const view = await upstream?.look();
    if (view !== undefined) report(view);
    // After the look: an alert that is delivered meanwhile is at most suspected.
    const incidents = await readOpenIncidents(store.database);
    const beats = await readBeats(store.database, sources, clock.now());
    const seen = watchdog.expectSeen ? beats.keys() : [];
    const expected = [...new Set([...watchdog.sources, ...seen])];
    memory.watch = keepWatch(beats, expected, memory.watch, nowMs);
    const suspects = [
      ...(view === undefined ? [] : reconcile({ incidents, view, sources, resendMs })),
      ...judgePipes(memory.watch, incidents, { nowMs, limitMs: watchdog.limitMs }),
    ];
    return ripen<Healing>(suspects, memory.suspicions, { nowMs, graceMs });
  }

  async function tell(healings: readonly Healing[], { commit }: Held): Promise<void> {
    const nowMs = clock.now();
    const events = healings.flatMap((healing) =>
      healing.kind === 'noted' ? [] : [toAlertEvent(healing, nowMs, context.mask)],
    );
    await commit(async (changes) => {
      await putIntoInbox(changes.transaction, events, nowMs);
      for (const healing of healings) {
        if (healing.kind !== 'noted') continue;
        const { incidentId, notes } = healing;
        const event = { kind: 'upstream_noted', actor: RECONCILER_ACTOR, notes } as const;
        await changes.apply(await changes.find(incidentId), event, nowMs);
      }
    });
    for (const { kind } of healings) context.metrics.reconciled(kind);
  }

  return {
    name: 'reconciler',
    isDue: () => clock.monotonicMs() >= memory.nextAtMs,
    async run(held) {
      const nowMs = clock.monotonicMs();
      // Another replica looked in between: a suspicion from before says nothing about how long it lasted.
      if (held.fence !== memory.fence) memory.suspicions = new Map();
      memory.fence = held.fence;
      memory.nextAtMs = nowMs + reconcileIntervalMs;
      const { ripe, suspicions, nextDueAtMs } = await find(nowMs);
      if (ripe.length > 0) await tell(ripe, held);
      memory.suspicions = suspicions;
      if (nextDueAtMs !== null) memory.nextAtMs = Math.min(memory.nextAtMs, nextDueAtMs);
      return ripe.length > 0;
    },
  };
}

async function readOpenIncidents(database: Database): Promise<readonly Incident[]> {
  const all: Incident[] = [];
  for (let page = 0; page < MAXIMUM_PAGES; page++) {
    const beforeId = all.at(-1)?.id;
    const found = await findIncidents(database, {
      open: true,
      limit: PAGE,
      ...(beforeId === undefined ? {} : { beforeId }),
    });
    all.push(...found);
    if (found.length < PAGE) break;
  }
  return all;
}

/** One failure is no news: a server may be starting, beside us or again. */
const FAILURES_TO_LOG = 2;

/** Counts every look, and logs only what changes. */
function createReport({ metrics, logger, clock }: PipelineContext): (view: UpstreamView) => void {
  const failures = new Map<string, number>();
  return ({ alertmanagers, prometheus }) => {
    const answers = [
      ...alertmanagers.map(({ name, answer }) => ({ name, answer })),
      { name: 'prometheus', answer: prometheus },
    ];
    for (const { name, answer } of answers) {
      metrics.upstreamAsked(name, answer.known ? clock.now() : null);
      const before = failures.get(name) ?? 0;
      failures.set(name, answer.known ? 0 : before + 1);
      if (answer.known && before >= FAILURES_TO_LOG) {
        logger.info('upstream answers again', { upstream: name });
      }
      if (!answer.known && before + 1 === FAILURES_TO_LOG) {
        logger.warn('upstream cannot be asked', { upstream: name, why: answer.detail });
      }
    }
  };
}
