import type { Clock, Random } from '../../std/std.ts';
import type { Store } from '../../store/store.ts';
import { accountTables } from './account-tables.ts';

/**
 * `access` signs forms and seals sign-ins under way; `masking` makes the pseudonyms of personal data. Apart, so that
 * either can be replaced without the other.
 */
export type ServerKeyName = 'access' | 'masking';

const KEY_BYTES = 32;

/** A secret made once, the same for all replicas. Of two that make it at the same time, the first one's is kept. */
export function createServerKey(
  store: Pick<Store, 'database'>,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  name: ServerKeyName,
): () => Promise<Buffer> {
  const table = accountTables(store.database);
  let known: Buffer | undefined;

  async function read(): Promise<Buffer | undefined> {
    const row = await table
      .selectFrom('server_keys')
      .select('secret')
      .where('name', '=', name)
      .executeTakeFirst();
    return row === undefined ? undefined : Buffer.from(row.secret, 'base64url');
  }

  return async () => {
    known ??= await read();
    if (known !== undefined) return known;
    const secret = Buffer.from(random.bytes(KEY_BYTES)).toString('base64url');
    await table
      .insertInto('server_keys')
      .values({ name, secret, created_at_ms: clock.now() })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    known = (await read()) ?? Buffer.from(secret, 'base64url');
    return known;
  };
}
