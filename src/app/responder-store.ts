import { existsSync, mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { LoadedConfig } from '../config/config.ts';
import { RESPONDER_MIGRATIONS } from '../responder/pipeline/pipeline.ts';
import { CrmwatchError } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import { openStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';

/** A name in the configuration counts from the folder of its file. */
export function resolvePath(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function databaseFile({ config, folder }: LoadedConfig): string {
  return join(resolvePath(folder, config.responder.dataFolder), 'incidents.sqlite');
}

/** Opens and creates the database of the incidents. Throws store_unavailable or store_incompatible. */
export async function openResponderStore(loaded: LoadedConfig, clock: Clock): Promise<Store> {
  const file = databaseFile(loaded);
  const folder = resolvePath(loaded.folder, loaded.config.responder.dataFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return openStore({ file, migrations: RESPONDER_MIGRATIONS, clock });
}

/** For commands that look at what is there: throws store_unavailable rather than to create an empty database. */
export async function openExistingStore(loaded: LoadedConfig, clock: Clock): Promise<Store> {
  const file = databaseFile(loaded);
  if (existsSync(file)) return openResponderStore(loaded, clock);
  throw new CrmwatchError('store_unavailable', `there is no database ${file}`, {
    remedy: 'name the configuration of a responder that has run, and check its data_folder',
  });
}
