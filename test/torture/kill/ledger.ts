import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';

/** What a sender told of one alert in one delivery. */
export type ToldAlert = Pick<AlertEvent, 'fingerprint' | 'status' | 'startsAtMs' | 'endsAtMs'>;

/** One delivery, tried until it was answered with something that its sender takes for an answer. */
export type Sent = {
  /** Also in the group key of the body, so that it can be found again. */
  readonly id: string;
  readonly body: string;
  readonly alerts: readonly ToldAlert[];
  /** Its sender may give it up for a newer one. */
  readonly mayLapse?: true;
  readonly attempts: number;
  /** The last answer; null while there was none. */
  readonly status: number | null;
};

/** All that was sent in a run, in the order in which it was begun. */
export type Ledger = {
  add(delivery: Omit<Sent, 'attempts' | 'status'>): void;
  tried(id: string, status: number | null): void;
  all(): readonly Sent[];
};

export function createLedger(): Ledger {
  const sent = new Map<string, Sent>();
  return {
    add: (delivery) => void sent.set(delivery.id, { ...delivery, attempts: 0, status: null }),
    tried(id, status) {
      const before = sent.get(id);
      if (before === undefined) throw new Error(`nobody sent ${id}`);
      sent.set(id, { ...before, attempts: before.attempts + 1, status });
    },
    all: () => [...sent.values()],
  };
}

/** An alert that the probes of its target can prove to be over. */
export function alertOf(
  target: string,
  times: { readonly startsAtMs: number; readonly endsAtMs: number | null },
): AlertEvent {
  const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
  return createAlert({
    labels,
    ...times,
    status: times.endsAtMs === null ? 'firing' : 'resolved',
  });
}

/** The body of a webhook that can be told from all others. */
export function bodyOf(id: string, alerts: readonly AlertEvent[]): string {
  const body = JSON.parse(createWebhookBody(alerts)) as object;
  return JSON.stringify({ ...body, groupKey: `{}:{delivery="${id}"}` });
}
