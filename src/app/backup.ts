import type { LoadedConfig } from '../config/config.ts';
import { RESPONDER_MIGRATIONS } from '../responder/pipeline/pipeline.ts';
import { createSystemClock } from '../std/std.ts';
import { backUpStore, restoreStore } from '../store/store.ts';
import type { BackupFacts, BackupOptions, RestoreFacts } from '../store/store.ts';
import { findStoreSource } from './responder-store.ts';

export type BackupWords = Pick<BackupOptions, 'file' | 'onProgress'>;

function optionsOf(loaded: LoadedConfig, words: BackupWords): BackupOptions {
  const source = findStoreSource(loaded);
  return { source, migrations: RESPONDER_MIGRATIONS, clock: createSystemClock(), ...words };
}

/** Of the database that the configuration names, while a responder works with it or not. */
export async function backUp(loaded: LoadedConfig, words: BackupWords): Promise<BackupFacts> {
  return backUpStore(optionsOf(loaded, words));
}

/** Into the database that the configuration names, with whichever engine. */
export async function restore(
  loaded: LoadedConfig,
  { overwrite, ...words }: BackupWords & { readonly overwrite: boolean },
): Promise<RestoreFacts> {
  const { allowUnsafeDurability } = loaded.config.responder.store;
  return restoreStore({ ...optionsOf(loaded, words), overwrite, allowUnsafeDurability });
}
