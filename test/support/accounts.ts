import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ACCOUNT_MIGRATIONS, createAccounts } from '../../src/responder/accounts/accounts.ts';
import type { Accounts, SessionLimits } from '../../src/responder/accounts/accounts.ts';
import { createSystemRandom } from '../../src/std/std.ts';
import type { Clock } from '../../src/std/std.ts';
import { createTemporaryFolder } from './responder.ts';
import { openTestStore } from './test-store.ts';

/** Accounts in a database of their own; ends with the test. */
export async function createTestAccounts(
  clock: Clock,
  limits: Partial<SessionLimits> = {},
): Promise<Accounts> {
  const folder = createTemporaryFolder();
  const file = join(folder.path, 'accounts.sqlite');
  const store = await openTestStore({ file, migrations: [ACCOUNT_MIGRATIONS], clock });
  onTestFinished(async () => {
    await store.close();
    folder[Symbol.dispose]();
  });
  return createAccounts(store, { clock, random: createSystemRandom() }, limits);
}
