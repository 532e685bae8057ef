import type { Clock } from '../../std/std.ts';
import type { Sqlite } from '../../store/store.ts';

import { CALL_LIMIT, nextMidnight } from '../database.ts';
import { refuse } from './messages.ts';
import type { Reply } from './messages.ts';

export type Usage = { readonly limit: number; readonly used: number; readonly resetsAt: string };

/** The daily quota of API calls, counted in the database as large CRMs do. */
export type Quota = {
  read(): Usage;
  /** Counts one call, or gives the 429 that refuses it. */
  count(): Reply | undefined;
  /** For every reply, also when the database cannot be asked: the last numbers that were seen. */
  headers(): Readonly<Record<string, string>>;
};

export function createQuota(database: Sqlite, clock: Clock): Quota {
  let last: Usage = { limit: CALL_LIMIT, used: 0, resetsAt: nextMidnight(clock.now()) };

  function read(): Usage {
    const row = database.get('SELECT call_limit, used, resets_at FROM api_usage');
    const resetsAt = String(row?.['resets_at']);
    const expired = Date.parse(resetsAt) <= clock.now();
    if (expired) {
      const next = nextMidnight(clock.now());
      database.run('UPDATE api_usage SET used = 0, resets_at = ?', next);
      last = { limit: Number(row?.['call_limit']), used: 0, resetsAt: next };
    } else {
      last = { limit: Number(row?.['call_limit']), used: Number(row?.['used']), resetsAt };
    }
    return last;
  }

  return {
    read,
    count() {
      const usage = read();
      if (usage.used >= usage.limit) {
        const waitMs = Date.parse(usage.resetsAt) - clock.now();
        const message = `all ${usage.limit} API calls of the day are used up`;
        const seconds = String(Math.max(1, Math.ceil(waitMs / 1000)));
        return refuse(429, 'quota_exhausted', message, { 'Retry-After': seconds });
      }
      database.run('UPDATE api_usage SET used = used + 1');
      last = { ...usage, used: usage.used + 1 };
      return undefined;
    },
    headers: () => ({
      'X-RateLimit-Limit': String(last.limit),
      'X-RateLimit-Remaining': String(Math.max(0, last.limit - last.used)),
      'X-RateLimit-Reset': String(Math.floor(Date.parse(last.resetsAt) / 1000)),
    }),
  };
}
