import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../support/responder.ts';
import type { TemporaryFolder } from '../support/responder.ts';

const CONFIGURATION = `targets:
  - name: shop
    connection:
      platform: sql
      database: { engine: sqlite, file: shop.db }
      objects: { account: { table: accounts, fields: { name: name } } }
`;

let folder: TemporaryFolder;
let file: string;
let configuration: string;

beforeEach(() => {
  folder = createTemporaryFolder();
  mkdirSync(join(folder.path, 'data'));
  file = join(folder.path, 'data/incidents.sqlite');
  configuration = join(folder.path, 'crmwatch.yaml');
  writeFileSync(configuration, CONFIGURATION);
});
afterEach(() => folder[Symbol.dispose]());

async function run(...words: readonly string[]): Promise<{
  readonly exitCode: number;
  readonly output: readonly string[];
  readonly errors: readonly string[];
}> {
  const [output, errors]: [string[], string[]] = [[], []];
  const exitCode = await runCommandLine(['journal', ...words, '--config', configuration], {
    print: (line) => output.push(line),
    note: (line) => errors.push(line),
  });
  return { exitCode, output, errors };
}

async function withIncident<T>(work: (id: string) => Promise<T>): Promise<T> {
  await using responder = await createTestResponder({ file });
  await responder.pipeline.accept(createWebhookBody([createAlert()]), 'am', 0);
  await responder.pipeline.settle();
  const [incident] = await responder.pipeline.listIncidents();
  return work(incident?.id ?? '');
}

describe('crmwatch journal', () => {
  it('proves a journal while the responder has it open, and prints its head', async () => {
    await withIncident(async () => {
      const { exitCode, output, errors } = await run('verify');
      expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
      expect(output.slice(0, 2)).toEqual(['entries    1', 'incidents  1']);
      expect(output.at(-1)).toBe('the journal is sound');
      const head = /^head +([0-9a-f]{64})$/.exec(output[2] ?? '')?.[1] ?? '';
      expect((await run('verify', '--noted', head)).output).toContain(
        'noted      it is in the chain',
      );
      const report: unknown = JSON.parse((await run('verify', '--json')).output.join('\n'));
      expect(report).toMatchObject({ headHash: head, problems: [] });
    });
  });

  it('says where a journal was changed, and gives 1', async () => {
    await withIncident(async () => {});
    using database = new DatabaseSync(file);
    database.exec("DROP TRIGGER journal_keeps_entries; UPDATE journal SET actor = 'nobody'");
    const { exitCode, errors } = await run('verify');
    expect(exitCode).toBe(1);
    expect(errors[0]).toMatch(/^entry 1 \(inc_\w+, alert_fired\): its hash does not fit/);
    expect(errors.at(-1)).toContain('NOT sound');
  });

  it('prints the review of an incident from its journal, and refuses an unknown one', async () => {
    const id = await withIncident(async (known) => known);
    const { exitCode, output } = await run('review', id);
    expect(exitCode).toBe(0);
    expect(output.join('\n')).toContain(`# Review of ${id}`);
    expect(await run('review', 'inc_none')).toMatchObject({
      exitCode: 1,
      errors: ['crmwatch: there is no incident inc_none', expect.stringContaining('remedy')],
    });
  });
});
