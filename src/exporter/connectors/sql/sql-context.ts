import type { Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { ReaderRow, SqlReader } from '../../../store/store.ts';
import type { Budget } from '../web/budget.ts';
import { fail } from '../web/outcomes.ts';
import { attempt } from './source.ts';
import type { SqlObjectOptions } from './sql-options.ts';
import type { SqlQueries } from './sql-queries.ts';
import type { Statement } from './sql-text.ts';

/** One database with what the configuration says of it. */
export type SqlContext = {
  readonly reader: SqlReader;
  readonly clock: Clock;
  readonly objects: Readonly<Record<string, SqlObjectOptions>>;
  readonly queries: SqlQueries;
};

/** The rows of one statement, within the time that is left. */
export async function runStatement(
  { reader }: Pick<SqlContext, 'reader'>,
  { text, values }: Statement,
  budget: Budget,
): Promise<Outcome<readonly ReaderRow[]>> {
  if (budget.isSpent()) return fail('timeout', 'no time was left for the next query');
  const { signal } = budget;
  const limits = { timeoutMs: budget.remainingMs(), ...(signal === undefined ? {} : { signal }) };
  return attempt(async () => reader.query(text, values, limits));
}
