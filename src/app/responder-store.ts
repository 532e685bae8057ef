import { mkdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { LoadedConfig } from '../config/config.ts';
import { RESPONDER_MIGRATIONS } from '../responder/pipeline/pipeline.ts';
import type { Clock } from '../std/std.ts';
import { openStore } from '../store/store.ts';
import type { Store } from '../store/store.ts';

/** The database that the configuration names. Throws store_unavailable or store_incompatible. */
export async function openResponderStore(loaded: LoadedConfig, clock: Clock): Promise<Store> {
  const { dataFolder } = loaded.config.responder;
  const folder = isAbsolute(dataFolder) ? dataFolder : join(loaded.folder, dataFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'incidents.sqlite');
  return openStore({ file, migrations: RESPONDER_MIGRATIONS, clock });
}
