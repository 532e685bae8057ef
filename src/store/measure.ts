import { sql } from 'kysely';
import type { Store } from './open-store.ts';

/** Bytes that the database takes, what is free within it included; not its log of writes. */
export async function measureStore({ engine, database }: Store): Promise<number> {
  const query =
    engine === 'sqlite'
      ? sql<{ bytes: number }>`
          SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()`
      : sql<{ bytes: number }>`SELECT pg_database_size(current_database()) AS bytes`;
  const { rows } = await query.execute(database);
  return rows[0]?.bytes ?? 0;
}
