import type { Failure, Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { Budget } from './budget.ts';
import { fail } from './outcomes.ts';

/** Shares one session between all probes of a target. */
export type SessionKeeper<Session> = {
  /** The shared session, or a new one; callers that come meanwhile wait for the same log-in. */
  get(budget: Budget): Promise<Outcome<Session>>;
  /** Says that the server no longer takes a session. */
  drop(session: Session): void;
  /** A new log-in of its own, which does not touch the shared session. */
  fresh(budget: Budget): Promise<Outcome<Session>>;
};

export type SessionKeeperOptions<Session> = {
  readonly clock: Clock;
  readonly logIn: (budget: Budget) => Promise<Outcome<Session>>;
  /** How long a rejected log-in is not tried again. */
  readonly pauseAfterRejectionMs: number;
};

/**
 * Platforms slow down or lock an identity whose log-ins fail. Monitoring must not be what locks it: after a
 * rejected log-in nothing is sent for a while, and the rejection stands. A throttled log-in that follows a
 * rejected one is still a matter of the credentials, and is reported so.
 */
export function createSessionKeeper<Session>(
  options: SessionKeeperOptions<Session>,
): SessionKeeper<Session> {
  const { clock, logIn, pauseAfterRejectionMs } = options;
  let shared: { readonly session: Session } | undefined;
  let running: Promise<Outcome<Session>> | undefined;
  let rejection: { readonly failure: Failure; readonly atMs: number } | undefined;

  async function attempt(budget: Budget): Promise<Outcome<Session>> {
    if (rejection !== undefined) {
      const waitMs = rejection.atMs + pauseAfterRejectionMs - clock.monotonicMs();
      if (waitMs > 0) {
        const again = `the next log-in is tried in ${Math.ceil(waitMs / 1000)} s`;
        return fail(rejection.failure.reason, `${rejection.failure.detail}; ${again}`);
      }
    }
    const outcome = await logIn(budget);
    if (outcome.ok) {
      rejection = undefined;
      return outcome;
    }
    const { reason } = outcome.failure;
    if (reason === 'rate_limited' && rejection !== undefined) {
      const { failure } = rejection;
      rejection = { failure, atMs: clock.monotonicMs() };
      return fail(failure.reason, `${failure.detail}; further log-ins are throttled`);
    }
    if (reason === 'authentication') {
      rejection = { failure: outcome.failure, atMs: clock.monotonicMs() };
    }
    return outcome;
  }

  async function renew(budget: Budget): Promise<Outcome<Session>> {
    const outcome = await attempt(budget);
    if (outcome.ok) shared = { session: outcome.value };
    return outcome;
  }

  return {
    async get(budget) {
      if (shared !== undefined) return { ok: true, value: shared.session };
      running ??= renew(budget).finally(() => (running = undefined));
      return running;
    },
    drop(session) {
      if (shared?.session === session) shared = undefined;
    },
    fresh: attempt,
  };
}
