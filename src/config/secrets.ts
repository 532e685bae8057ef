import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { CrmwatchError, describeFileError } from '../std/std.ts';
import type { Problem, SecretReference, SecretResolver } from '../std/std.ts';

export type SecretSources = {
  /** Relative file names are relative to this folder, the one of the configuration file. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

type Placed = { readonly place: string; readonly reference: SecretReference };

/** A reference as it is written in the file: a map with one key that says where the secret is. */
function asReference(value: object): SecretReference | undefined {
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) return undefined;
  const [key, name] = entry;
  if ((key !== 'file' && key !== 'environment') || typeof name !== 'string') return undefined;
  return { kind: 'secret_reference', [key]: name };
}

/**
 * Every secret reference in the file as it was written, so that missing secrets are told together with every
 * other problem and at the places that the file has. Certificate authorities are read the same way.
 */
function findReferences(value: unknown, place: string): readonly Placed[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => findReferences(item, `${place}[${index}]`));
  }
  const reference = asReference(value);
  if (reference !== undefined) return [{ place, reference }];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = place === '' ? key : `${place}.${key}`;
    return key === 'ca_file' && typeof item === 'string'
      ? [{ place: at, reference: { kind: 'secret_reference', file: item } as const }]
      : findReferences(item, at);
  });
}

function readEnvironment(name: string, { environment }: SecretSources): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw new CrmwatchError('secret_unreadable', `the environment variable ${name} is not set`, {
    remedy: `set ${name} for this process, or name a file instead`,
  });
}

/** systemd hands each service its secrets in a folder of its own, so that two services can share one file. */
const CREDENTIALS = /^\$(CREDENTIALS_DIRECTORY)(?=\/)/;

function pathOf(file: string, sources: SecretSources): string {
  const path = file.replace(CREDENTIALS, (_match, name: string) => readEnvironment(name, sources));
  return isAbsolute(path) ? path : join(sources.folder, path);
}

function readSecretFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new CrmwatchError('secret_unreadable', describeFileError(path, cause), {
      remedy: 'put the secret alone into that file, readable by the user crmwatch runs as',
      cause,
    });
  }
  if (text !== '') return text;
  throw new CrmwatchError('secret_unreadable', `${path} is empty`, {
    remedy: 'write the secret into the file',
  });
}

/** Reads secrets; throws secret_unreadable. A trailing line break of a file does not belong to the secret. */
export function createSecretResolver(sources: SecretSources): SecretResolver {
  return ({ file = '', environment }) =>
    environment === undefined
      ? readSecretFile(pathOf(file, sources))
      : readEnvironment(environment, sources);
}

/** Tries every secret that a parsed file refers to and returns a problem for each that cannot be read. */
export function checkSecrets(value: unknown, resolve: SecretResolver): readonly Problem[] {
  return findReferences(value, '').flatMap(({ place, reference }): Problem[] => {
    try {
      resolve(reference);
      return [];
    } catch (error) {
      if (!(error instanceof CrmwatchError)) throw error;
      return [{ place, message: error.message, remedy: error.remedy }];
    }
  });
}

/** Paths of all files that a parsed file refers to; those below a folder that is not known are left out. */
export function namedFiles(value: unknown, sources: SecretSources): readonly string[] {
  return findReferences(value, '').flatMap(({ reference: { file } }) => {
    if (file === undefined) return [];
    try {
      return [pathOf(file, sources)];
    } catch {
      return [];
    }
  });
}
