import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { loadConfig, parseYaml } from '../../src/config/config.ts';
import type { LoadedConfig } from '../../src/config/config.ts';
import type { Dependencies } from '../../src/app/exporter.ts';
import {
  decodeEpisodes,
  encodeModel,
  tableOfEpisodes,
  trainModel,
} from '../../src/responder/diagnosis/diagnosis.ts';
import { createSeededRandom, createSilentLogger, createSystemClock } from '../../src/std/std.ts';

export function createTestRuntime(): Dependencies {
  return {
    clock: createSystemClock(),
    random: createSeededRandom(3),
    logger: createSilentLogger(),
  };
}

/** A small model of real recorded episodes, so that no test depends on the one that ships. */
export function writeModel(folder: string): string {
  const episodes = join(import.meta.dirname, '../fixtures/cli/episodes.jsonl');
  const file = join(folder, 'model.json');
  const table = tableOfEpisodes(decodeEpisodes(readFileSync(episodes, 'utf8'), episodes));
  const { model } = trainModel(table, {
    kind: 'evidence',
    encoding: 'log',
    strengthC: 1,
    folds: 2,
  });
  writeFileSync(file, encodeModel(model));
  return file;
}

type Mapping = Record<string, unknown>;

/** Changes a configuration file as a person would, by rewriting it, and loads it. */
export function rewriteConfig(file: string, change: (config: Mapping) => void): LoadedConfig {
  const parsed = parseYaml(readFileSync(file, 'utf8'), file);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const config = parsed.value as Mapping;
  change(config);
  writeFileSync(file, dump(config));
  return loadConfig(file, {});
}

/** A configuration whose only CRM does not exist: for what does not depend on one. */
export function writeSmallConfig(folder: string, sections: Mapping = {}): LoadedConfig {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'crmwatch.yaml');
  const connection = {
    platform: 'rest',
    url: 'http://127.0.0.1:9',
    authentication: { method: 'none' },
    health: { path: '/health' },
  };
  const config = {
    targets: [{ name: 'shop', connection }],
    exporter: { listen: '127.0.0.1:0' },
    responder: {
      listen: '127.0.0.1:0',
      model: writeModel(folder),
      diagnosis_delay: '0s',
      prometheus: { url: 'http://127.0.0.1:9' },
    },
    ...sections,
  };
  writeFileSync(file, dump(config));
  return loadConfig(file, {});
}
