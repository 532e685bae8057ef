import type { DatabaseTransaction, Store } from '../../store/store.ts';
import { backoffDelayMs, crashPoint, errorMessage } from '../../std/std.ts';
import type { BackoffOptions, Clock, Logger, Random } from '../../std/std.ts';
import type { Channel, DeliveryResult } from './channel.ts';
import { claimDue, hasDue, settle } from './outbox.ts';
import type { ClaimedItem, Settlement } from './outbox.ts';

export type DelivererOptions = {
  readonly store: Store;
  readonly channels: readonly Channel[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly onSent: (channel: string) => void;
  readonly onFailed: (channel: string) => void;
  /** In the transaction that gives the notice up; gives what is to be done once it is committed. */
  readonly onDead: (
    transaction: DatabaseTransaction,
    item: ClaimedItem,
    why: string,
  ) => Promise<() => void>;
  readonly backoff?: BackoffOptions;
  readonly maximumAttempts?: number;
  /** Longer than any channel may take. Default 5 minutes. */
  readonly leaseMs?: number;
};

/** Who takes notices out of the outbox: of all replicas one at a time. */
export type Relay = {
  /** The replica that it runs in. */
  readonly replica: string;
  /** A transaction that throws, and writes nothing, when another replica took over. */
  transaction<T>(work: (transaction: DatabaseTransaction) => Promise<T>): Promise<T>;
};

export type Deliverer = {
  /** Sends what is due, each once; gives how many were tried. Rejects only when the store fails. */
  deliverDue(relay: Relay): Promise<number>;
};

const BATCH = 20;
const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 5000, maximumMs: 3_600_000 };

/** Sends the outbox at least once each, with full-jitter backoff, and gives up after a number of attempts. */
export function createDeliverer(options: DelivererOptions): Deliverer {
  const { store, clock, random, logger, leaseMs = 300_000 } = options;
  const { backoff = DEFAULT_BACKOFF, maximumAttempts = 12 } = options;

  function decideNext(item: ClaimedItem, result: DeliveryResult): Settlement {
    const nowMs = clock.now();
    if (result.ok) return { state: 'sent', atMs: nowMs };
    const { why, retry, retryAfterMs = 0 } = result;
    if (!retry || item.attempts >= maximumAttempts) return { state: 'dead', atMs: nowMs, why };
    const delayMs = backoffDelayMs(item.attempts - 1, backoff, random);
    return { state: 'pending', dueAtMs: nowMs + Math.max(delayMs, retryAfterMs), why };
  }

  async function deliver(item: ClaimedItem): Promise<void> {
    const result = await send(options.channels, item);
    crashPoint('outbox:sent');
    const settlement = decideNext(item, result);
    const afterwards = await store.transaction(async (transaction) => {
      const isOurs = await settle(transaction, item, settlement);
      if (!isOurs || settlement.state !== 'dead') return undefined;
      return options.onDead(transaction, item, settlement.why);
    });
    crashPoint('outbox:settled');
    afterwards?.();
    if (result.ok) return options.onSent(item.channel);
    options.onFailed(item.channel);
    logger.warn('a notification could not be sent', {
      channel: item.channel,
      attempts: item.attempts,
      state: settlement.state,
      why: result.why,
    });
  }

  /** Nobody is to hear that it is over before they hear that it began. */
  async function deliverInOrder(items: readonly ClaimedItem[]): Promise<void> {
    for (const item of items) await deliver(item);
  }

  return {
    async deliverDue(relay) {
      if (!(await hasDue(store.database, clock.now()))) return 0;
      crashPoint('outbox:before-claim');
      const items = await relay.transaction(async (transaction) =>
        claimDue(transaction, clock.now(), { holder: relay.replica, leaseMs, limit: BATCH }),
      );
      crashPoint('outbox:claimed');
      const lines = Map.groupBy(
        items,
        ({ channel, message }) => `${channel} ${message.incidentId}`,
      );
      await Promise.all([...lines.values()].map(deliverInOrder));
      return items.length;
    },
  };
}

async function send(channels: readonly Channel[], item: ClaimedItem): Promise<DeliveryResult> {
  const channel = channels.find(({ name }) => name === item.channel);
  if (channel === undefined) {
    return { ok: false, why: `the channel ${item.channel} is no longer configured`, retry: false };
  }
  try {
    return await channel.send(item.message);
  } catch (error) {
    return { ok: false, why: errorMessage(error), retry: true };
  }
}
