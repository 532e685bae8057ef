import type { ResponderConfig } from '../config/config.ts';
import type { TrainedModel } from '../responder/diagnosis/diagnosis.ts';
import { DEFAULT_MODEL_FILE } from './default-model.ts';
import { readModel } from './diagnosis.ts';
import { resolvePath } from './responder-store.ts';

/** The model that answers until another one is promoted: that of the configuration, or the one that ships. */
export function readConfiguredModel(
  { modelFile }: Pick<ResponderConfig, 'modelFile'>,
  folder: string,
): TrainedModel {
  return readModel(modelFile === undefined ? DEFAULT_MODEL_FILE : resolvePath(folder, modelFile));
}
