import { existsSync, mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import type { LoadedConfig } from '../config/config.ts';
import { RESPONDER_MIGRATIONS } from '../responder/pipeline/pipeline.ts';
import { CrmwatchError } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import { openStore } from '../store/store.ts';
import type { Store, StoreSource } from '../store/store.ts';

/** A name in the configuration counts from the folder of its file. */
export function resolvePath(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

/** The database that the configuration names. Certificate authorities are read now, the password at each connection. */
export function findStoreSource({ config, folder, resolveSecret }: LoadedConfig): StoreSource {
  const { store, dataFolder } = config.responder;
  if (store.engine === 'sqlite') {
    return { engine: 'sqlite', file: join(resolvePath(folder, dataFolder), 'incidents.sqlite') };
  }
  const { engine, host, port, database, user, password, tls } = store;
  const certificateAuthorities =
    tls?.authorities === undefined ? [] : [resolveSecret(tls.authorities)];
  return {
    engine,
    host,
    port,
    database,
    user,
    ...(password === undefined ? {} : { password: () => resolveSecret(password) }),
    ...(tls === undefined ? {} : { tls: { certificateAuthorities } }),
  };
}

/** Throws store_unavailable or store_incompatible. */
export async function openResponderStore(loaded: LoadedConfig, clock: Clock): Promise<Store> {
  const source = findStoreSource(loaded);
  if (source.engine === 'sqlite') {
    mkdirSync(join(source.file, '..'), { recursive: true, mode: 0o700 });
  }
  const { allowUnsafeDurability } = loaded.config.responder.store;
  return openStore({ source, migrations: RESPONDER_MIGRATIONS, clock, allowUnsafeDurability });
}

/** For commands that look at what is there: throws store_unavailable rather than to create an empty database. */
export async function openExistingStore(loaded: LoadedConfig, clock: Clock): Promise<Store> {
  const source = findStoreSource(loaded);
  if (source.engine !== 'sqlite' || existsSync(source.file)) {
    return openResponderStore(loaded, clock);
  }
  throw new CrmwatchError('store_unavailable', `there is no database ${source.file}`, {
    remedy: 'name the configuration of a responder that has run, and check its data_folder',
  });
}
