import { JOB_STATES } from '../../../catalog/catalog.ts';
import type { JobState } from '../../../catalog/catalog.ts';
import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { AccountFacts, JobFacts } from '../connector.ts';
import { valueAt } from '../web/json-pointer.ts';
import type { JsonPointer } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { RestOptions } from './rest-options.ts';

/** Counts the items of a list as its pages come in; the first item that cannot be understood ends it. */
export type Tally<T> = {
  add(items: readonly unknown[]): Outcome<undefined>;
  result(): T;
};

type Options<Key extends keyof RestOptions> = Exclude<RestOptions[Key], undefined>;

function missing(what: string, pointer: JsonPointer): Outcome<never> {
  return fail('schema_changed', `${what} without a usable value at ${pointer.text}`);
}

function addAll(
  items: readonly unknown[],
  addOne: (item: unknown) => Outcome<undefined>,
): Outcome<undefined> {
  for (const item of items) {
    const outcome = addOne(item);
    if (!outcome.ok) return outcome;
  }
  return succeed(undefined);
}

export function tallyJobs(options: Options<'jobs'>, nowMs: number): Tally<JobFacts> {
  const counts: Record<JobState, number> = { pending: 0, running: 0, failed: 0 };
  let oldestMs = nowMs;

  function addOne(item: unknown): Outcome<undefined> {
    const value = valueAt(item, options.state);
    if (value === undefined) return missing('a job', options.state);
    const state = JOB_STATES.find((name) => options.states[name].some((each) => each === value));
    if (state !== undefined) counts[state]++;
    if (state !== 'pending' || options.enqueued === undefined) return succeed(undefined);
    const enqueued = valueAt(item, options.enqueued);
    const enqueuedMs = typeof enqueued === 'string' ? Date.parse(enqueued) : Number.NaN;
    if (Number.isNaN(enqueuedMs)) return missing('a waiting job', options.enqueued);
    oldestMs = Math.min(oldestMs, enqueuedMs);
    return succeed(undefined);
  }

  return {
    add: (items) => addAll(items, addOne),
    result: () => ({
      byState: {
        pending: known(counts.pending),
        running: known(counts.running),
        failed: known(counts.failed),
      },
      oldestPendingAgeSeconds:
        options.enqueued === undefined
          ? unknown('not_configured', 'the configuration has no jobs.enqueued')
          : known((nowMs - oldestMs) / 1000),
    }),
  };
}

export function tallyFailedLogins(options: Options<'logins'>, sinceMs: number): Tally<number> {
  let failed = 0;

  function addOne(item: unknown): Outcome<undefined> {
    const value = valueAt(item, options.succeeded);
    if (value === undefined) return missing('a login', options.succeeded);
    if (!options.failed_values.some((candidate) => candidate === value)) return succeed(undefined);
    if (options.at !== undefined) {
      const at = valueAt(item, options.at);
      const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
      if (Number.isNaN(atMs)) return missing('a login', options.at);
      if (atMs < sinceMs) return succeed(undefined);
    }
    failed++;
    return succeed(undefined);
  }

  return { add: (items) => addAll(items, addOne), result: () => failed };
}

export function tallyUsers(options: Options<'users'>): Tally<AccountFacts> {
  const { active, privileged, second_factor: secondFactor } = options;
  let activeUsers = 0;
  let privilegedUsers = 0;
  let secondFactorUsers = 0;

  function addOne(item: unknown): Outcome<undefined> {
    if (active !== undefined) {
      const value = valueAt(item, active);
      if (typeof value !== 'boolean' && value !== 0 && value !== 1)
        return missing('a user', active);
      if (value === false || value === 0) return succeed(undefined);
    }
    activeUsers++;
    if (privileged !== undefined) {
      const role = valueAt(item, privileged.pointer);
      if (role === undefined) return missing('a user', privileged.pointer);
      const roles: readonly unknown[] = Array.isArray(role) ? role : [role];
      if (roles.some((each) => privileged.values.some((value) => value === each)))
        privilegedUsers++;
    }
    if (secondFactor !== undefined) {
      const value = valueAt(item, secondFactor);
      if (value === undefined) return missing('a user', secondFactor);
      if (value === true || value === 1) secondFactorUsers++;
    }
    return succeed(undefined);
  }

  return {
    add: (items) => addAll(items, addOne),
    result: () => ({
      activeUsers: known(activeUsers),
      privilegedUsers:
        privileged === undefined
          ? unknown('not_configured', 'the configuration has no users.privileged')
          : known(privilegedUsers),
      secondFactorUsers:
        secondFactor === undefined
          ? unknown('not_configured', 'the configuration has no users.second_factor')
          : known(secondFactorUsers),
    }),
  };
}
