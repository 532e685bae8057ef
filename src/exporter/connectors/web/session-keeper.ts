import type { Failure, Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { Budget } from './budget.ts';
import { fail } from './outcomes.ts';
import type { SecretReader } from './secret-reader.ts';
import { waitWithin } from './turns.ts';
import type { LogIn } from './turns.ts';

/** Shares one session between all probes of a target. */
export type SessionKeeper<Session> = {
  /**
   * The shared session, or a new one; callers that come meanwhile wait for the same log-in, each no longer than it has
   * time.
   */
  get(budget: Budget): Promise<Outcome<Session>>;
  /** Says that the server no longer takes a session. */
  drop(session: Session): void;
  /** A new log-in of its own, which does not touch the shared session. */
  fresh(budget: Budget): Promise<Outcome<Session>>;
};

export type SessionKeeperOptions<Session> = {
  readonly clock: Clock;
  /** What sessions are opened with; a session that another secret opened is used no more. */
  readonly secret: SecretReader;
  readonly logIn: LogIn<Session>;
  /** Whether a session will still be taken; one that ends soon is renewed before it is used. */
  readonly lasts?: (session: Session) => boolean;
  /** How long a rejected log-in is not tried again. */
  readonly pauseAfterRejectionMs: number;
};

type Rejection = { readonly secret: string; readonly failure: Failure; readonly atMs: number };

/**
 * Platforms slow down or lock an identity whose log-ins fail. Monitoring must not be what locks it: after a
 * rejected log-in nothing is sent for a while, and the rejection stands, until there is another secret to try. A
 * throttled log-in that follows a rejected one is still a matter of the credentials, and is reported so.
 */
export function createSessionKeeper<Session>(
  options: SessionKeeperOptions<Session>,
): SessionKeeper<Session> {
  const { clock, secret: reader, logIn, pauseAfterRejectionMs, lasts = () => true } = options;
  let shared: { readonly secret: string; readonly session: Session } | undefined;
  let running: { readonly secret: string; readonly outcome: Promise<Outcome<Session>> } | undefined;
  let rejection: Rejection | undefined;

  async function attempt(secret: string, budget: Budget): Promise<Outcome<Session>> {
    const before = rejection?.secret === secret ? rejection : undefined;
    const waitMs = (before?.atMs ?? 0) + pauseAfterRejectionMs - clock.monotonicMs();
    if (before !== undefined && waitMs > 0) {
      reader.noteRefusal();
      const again = `the next log-in is tried in ${Math.ceil(waitMs / 1000)} s`;
      return fail(before.failure.reason, `${before.failure.detail}; ${again}`);
    }
    const outcome = await logIn(secret, budget);
    if (outcome.ok) {
      rejection = undefined;
      return outcome;
    }
    const { reason } = outcome.failure;
    if (reason === 'rate_limited' && before !== undefined) {
      rejection = { ...before, atMs: clock.monotonicMs() };
      return fail(before.failure.reason, `${before.failure.detail}; further log-ins are throttled`);
    }
    if (reason === 'authentication') {
      rejection = { secret, failure: outcome.failure, atMs: clock.monotonicMs() };
      reader.noteRefusal();
    }
    return outcome;
  }

  async function renew(secret: string, budget: Budget): Promise<Outcome<Session>> {
    const outcome = await attempt(secret, budget);
    if (outcome.ok) shared = { secret, session: outcome.value };
    return outcome;
  }

  function begin(secret: string, budget: Budget): Promise<Outcome<Session>> {
    const outcome = renew(secret, budget).finally(() => {
      if (running?.outcome === outcome) running = undefined;
    });
    running = { secret, outcome };
    return outcome;
  }

  return {
    async get(budget) {
      for (;;) {
        const read = reader.read();
        if (!read.ok) return read;
        const secret = read.value;
        if (shared?.secret === secret && lasts(shared.session)) {
          return { ok: true, value: shared.session };
        }
        if (running?.secret !== secret) return begin(secret, budget);
        const outcome = await waitWithin(running.outcome, budget, clock);
        const isLate = !outcome.ok && outcome.failure.reason === 'timeout';
        // Whoever began the log-in may have had less time, or may have been stopped: that says nothing about the CRM.
        if (!isLate || budget.isSpent()) return outcome;
      }
    },
    drop(session) {
      if (shared?.session === session) shared = undefined;
    },
    async fresh(budget) {
      const read = reader.read();
      return read.ok ? attempt(read.value, budget) : read;
    },
  };
}
