import { onTestFinished } from 'vitest';
import { ACCOUNT_MIGRATIONS, createAccounts } from '../../src/responder/accounts/accounts.ts';
import type { Accounts, SessionLimits } from '../../src/responder/accounts/accounts.ts';
import { createSystemRandom } from '../../src/std/std.ts';
import type { Clock } from '../../src/std/std.ts';
import { openStore } from '../../src/store/store.ts';

/** Accounts in a database in memory; ends with the test. */
export async function createTestAccounts(
  clock: Clock,
  limits: Partial<SessionLimits> = {},
): Promise<Accounts> {
  const store = await openStore({ file: ':memory:', migrations: [ACCOUNT_MIGRATIONS], clock });
  onTestFinished(async () => store.close());
  return createAccounts(store, { clock, random: createSystemRandom() }, limits);
}
