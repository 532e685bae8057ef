import type { Outcome } from '../../../http/http.ts';
import type { ConnectorDependencies } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import { createSessionKeeper } from '../web/session-keeper.ts';
import type { SessionKeeper } from '../web/session-keeper.ts';
import type { TrytonIdentity } from './tryton-options.ts';
import type { TrytonPost } from './tryton-protocol.ts';

export type TrytonSession = {
  readonly userId: number;
  readonly header: string;
  /** Preferences of the user: the company decides which records are visible. */
  readonly context: Readonly<Record<string, unknown>>;
};

/** JSON-RPC with the session of one user. */
export type TrytonRpc = {
  /** Calls a method with the context as last parameter; logs in again once when the session has ended. */
  call(method: string, parameters: readonly unknown[], budget: Budget): Promise<Outcome<unknown>>;
  /** Logs in with a session of its own and out again; gives the seconds of the log-in. */
  proveLogin(budget: Budget): Promise<Outcome<number>>;
};

/** A locked database lets people in from Tryton's cache and then hangs when they leave. */
const LOGOUT_MS = 2000;

export function createTrytonRpc(
  identity: TrytonIdentity,
  post: TrytonPost,
  dependencies: ConnectorDependencies,
): TrytonRpc {
  const { clock } = dependencies;

  async function logIn(password: string, budget: Budget): Promise<Outcome<TrytonSession>> {
    const { user } = identity;
    const parameters = [user, { password }];
    const login = await post({ database: true, method: 'common.db.login', parameters }, budget);
    if (!login.ok) return login;
    const [userId, key] = Array.isArray(login.value) ? (login.value as readonly unknown[]) : [];
    if (typeof userId !== 'number' || typeof key !== 'string') {
      return fail('schema_changed', 'common.db.login answered no session');
    }
    const header = `Session ${Buffer.from(`${user}:${userId}:${key}`).toString('base64')}`;
    return succeed({ userId, header, context: {} });
  }

  /** The log-in for the shared session, with what the context of its calls must say. */
  async function open(password: string, budget: Budget): Promise<Outcome<TrytonSession>> {
    const session = await logIn(password, budget);
    if (!session.ok) return session;
    const { header } = session.value;
    const method = 'model.res.user.get_preferences';
    const context = await post({ database: true, method, parameters: [true, {}], header }, budget);
    if (!context.ok) return context;
    return succeed({ ...session.value, context: context.value as TrytonSession['context'] });
  }

  const pauseAfterRejectionMs = identity.pause_after_rejection;
  const shared: SessionKeeper<TrytonSession> = createSessionKeeper({
    clock,
    secret: createSecretReader(dependencies.resolveSecret, identity.password),
    logIn: open,
    pauseAfterRejectionMs,
  });

  return {
    async call(method, parameters, budget) {
      for (let attempt = 1; ; attempt++) {
        const session = await shared.get(budget);
        if (!session.ok) return session;
        const { header, context } = session.value;
        const wanted = { database: true, method, parameters: [...parameters, context], header };
        const outcome = await post(wanted, budget);
        const hasEnded = !outcome.ok && outcome.failure.reason === 'authentication';
        if (!hasEnded) return outcome;
        shared.drop(session.value);
        if (attempt === 2) return outcome;
      }
    },
    async proveLogin(budget) {
      const startedAtMs = clock.monotonicMs();
      const session = await shared.fresh(budget);
      if (!session.ok) return session;
      const seconds = (clock.monotonicMs() - startedAtMs) / 1000;
      const { header } = session.value;
      // The proof is done; a session that could not be closed in time ends by itself.
      const brief = { ...budget, remainingMs: () => Math.min(LOGOUT_MS, budget.remainingMs()) };
      await post({ database: true, method: 'common.db.logout', parameters: [], header }, brief);
      return succeed(seconds);
    },
  };
}
