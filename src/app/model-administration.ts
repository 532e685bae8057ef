import type { LoadedConfig } from '../config/config.ts';
import { createModelAdministration } from '../responder/pipeline/pipeline.ts';
import type { ModelAdministration } from '../responder/pipeline/pipeline.ts';
import { readConfiguredModel } from './configured-model.ts';
import type { Dependencies } from './exporter.ts';
import { openExistingStore } from './responder-store.ts';

export type OpenModels = { readonly models: ModelAdministration; close(): Promise<void> };

/** The models of a configured responder, for the command line; the responder may run meanwhile. */
export async function openModels(
  loaded: LoadedConfig,
  { clock }: Pick<Dependencies, 'clock'>,
): Promise<OpenModels> {
  const configured = readConfiguredModel(loaded.config.responder, loaded.folder);
  const store = await openExistingStore(loaded, clock);
  return {
    models: createModelAdministration({ store, clock, configured }),
    close: async () => store.close(),
  };
}
