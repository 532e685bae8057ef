import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, deploy/, alert-rules/, grafana/ and models/. */
export const REPOSITORY_FOLDER: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export function readRepositoryFile(path: string): string {
  return readFileSync(join(REPOSITORY_FOLDER, path), 'utf8');
}

export function readVersion(): string {
  const { version } = JSON.parse(readRepositoryFile('package.json')) as { version: string };
  return version;
}
