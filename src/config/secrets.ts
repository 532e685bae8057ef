import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { CrmwatchError, errorMessage } from '../std/std.ts';
import type { Problem, SecretReference, SecretResolver } from '../std/std.ts';

export type SecretSources = {
  /** Relative file names are relative to this folder, the one of the configuration file. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

type Placed = { readonly place: string; readonly reference: SecretReference };

function isReference(value: object): value is SecretReference {
  return 'kind' in value && value.kind === 'secret_reference';
}

/** Every secret reference inside a decoded configuration, with its place. */
function findReferences(value: unknown, place: string): readonly Placed[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => findReferences(item, `${place}[${index}]`));
  }
  if (isReference(value)) return [{ place, reference: value }];
  return Object.entries(value).flatMap(([key, item]) =>
    findReferences(item, place === '' ? key : `${place}.${key}`),
  );
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
      throw new CrmwatchError('secret_unreadable', `cannot read ${path}: ${errorMessage(cause)}`, {
        remedy:
          'create the file with the secret alone in it, readable by the user crmwatch runs as',
        cause,
      });
    }
    if (text !== '') return text;
    throw new CrmwatchError('secret_unreadable', `${path} is empty`, {
      remedy: 'write the secret into the file',
    });
  };
}

/** Tries every secret of a configuration and returns a problem for each that cannot be read. */
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
