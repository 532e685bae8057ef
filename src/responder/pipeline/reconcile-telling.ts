import { PIPE_ALERT } from '../../catalog/catalog.ts';
import { partsOf, unreachable } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import { fingerprintOf, makeEvent } from '../alerts/alerts.ts';
import type { AlertEvent, Mask, RawDelivery } from '../alerts/alerts.ts';
import { RECONCILER_ACTOR } from '../incidents/incidents.ts';
import type { IncidentAlert } from '../incidents/incidents.ts';
import { insertDelivery, insertEvents } from './commit-delivery.ts';
import { pipelineTables } from './pipeline-tables.ts';
import type { Healing } from './reconcile.ts';
import { WATCHER } from './watchdog.ts';

type Told = Exclude<Healing, { kind: 'noted' }>;

/** The event that a sender should have delivered. `nowMs` is by our clock, as for a delivery. */
export function toAlertEvent(healing: Told, nowMs: number, mask: Mask): AlertEvent {
  switch (healing.kind) {
    case 'fired': {
      const { source, alert, because } = healing;
      const fired = { ...alert, status: 'firing', endsAtMs: null } as const;
      // Held to the same bounds as what is delivered, and masked as it is.
      const event = makeEvent(fired, { sender: source, receivedAtMs: nowMs, mask });
      return { ...event, reconciled: because };
    }
    case 'resolved':
      // When it ended is not known. Without an end it can end no later episode than this one.
      return goneOf(healing.alert, { endsAtMs: null, nowMs, because: healing.because });
    case 'pipe_back': {
      const { alert, source, seenAtMs } = healing;
      const because = `the watchdog of ${source} is delivered again`;
      return goneOf(alert, { endsAtMs: Math.max(seenAtMs, alert.startsAtMs), nowMs, because });
    }
    case 'pipe_dead':
      return deadPipe(healing, nowMs);
    default:
      return unreachable(healing);
  }
}

function goneOf(
  alert: IncidentAlert,
  told: { readonly endsAtMs: number | null; readonly nowMs: number; readonly because: string },
): AlertEvent {
  const { severity: _severity, because: _joined, from: _merge, series: _series, ...event } = alert;
  const { endsAtMs, nowMs, because } = told;
  return { ...event, status: 'resolved', endsAtMs, receivedAtMs: nowMs, reconciled: because };
}

function deadPipe(
  { source, limitMs, lastSeenAtMs }: Extract<Told, { kind: 'pipe_dead' }>,
  nowMs: number,
): AlertEvent {
  const labels = { alertname: PIPE_ALERT, source, severity: 'critical' };
  const limit = `${Math.round(limitMs / 1000)} s`;
  return {
    sender: WATCHER,
    fingerprint: fingerprintOf(labels),
    status: 'firing',
    name: PIPE_ALERT,
    labels,
    annotations: {
      summary: `The alerting pipe of ${source} is dead: no watchdog within ${limit}`,
      description:
        'Prometheus, Alertmanager or the way between them and the responder is broken: alerts may not arrive.',
    },
    generatorUrl: '',
    startsAtMs: lastSeenAtMs ?? nowMs - limitMs,
    endsAtMs: null,
    receivedAtMs: nowMs,
    reconciled: `the watchdog of ${source} ${lastSeenAtMs === null ? 'never came' : 'stays away'}`,
  };
}

const ROWS_AT_ONCE = 500;

/**
 * Puts events into the inbox beside those that were delivered, so that one way leads to incidents. Where a delivery
 * about the same alert waits there, it is heard first: the next look will tell. Gives the number told.
 */
export async function putIntoInbox(
  transaction: DatabaseTransaction,
  events: readonly AlertEvent[],
  nowMs: number,
): Promise<number> {
  const tables = pipelineTables(transaction);
  const waiting = new Set<string>();
  for (const part of partsOf(events, ROWS_AT_ONCE)) {
    const fingerprints = part.map((event) => event.fingerprint);
    const rows = await tables
      .selectFrom('inbox')
      .select('fingerprint')
      .where('processed_at_ms', 'is', null)
      .where('fingerprint', 'in', fingerprints)
      .execute();
    for (const { fingerprint } of rows) waiting.add(fingerprint);
  }
  const told = events.filter(({ fingerprint }) => !waiting.has(fingerprint));
  if (told.length === 0) return 0;
  const whys = told.map(({ reconciled }) => reconciled);
  const delivery: RawDelivery = {
    sender: RECONCILER_ACTOR,
    kind: 'alertmanager',
    encoding: '',
    body: Buffer.from(JSON.stringify({ reconciled: whys })),
    receivedAtMs: nowMs,
  };
  const id = await insertDelivery(transaction, delivery, { groupKey: '', truncatedAlerts: 0 });
  await insertEvents(transaction, id, told);
  return told.length;
}
