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

/** Reads secrets; throws secret_unreadable. A trailing line break of a file does not belong to the secret. */
export function createSecretResolver(sources: SecretSources): SecretResolver {
  return ({ file, environment }) => {
    if (environment !== undefined) {
      const value = sources.environment[environment];
      if (value !== undefined && value !== '') return value;
      throw new CrmwatchError(
        'secret_unreadable',
        `the environment variable ${environment} is not set`,
        {
          remedy: `set ${environment} for this process, or name a file instead`,
        },
      );
    }
    const path = isAbsolute(file ?? '') ? (file ?? '') : join(sources.folder, file ?? '');
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
  };
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
