import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ACCOUNT_MIGRATIONS, createAccounts } from '../../../src/responder/accounts/accounts.ts';
import type { Accounts, SessionLimits } from '../../../src/responder/accounts/accounts.ts';
import { createSystemRandom } from '../../../src/std/std.ts';
import { openStore } from '../../../src/store/store.ts';
import type { Store } from '../../../src/store/store.ts';
import type { ManualClock } from '../../support/manual-clock.ts';
import { createTemporaryFolder } from '../../support/responder.ts';

export type Replica = { readonly accounts: Accounts; readonly store: Store };

/** Opens one database file again and again, as restarts and further replicas do. */
export function createReplicas(
  clock: ManualClock,
  limits: Partial<SessionLimits> = {},
): () => Promise<Replica> {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return async () => {
    const file = join(folder.path, 'accounts.sqlite');
    const store = await openStore({
      source: { engine: 'sqlite', file },
      migrations: [ACCOUNT_MIGRATIONS],
      clock,
    });
    onTestFinished(async () => store.close());
    return {
      accounts: createAccounts(store, { clock, random: createSystemRandom() }, limits),
      store,
    };
  };
}
