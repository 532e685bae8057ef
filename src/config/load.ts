import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CrmwatchError, decode, describeFileError, sha256Hex } from '../std/std.ts';
import type { Problem, SecretResolver } from '../std/std.ts';
import { checkPrograms } from './programs.ts';
import { configDecoder } from './schema.ts';
import type { Config } from './schema.ts';
import type { SecretCommands } from './secret-commands.ts';
import { checkSecrets, createSecretResolver, namedFiles } from './secrets.ts';
import { parseYaml } from './yaml.ts';

export type LoadedConfig = {
  readonly config: Config;
  /** Folder of the file, from which relative names count. */
  readonly folder: string;
  readonly resolveSecret: SecretResolver;
  readonly source: ConfigSource;
};

/** Where a configuration came from, so that it can be looked at again. */
export type ConfigSource = {
  readonly path: string;
  /** The document as it is written; it holds references to secrets and never a secret. */
  readonly written: unknown;
  /** Reads it again, with every problem of it. Throws config_invalid when the file cannot be read. */
  load(): LoadResult;
  /** Changes with the content of the file and of every file that it names. */
  contentHash(): string;
};

export type LoadResult =
  | { readonly ok: true; readonly loaded: LoadedConfig }
  | { readonly ok: false; readonly problems: readonly Problem[] };

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CrmwatchError('config_invalid', describeFileError(path, cause), {
      remedy: 'name a configuration file that can be read; README.md has ten lines to start with',
      cause,
    });
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a configuration file and returns it, or every problem in it at once. Secrets are tried; those that
 * programs print can be read only with `commands`, and only then the programs that targets run have to be there.
 */
export function checkConfig(
  path: string,
  environment: Environment,
  commands?: SecretCommands,
): LoadResult {
  return checkConfigText(readText(resolve(path)), path, environment, commands);
}

/** The same for what would stand in the file: a configuration that is not written yet. */
export function checkConfigText(
  text: string,
  path: string,
  environment: Environment,
  commands?: SecretCommands,
): LoadResult {
  const file = resolve(path);
  const parsed = parseYaml(text, path);
  if (!parsed.ok) return { ok: false, problems: [parsed.problem] };
  const decoded = decode.run(configDecoder, parsed.value ?? {});
  const folder = dirname(file);
  const resolveSecret = createSecretResolver({
    folder,
    environment,
    ...(commands === undefined ? {} : { commands }),
  });
  const secretProblems = checkSecrets(parsed.value, resolveSecret);
  if (!decoded.ok) return { ok: false, problems: [...decoded.problems, ...secretProblems] };
  // Where nothing may be run, nobody needs the programs to be there.
  const programProblems = commands === undefined ? [] : checkPrograms(decoded.value.targets);
  const problems = [...secretProblems, ...programProblems];
  if (problems.length > 0) return { ok: false, problems };
  const files = [file, ...namedFiles(parsed.value, { folder, environment })];
  const source: ConfigSource = {
    path,
    written: parsed.value,
    load: () => checkConfig(path, environment, commands),
    contentHash: () => sha256Hex(JSON.stringify(files.map(hashOf))),
  };
  return { ok: true, loaded: { config: decoded.value, folder, resolveSecret, source } };
}

/** A file that cannot be read is a content of its own: when it can be read again, something has changed. */
function hashOf(file: string): string {
  try {
    return sha256Hex(readFileSync(file));
  } catch {
    return '';
  }
}

/** One line for each problem: place, what was found, what to do. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems
    .map(
      ({ place, message, remedy }) =>
        `${place === '' ? 'the file' : place}: ${message}\n  remedy: ${remedy}`,
    )
    .join('\n');
}

/** Loads a configuration or throws config_invalid with every problem in the message. */
export function loadConfig(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
  commands?: SecretCommands,
): LoadedConfig {
  const result = checkConfig(path, environment, commands);
  if (result.ok) return result.loaded;
  const count = result.problems.length;
  throw new CrmwatchError(
    'config_invalid',
    `${path} has ${count} ${count === 1 ? 'problem' : 'problems'}:\n${formatProblems(result.problems)}`,
    { remedy: `mend these and try: crmwatch check-config ${path}` },
  );
}
