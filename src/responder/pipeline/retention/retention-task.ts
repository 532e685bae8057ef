import type { DatabaseTransaction } from '../../../store/store.ts';
import { deleteExpiredSessions } from '../../accounts/accounts.ts';
import { SYSTEM_ACTOR, findToCompact } from '../../incidents/incidents.ts';
import { deleteExpiredKeys } from '../idempotency.ts';
import type { Held, PeriodicTask } from '../periodic-task.ts';
import type { PipelineContext } from '../pipeline-parts.ts';
import { deleteEndedStorms } from '../storm-records.ts';
import { forgetIncident } from './forget-incident.ts';
import { measureTables } from './measure-tables.ts';
import { forgetRawBodies, pruneDeliveries, pruneEvents, pruneHeartbeats } from './prune-intake.ts';
import { discardUndecided, forgetDecidedBodies, pruneEntries } from './prune-quarantine.ts';
import type { ForgottenKind } from './retention-settings.ts';

/** Rows that one transaction takes: it is over within some milliseconds, and deliveries wait no longer. */
const ROWS = 500;
/** A snapshot may weigh megabytes. */
const INCIDENTS = 10;
const INTERVAL_MS = 60_000;
const MEASURE_INTERVAL_MS = 3_600_000;
/** Longer than the watchdog remembers a source (see watchdog-beats.ts). */
const HEARTBEATS_MS = 30 * 86_400_000;

type Step = {
  readonly kind: ForgottenKind;
  /** Gives how many it forgot: less than `most` when there are no more. */
  readonly run: (transaction: DatabaseTransaction, nowMs: number) => Promise<number>;
};

function createSteps({ settings }: PipelineContext): readonly Step[] {
  const { incidentsMs, eventsMs, rawBodiesMs, quarantineMs, sessionsMs } = settings.retention;
  return [
    {
      kind: 'raw_bodies',
      run: async (transaction, nowMs) =>
        forgetRawBodies(transaction, nowMs - rawBodiesMs, nowMs, ROWS),
    },
    {
      kind: 'events',
      run: async (transaction, nowMs) => pruneEvents(transaction, nowMs - eventsMs, nowMs, ROWS),
    },
    {
      kind: 'deliveries',
      run: async (transaction, nowMs) => pruneDeliveries(transaction, nowMs - eventsMs, ROWS),
    },
    {
      kind: 'quarantine_undecided',
      run: async (transaction, nowMs) =>
        discardUndecided(transaction, nowMs - quarantineMs, nowMs, ROWS),
    },
    {
      kind: 'quarantine_bodies',
      run: async (transaction, nowMs) =>
        forgetDecidedBodies(transaction, nowMs - rawBodiesMs, nowMs, ROWS),
    },
    {
      kind: 'quarantine_entries',
      run: async (transaction, nowMs) => pruneEntries(transaction, nowMs - quarantineMs, ROWS),
    },
    {
      kind: 'heartbeats',
      run: async (transaction, nowMs) => pruneHeartbeats(transaction, nowMs - HEARTBEATS_MS),
    },
    { kind: 'idempotency_keys', run: deleteExpiredKeys },
    {
      kind: 'sessions',
      run: async (transaction, nowMs) => deleteExpiredSessions(transaction, nowMs - sessionsMs),
    },
    {
      kind: 'storms',
      run: async (transaction, nowMs) => deleteEndedStorms(transaction, nowMs - incidentsMs, ROWS),
    },
  ];
}

/**
 * Forgets what is old enough, in small transactions, so that the intake never waits for it. While there is more to
 * forget it goes on at once; else it looks again after a minute.
 */
export function createRetentionTask(context: PipelineContext): PeriodicTask {
  const { clock, logger, metrics, settings } = context;
  const steps = createSteps(context);
  const next = { lookAtMs: -Infinity, measureAtMs: -Infinity };

  async function compact(held: Held, nowMs: number): Promise<number> {
    return held.commit(async (changes) => {
      const untilMs = nowMs - settings.retention.incidentsMs;
      let compacted = 0;
      for (const id of await findToCompact(changes.transaction, untilMs, INCIDENTS)) {
        const incident = await changes.find(id);
        if (incident === null) continue;
        const options = { rule: 'retention', atMs: nowMs } as const;
        if (await forgetIncident(changes, incident, SYSTEM_ACTOR, options)) compacted++;
      }
      return compacted;
    });
  }

  function tell(kind: ForgottenKind, count: number): void {
    if (count === 0) return;
    metrics.forgotten(kind, count);
    if (kind !== 'quarantine_undecided') return logger.debug('forgotten', { kind, count });
    logger.warn('deliveries in quarantine were discarded: nobody decided upon them in time', {
      count,
      remedy: 'look into the quarantine more often, or set responder.retention.quarantine higher',
    });
  }

  return {
    name: 'retention',
    isDue: () => clock.monotonicMs() >= next.lookAtMs,
    async run(held) {
      const nowMs = clock.now();
      let forgotten = 0;
      for (const { kind, run } of steps) {
        const count = await held.transaction(async (transaction) => run(transaction, nowMs));
        tell(kind, count);
        forgotten += count;
      }
      const compacted = await compact(held, nowMs);
      tell('incidents', compacted);
      forgotten += compacted;
      if (forgotten > 0) return true;
      metrics.retentionFinished(nowMs);
      const monotonicMs = clock.monotonicMs();
      next.lookAtMs = monotonicMs + INTERVAL_MS;
      if (monotonicMs >= next.measureAtMs) {
        next.measureAtMs = monotonicMs + MEASURE_INTERVAL_MS;
        metrics.storeMeasured(await measureTables(context.store));
      }
      return false;
    },
  };
}
