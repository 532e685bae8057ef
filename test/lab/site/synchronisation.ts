import { repeat } from '../../e2e/scenario.ts';
import type { Life, Mend } from '../../e2e/scenario.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';

const EVERY_MS = 10_000;

/** Another system that writes every opportunity of a Tryton again and again, as long as it works. */
export function startSynchronisation(postgres: PostgresServer, database: string): Life {
  let stop: Mend | undefined;
  const touchAll = async (): Promise<unknown> =>
    postgres.sql(database, 'UPDATE sale_opportunity SET write_date = LOCALTIMESTAMP');
  const life: Life = {
    begin() {
      stop ??= repeat(EVERY_MS, touchAll);
    },
    async halt() {
      await stop?.();
      stop = undefined;
    },
  };
  life.begin();
  return life;
}
