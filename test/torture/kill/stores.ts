import { join } from 'node:path';

import { RESPONDER_MIGRATIONS } from '../../../src/responder/pipeline/pipeline.ts';
import { openStore } from '../../../src/store/store.ts';
import type { Store, StoreSource } from '../../../src/store/store.ts';
import { postgresMissing, startDurablePostgres } from '../../support/postgres-server.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import type { StoreName } from '../suite.ts';

/** Makes empty databases of one engine, each for one run. */
export type StoreMaker = {
  readonly store: StoreName;
  create(name: string, folder: string): Promise<StoreSource>;
  drop(name: string): Promise<void>;
  stop(): Promise<void>;
};

/** Why an engine cannot be had here, or undefined when it can. */
export function storeMissing(store: StoreName): string | undefined {
  return store === 'postgresql' ? postgresMissing() : undefined;
}

export async function createStoreMaker(store: StoreName): Promise<StoreMaker> {
  return store === 'sqlite' ? SQLITE : postgresMaker(await startDurablePostgres());
}

const SQLITE: StoreMaker = {
  store: 'sqlite',
  // Where a responder keeps it that is told nothing else.
  create: async (_, folder) => ({
    engine: 'sqlite',
    file: join(folder, 'data', 'incidents.sqlite'),
  }),
  drop: async () => {},
  stop: async () => {},
};

function postgresMaker(server: PostgresServer): StoreMaker {
  const { host, port, user } = server;
  return {
    store: 'postgresql',
    async create(name) {
      await server.createDatabase(name);
      return { engine: 'postgresql', host, port, user, database: name };
    },
    drop: async (name) => server.dropDatabase(name),
    stop: async () => server.stop(),
  };
}

/** As a responder opens it, durability asserted. */
export async function openRunStore(source: StoreSource): Promise<Store> {
  return openStore({ source, migrations: RESPONDER_MIGRATIONS });
}
