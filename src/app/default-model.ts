import { join } from 'node:path';
import { REPOSITORY_FOLDER } from './repository.ts';

/** The classifier that ships. */
export const DEFAULT_MODEL_FILE: string = join(
  REPOSITORY_FOLDER,
  'models',
  'fault-classifier.json',
);
