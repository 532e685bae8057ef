import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { checkConfig, formatProblems, parseYaml } from '../../src/config/config.ts';
import type { Block } from './documents.ts';
import { findProgram } from './program.ts';

type Mapping = Record<string, unknown>;

/** What a YAML block of a document is, by its top-level keys. */
export type YamlKind = 'configuration' | 'target' | 'prometheus' | 'alertmanager' | 'unknown';

export function parseBlock(block: Block): Mapping {
  const parsed = parseYaml(block.text, block.place);
  if (!parsed.ok) throw new Error(`${parsed.problem.place}: ${parsed.problem.message}`);
  return parsed.value as Mapping;
}

export function yamlKindOf(value: Mapping): YamlKind {
  if ('targets' in value) return 'configuration';
  if ('connection' in value) return 'target';
  if ('scrape_configs' in value) return 'prometheus';
  return 'receivers' in value ? 'alertmanager' : 'unknown';
}

type Secrets = { readonly files: string[]; readonly environment: Record<string, string> };

function collectSecrets(value: unknown, secrets: Secrets): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'string') collectSecrets(item, secrets);
    else if (key === 'file' || key === 'ca_file') secrets.files.push(item);
    else if (key === 'environment') secrets.environment[item] = 'a-secret';
  }
}

/** Gives the configuration the secrets that it names and checks it; returns what is wrong, or an empty text. */
export function checkConfiguration(value: Mapping, folder: string): string {
  const secrets: Secrets = { files: [], environment: {} };
  collectSecrets(value, secrets);
  // What systemd sets for a service.
  secrets.environment['CREDENTIALS_DIRECTORY'] = join(folder, 'credentials');
  for (const name of secrets.files) {
    const file = join(folder, name.replace('$CREDENTIALS_DIRECTORY', 'credentials'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'a-secret');
  }
  const path = join(folder, 'crmwatch.yaml');
  writeFileSync(path, dump(value));
  const result = checkConfig(path, secrets.environment);
  return result.ok ? '' : formatProblems(result.problems);
}

const CHECKERS = {
  prometheus: ['promtool', 'check', 'config', '--syntax-only'],
  alertmanager: ['amtool', 'check-config'],
} as const;

/** Lets the program that would read the file check it; undefined when it is not installed. */
export async function checkWithProgram(
  kind: keyof typeof CHECKERS,
  block: Block,
  folder: string,
): Promise<string | undefined> {
  const [program, ...words] = CHECKERS[kind];
  if (findProgram(program) === undefined) return undefined;
  const path = join(folder, `${kind}.yml`);
  writeFileSync(path, block.text);
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile(program, [...words, path], (error, output, errors) =>
    resolve(error === null ? '' : output + errors),
  );
  return promise;
}
