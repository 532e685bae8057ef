import type { Clock, Random } from '../../std/std.ts';
import type { Store } from '../../store/store.ts';
import { createApiTokens } from './api-tokens.ts';
import type { ApiTokens } from './api-tokens.ts';
import { createServerKey } from './server-key.ts';
import { DEFAULT_SESSION_LIMITS, createSessions } from './sessions.ts';
import type { SessionLimits, Sessions } from './sessions.ts';

/** Who is signed in, and what programs sign in with. Everything throws `store_unavailable` while the store is away. */
export type Accounts = {
  readonly sessions: Sessions;
  readonly tokens: ApiTokens;
  /** 32 random bytes that all replicas share. */
  serverKey(): Promise<Buffer>;
};

/** The store must have been opened with ACCOUNT_MIGRATIONS. */
export function createAccounts(
  store: Store,
  effects: { readonly clock: Clock; readonly random: Random },
  limits: Partial<SessionLimits> = {},
): Accounts {
  return {
    sessions: createSessions(store, effects, { ...DEFAULT_SESSION_LIMITS, ...limits }),
    tokens: createApiTokens(store, effects),
    serverKey: createServerKey(store, effects, 'access'),
  };
}
