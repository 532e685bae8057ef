import type { Outcome } from '../../../http/http.ts';
import type { SqlReader } from '../../../store/store.ts';
import type { Budget } from '../web/budget.ts';
import { attempt } from '../sql/source.ts';

/**
 * What Tryton keeps from its API, read from its tables. Ages are taken by the database against its own clock. All
 * times are in UTC, whatever the zone of the database: a server of Tryton lives in UTC (trytond/__init__.py), and asks
 * PostgreSQL to do so in its sessions (PGTZ in trytond/backend/postgresql/database.py).
 */
export type TrytonTables = {
  /**
   * Attempts within the last seconds. Tryton itself forgets them after `[session] timeout` (5 minutes), and
   * those of a user who then succeeds.
   */
  failedLogins(seconds: number, budget: Budget): Promise<Outcome<number>>;
  queue(budget: Budget): Promise<Outcome<QueueFacts>>;
};

export type QueueFacts = {
  readonly pending: number;
  readonly running: number;
  readonly oldestPendingAgeSeconds: number;
};

const FAILED_LOGINS = {
  postgresql: `SELECT count(*) AS value FROM res_user_login_attempt
    WHERE create_date >= timezone('UTC', now()) - make_interval(secs => $1)`,
  sqlite: `SELECT count(*) AS value FROM res_user_login_attempt
    WHERE julianday(create_date) >= julianday('now') - $1 / 86400.0`,
} as const;

const DUE = 'dequeued_at IS NULL AND (scheduled_at IS NULL OR scheduled_at <=';
const SINCE = 'coalesce(scheduled_at, enqueued_at)';
const QUEUE = {
  postgresql: `SELECT count(*) FILTER (WHERE ${DUE} timezone('UTC', now()))) AS pending,
      count(*) FILTER (WHERE dequeued_at IS NOT NULL AND finished_at IS NULL) AS running,
      coalesce(extract(epoch FROM timezone('UTC', now())
        - min(${SINCE}) FILTER (WHERE ${DUE} timezone('UTC', now())))), 0) AS age
    FROM ir_queue`,
  sqlite: `SELECT count(*) FILTER (WHERE ${DUE} datetime('now'))) AS pending,
      count(*) FILTER (WHERE dequeued_at IS NOT NULL AND finished_at IS NULL) AS running,
      coalesce((julianday('now') - julianday(
        min(${SINCE}) FILTER (WHERE ${DUE} datetime('now'))))) * 86400, 0) AS age
    FROM ir_queue`,
} as const;

export function createTrytonTables(reader: SqlReader): TrytonTables {
  async function row(
    text: string,
    values: readonly number[],
    budget: Budget,
  ): Promise<Outcome<Readonly<Record<string, unknown>>>> {
    const { signal } = budget;
    const limits = { timeoutMs: budget.remainingMs(), ...(signal === undefined ? {} : { signal }) };
    return attempt(async () => (await reader.query(text, values, limits))[0] ?? {});
  }

  const engine = reader.engine === 'sqlite' ? 'sqlite' : 'postgresql';
  return {
    async failedLogins(seconds, budget) {
      const outcome = await row(FAILED_LOGINS[engine], [seconds], budget);
      return outcome.ok ? { ok: true, value: Number(outcome.value['value']) } : outcome;
    },
    async queue(budget) {
      const outcome = await row(QUEUE[engine], [], budget);
      if (!outcome.ok) return outcome;
      const { pending, running, age } = outcome.value;
      const oldestPendingAgeSeconds = Math.max(0, Number(age));
      const value = { pending: Number(pending), running: Number(running), oldestPendingAgeSeconds };
      return { ok: true, value };
    },
  };
}
