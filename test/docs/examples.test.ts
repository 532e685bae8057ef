import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAll } from '../../src/app/app.ts';
import type { RunningAll } from '../../src/app/app.ts';
import { createTestRuntime, rewriteConfig, writeModel } from '../support/app-site.ts';
import { isMissing, wayOf } from '../support/document-commands.ts';
import type { ReaderWorld } from '../support/document-commands.ts';
import {
  checkConfiguration,
  checkWithProgram,
  parseBlock,
  yamlKindOf,
} from '../support/document-configurations.ts';
import { listDocuments, splitDocument } from '../support/documents.ts';
import type { Block } from '../support/documents.ts';
import { startSandboxSite } from '../support/sandbox-site.ts';
import type { SandboxSite } from '../support/sandbox-site.ts';

const blocks = listDocuments().flatMap((document) => splitDocument(document).blocks);
const ofKind = (kind: string): readonly Block[] => blocks.filter((block) => block.kind === kind);

/** What each kind of block is for; promql blocks of the runbooks are run by test/rules and test/contract. */
const KINDS = ['yaml', 'sh', 'promql', 'text', ''];
const COMMAND = /^\s*(\$ |npm |npx |crmwatch |curl |docker )/m;

type Line = { readonly place: string; readonly line: string };

const lines: readonly Line[] = ofKind('sh').flatMap(({ place, text }) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ place, line })),
);

let site: SandboxSite;
let running: RunningAll;
let world: ReaderWorld;
const folder = mkdtempSync(join(tmpdir(), 'crmwatch-docs-'));

beforeAll(async () => {
  site = await startSandboxSite(join(folder, 'sandbox'));
  const loaded = rewriteConfig(site.configFile, (config) => {
    config['responder'] = {
      ...(config['responder'] as object),
      data_folder: join(folder, 'data'),
      model: writeModel(folder),
    };
    const targets = config['targets'] as { probes: Record<string, object> }[];
    const [target] = targets;
    for (const probe of Object.values(target?.probes ?? {})) {
      Object.assign(probe, { interval: '500ms' });
    }
    const always = { program: process.execPath, arguments: ['-e', 'console.log("OK | a=1")'] };
    const connection = { platform: 'nagios', plugins: { always } };
    config['targets'] = [...targets, { name: 'plugins', connection }];
  });
  running = await startAll(loaded, createTestRuntime());
  const { exporterUrl, responderUrl } = running;
  while ((await fetch(`${exporterUrl}/-/ready`)).status !== 200);
  world = {
    folder,
    configFile: site.configFile,
    target: 'sandbox',
    pluginTarget: 'plugins',
    sandboxFolder: site.folder,
    sandboxAddress: new URL(site.addresses.url).host,
    exporterUrl,
    responderUrl,
  };
});

afterAll(async () => {
  await running.stop();
  await site.stop();
  rmSync(folder, { recursive: true });
});

describe('the blocks of all documents', () => {
  it('are of a kind that is tried somewhere', () => {
    expect(blocks.length).toBeGreaterThan(50);
    const strange = blocks.filter(
      ({ kind, document }) =>
        !KINDS.includes(kind) || (kind === 'promql' && !document.startsWith('docs/runbooks/')),
    );
    expect(strange.map(({ place, kind }) => `${place}: ${kind}`)).toEqual([]);
  });

  it('hide no command in a picture', () => {
    const hiding = [...ofKind(''), ...ofKind('text')].filter(({ text }) => COMMAND.test(text));
    expect(hiding.map(({ place }) => place)).toEqual([]);
  });

  it('would fail on a command that nobody tries', () => {
    expect(wayOf('rm -rf data')).toBeUndefined();
    expect(wayOf('npm run everything')).toBeUndefined();
    expect(COMMAND.test('$ crmwatch start')).toBe(true);
  });
});

describe('configurations in documents', () => {
  const configurations = ofKind('yaml').map((block, index) => ({ ...block, index }));

  it.each(configurations)('$place is accepted by who reads it', async (block) => {
    const value = parseBlock(block);
    const own = join(folder, `configuration-${block.index}`);
    mkdirSync(own);
    const kind = yamlKindOf(value);
    if (kind === 'configuration') expect(checkConfiguration(value, own)).toBe('');
    else if (kind === 'target') expect(checkConfiguration({ targets: [value] }, own)).toBe('');
    else if (kind === 'unknown') expect.unreachable(`${block.place}: nobody reads this`);
    else expect((await checkWithProgram(kind, block, own)) ?? '').toBe('');
  });
});

describe('commands in documents', () => {
  it.each(lines)('$place: $line', async ({ place, line }) => {
    const way = wayOf(line);
    if (way === undefined) expect.unreachable(`${place}: there is no way to try "${line}"`);
    else if (!isMissing(way)) {
      const { exitCode, output } = await way.try(line, world);
      expect(exitCode, output).toBe(0);
    }
  });
});
