import { isAbsolute, join } from 'node:path';
import { CrmwatchError } from '../std/std.ts';
import type { Problem, SecretReference, SecretResolver } from '../std/std.ts';
import type { SecretCommands } from './secret-commands.ts';
import { createSecretHiding } from './secret-hiding.ts';
import { createSecretFiles } from './secret-files.ts';

export type SecretSources = {
  /** Relative file names are relative to this folder, the one of the configuration file. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Runs the programs that print secrets; absent where none may be run. */
  readonly commands?: SecretCommands;
};

type Placed = { readonly place: string; readonly reference: SecretReference };

/** A reference as it is written in the file: a map with one key that says where the secret is. */
function asReference(value: object): SecretReference | undefined {
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) return undefined;
  const [key, name] = entry as [string, unknown];
  if (key === 'command' && isCommand(name)) return { kind: 'secret_reference', command: name };
  if ((key !== 'file' && key !== 'environment') || typeof name !== 'string') return undefined;
  return { kind: 'secret_reference', [key]: name };
}

function isCommand(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')
  );
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

function readCommand(command: readonly string[], { commands }: SecretSources): string {
  if (commands !== undefined) return commands.read(command);
  throw new CrmwatchError('secret_unreadable', `the program ${command[0]} may not be run here`, {
    remedy: 'name a file or an environment variable instead',
  });
}

/**
 * Reads secrets as they are now; throws secret_unreadable. A trailing line break of a file, or of what a program
 * prints, does not belong to the secret.
 */
export function createSecretResolver(sources: SecretSources): SecretResolver {
  const files = createSecretFiles();
  const { remember, hide } = createSecretHiding();
  const read = ({ file = '', environment, command }: SecretReference): string => {
    if (environment !== undefined) return readEnvironment(environment, sources);
    return command === undefined
      ? files.read(pathOf(file, sources))
      : readCommand(command, sources);
  };
  const noteRefusal = ({ command }: SecretReference): void => {
    if (command !== undefined) sources.commands?.noteRefusal(command);
  };
  const resolve = (reference: SecretReference): string => {
    const secret = read(reference);
    remember(secret);
    return secret;
  };
  return Object.assign(resolve, { noteRefusal, hide });
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
