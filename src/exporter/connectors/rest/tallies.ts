import { JOB_STATES } from '../../../catalog/catalog.ts';
import type { JobState } from '../../../catalog/catalog.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AccountFacts, ApiTokenFacts, JobFacts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import { INACTIVE_AFTER_MS } from '../web/inactive.ts';
import { fieldAt } from '../web/json-pointer.ts';
import type { JsonPointer } from '../web/json-pointer.ts';
import type { JobOptions, TokenOptions, UserOptions, ValuesAt } from './rest-options.ts';
import { createTally, flagAt, hasValueAt, isComparable, isOneOf, timeAt } from './tally.ts';
import type { AddOne, Tally } from './tally.ts';

/** A count that the configuration says how to find, or not: `key` is then what it lacks. */
function countedBy(place: unknown, count: number, key: string): Knowable<number> {
  return place === undefined
    ? unknown('not_configured', `the configuration has no ${key}`)
    : known(count);
}

export function tallyJobs(options: JobOptions, nowMs: number): Tally<JobFacts> {
  const counts: Record<JobState, number> = { pending: 0, running: 0, failed: 0 };
  const told = JOB_STATES.flatMap((name) => options.states[name]);
  let oldestMs = nowMs;

  const addOne: AddOne = (item) => {
    const value = fieldAt(item, options.state);
    if (!isComparable(value, told)) return options.state;
    const state = JOB_STATES.find((name) => isOneOf(value, options.states[name]));
    if (state !== undefined) counts[state]++;
    if (state !== 'pending' || options.enqueued === undefined) return undefined;
    const enqueuedMs = timeAt(item, options.enqueued);
    if (enqueuedMs === undefined) return options.enqueued;
    oldestMs = Math.min(oldestMs, enqueuedMs);
    return undefined;
  };

  return createTally('a job', addOne, () => ({
    byState: {
      pending: known(counts.pending),
      running: known(counts.running),
      failed: known(counts.failed),
    },
    oldestPendingAgeSeconds: countedBy(
      options.enqueued,
      ageSecondsOf(oldestMs, nowMs),
      'jobs.enqueued',
    ),
  }));
}

/** Counts the items of which something is so. */
export function tallyWhere(what: string, condition: ValuesAt): Tally<number> {
  let count = 0;
  const addOne: AddOne = (item) => {
    const isSo = hasValueAt(item, condition);
    if (isSo === true) count++;
    return isSo === undefined ? condition.pointer : undefined;
  };
  return createTally(what, addOne, () => count);
}

export function tallyUsers(options: UserOptions, nowMs: number): Tally<AccountFacts> {
  const {
    active,
    privileged,
    second_factor: secondFactor,
    locked,
    last_login: lastLogin,
  } = options;
  const counts = { active: 0, privileged: 0, secondFactor: 0, locked: 0, inactive: 0 };

  const addActive: AddOne = (item) => {
    counts.active++;
    if (privileged !== undefined) {
      const isPrivileged = hasValueAt(item, privileged);
      if (isPrivileged === undefined) return privileged.pointer;
      if (isPrivileged) counts.privileged++;
    }
    if (secondFactor !== undefined) {
      const hasSecond = fieldAt(item, secondFactor) === null ? false : flagAt(item, secondFactor);
      if (hasSecond === undefined) return secondFactor;
      if (hasSecond) counts.secondFactor++;
    }
    if (lastLogin !== undefined) {
      const isNever = fieldAt(item, lastLogin) === null;
      const lastMs = isNever ? Number.NEGATIVE_INFINITY : timeAt(item, lastLogin);
      if (lastMs === undefined) return lastLogin;
      if (lastMs < nowMs - INACTIVE_AFTER_MS) counts.inactive++;
    }
    return undefined;
  };

  const addOne: AddOne = (item) => {
    if (locked !== undefined) {
      const isLocked = fieldAt(item, locked) === null ? false : flagAt(item, locked);
      if (isLocked === undefined) return locked;
      // Some platforms lock a user by taking the right to log in away.
      if (isLocked) counts.locked++;
    }
    if (active === undefined) return addActive(item);
    const isActive = flagAt(item, active);
    if (isActive === undefined) return active;
    return isActive ? addActive(item) : undefined;
  };

  return createTally('a user', addOne, () => ({
    activeUsers: known(counts.active),
    privilegedUsers: countedBy(privileged, counts.privileged, 'users.privileged'),
    secondFactorUsers: countedBy(secondFactor, counts.secondFactor, 'users.second_factor'),
    lockedUsers: countedBy(locked, counts.locked, 'users.locked'),
    inactiveUsers: countedBy(lastLogin, counts.inactive, 'users.last_login'),
  }));
}

/** A switch, or the time of it; undefined for what is neither. */
function isRevokedAt(item: unknown, pointer: JsonPointer): boolean | undefined {
  if (fieldAt(item, pointer) === null) return false;
  return timeAt(item, pointer) === undefined ? flagAt(item, pointer) : true;
}

export function tallyTokens(options: TokenOptions, nowMs: number): Tally<ApiTokenFacts> {
  const { active, revoked, ends, created } = options;
  let count = 0;
  let oldestMs = nowMs;

  const addOne: AddOne = (item) => {
    const isActive = active === undefined ? true : flagAt(item, active);
    if (isActive === undefined) return active;
    const isRevoked = revoked === undefined ? false : isRevokedAt(item, revoked);
    if (isRevoked === undefined) return revoked;
    if (ends !== undefined) {
      const endMs = fieldAt(item, ends) === null ? Number.POSITIVE_INFINITY : timeAt(item, ends);
      if (endMs === undefined) return ends;
      if (endMs <= nowMs) return undefined;
    }
    if (!isActive || isRevoked) return undefined;
    count++;
    if (created === undefined) return undefined;
    const createdMs = timeAt(item, created);
    if (createdMs === undefined) return created;
    oldestMs = Math.min(oldestMs, createdMs);
    return undefined;
  };

  return createTally('a token', addOne, () => ({
    active: known(count),
    oldestAgeSeconds:
      created !== undefined && count === 0
        ? unknown('empty', 'there is no active token')
        : countedBy(created, ageSecondsOf(oldestMs, nowMs), 'tokens.created'),
  }));
}
