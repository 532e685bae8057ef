import pg from 'pg';
import { sql } from 'kysely';

import type { Clock, Timer } from '../std/std.ts';
import type { Database } from './engine.ts';
import { connectionConfig } from './postgres-connection.ts';
import type { PostgresConnection } from './sql-source.ts';
import type { Wakes } from './wakes.ts';

const CHANNEL = 'crmwatch_wake';
const RECONNECT_MS = 1000;
/** How often the connection is asked whether it is still one: a router may have forgotten it without a word. */
const CHECK_MS = 30_000;
const ANSWER_TIMEOUT_MS = 5000;

export type PostgresWakesOptions = {
  readonly source: PostgresConnection;
  /** For sending; signals come in by a connection of their own. */
  readonly database: Database;
  readonly clock: Clock;
  /** Of this process: what it sends does not wake itself. */
  readonly sender: string;
};

/**
 * Wakes other processes by NOTIFY, and is woken by LISTEN. A signal may get lost, with a connection or a server; so
 * it says only that looking now may be worth it, and whoever waits for one looks by a timer as well.
 */
export function createPostgresWakes(options: PostgresWakesOptions): Wakes {
  const listeners = new Set<() => void>();
  const ears = createEars(options, () => {
    for (const listener of listeners) listener();
  });
  const wake = createSender(options);
  return {
    wake,
    onWake(listener) {
      listeners.add(listener);
      ears.open();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) void ears.shut();
      };
    },
    close: async () => ears.shut(),
  };
}

/** One signal is on its way at a time; one more goes out for all that were asked for meanwhile. */
function createSender({ database, sender }: PostgresWakesOptions): () => void {
  let isSending = false;
  let isAsked = false;

  async function send(): Promise<void> {
    isSending = true;
    do {
      isAsked = false;
      try {
        await sql`SELECT pg_notify(${CHANNEL}, ${sender})`.execute(database);
      } catch {
        // What gets lost costs the others until their next tick.
      }
    } while (isAsked);
    isSending = false;
  }

  return () => {
    if (isSending) isAsked = true;
    else void send();
  };
}

type Ears = { open(): void; shut(): Promise<void> };

/** One connection that listens, and another one whenever it was lost. */
function createEars({ source, clock, sender }: PostgresWakesOptions, onSignal: () => void): Ears {
  let client: pg.Client | undefined;
  let timer: Timer | undefined;

  function open(): void {
    if (client !== undefined) return;
    timer?.cancel();
    const mine = new pg.Client({
      ...connectionConfig(source, () => source.password?.() ?? ''),
      connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
    });
    client = mine;
    const lose = (): void => {
      if (client !== mine) return;
      client = undefined;
      timer?.cancel();
      timer = clock.after(RECONNECT_MS, open);
      mine.end().catch(() => {});
    };
    mine.on('error', lose);
    mine.on('end', lose);
    mine.on('notification', ({ payload }) => {
      if (payload !== sender) onSignal();
    });
    listen(mine).then(() => checkLater(mine, lose), lose);
  }

  async function listen(mine: pg.Client): Promise<void> {
    await mine.connect();
    await mine.query(`LISTEN ${CHANNEL}`);
    // Whatever was told while nobody listened.
    onSignal();
  }

  function checkLater(mine: pg.Client, lose: () => void): void {
    if (client !== mine) return;
    timer = clock.after(CHECK_MS, () => {
      mine.query('SELECT 1').then(() => checkLater(mine, lose), lose);
    });
  }

  return {
    open,
    async shut() {
      timer?.cancel();
      const mine = client;
      client = undefined;
      await mine?.end().catch(() => {});
    },
  };
}
