import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startResponder } from '../../src/app/app.ts';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { encodeModel } from '../../src/responder/diagnosis/diagnosis.ts';
import { createTestRuntime, writeSmallConfig } from '../support/app-site.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { trainInvented } from '../support/trained-models.ts';

type Run = { readonly code: number; readonly output: string; readonly errors: string };

async function crmwatch(...words: string[]): Promise<Run> {
  const [output, errors]: [string[], string[]] = [[], []];
  const code = await runCommandLine(words, {
    print: (line) => output.push(line),
    note: (line) => errors.push(line),
  });
  return { code, output: output.join('\n'), errors: errors.join('\n') };
}

describe('crmwatch model, beside a running responder', () => {
  it('lets a model challenge, promotes it by force, and rolls it back', async () => {
    const folder = createTemporaryFolder();
    onTestFinished(() => folder[Symbol.dispose]());
    const loaded = writeSmallConfig(folder.path);
    const running = await startResponder(loaded, createTestRuntime());
    onTestFinished(async () => running.stop());
    const model = trainInvented(1);
    const file = join(folder.path, 'new.json');
    writeFileSync(file, encodeModel(model));
    const config = ['--config', loaded.source.path];
    /** Of the responder that runs: `<id> <role>`. */
    const inForce = async (): Promise<readonly string[]> => {
      const page = await (await fetch(`${running.url}/metrics`)).text();
      const found = page.matchAll(/^crmwatch_diagnosis_model_info\{id="(\w+)",role="(\w+)"\} 1$/gm);
      return [...found].map(([, id, role]) => `${id} ${role}`);
    };

    // Nothing is known of how it does, which is no 0.
    const page = await (await fetch(`${running.url}/metrics`)).text();
    expect(page).not.toMatch(/^crmwatch_diagnosis_(feature|log_loss|unknown|drift|labels)/m);
    const [before = ''] = await inForce();
    expect(before).toMatch(/ champion$/);
    const challenged = await crmwatch('model', 'challenge', file, ...config, '--why', 'of May');
    expect(challenged).toMatchObject({ code: 0, errors: '' });
    expect(await inForce()).toEqual([before, `${model.id} challenger`]);

    const refused = await crmwatch('model', 'promote', ...config);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('0 incidents were judged by both and labelled since, of 30');
    expect(await inForce()).toEqual([before, `${model.id} challenger`]);
    const bare = await crmwatch('model', 'promote', ...config, '--force');
    expect([bare.code, bare.errors]).toEqual([2, expect.stringContaining('needs --why')]);

    const promoted = await crmwatch('model', 'promote', ...config, '--force', '--why', 'trial');
    expect(promoted.code).toBe(0);
    expect(await inForce()).toEqual([`${model.id} champion`]);
    const rolledBack = await crmwatch('model', 'rollback', ...config, '--why', 'it was one');
    expect(rolledBack.output).toBe(
      `rolled back: ${before.split(' ')[0]} answers again, ${model.id} does not`,
    );
    expect(await inForce()).toEqual([before]);

    const listed = await crmwatch('model', 'list', ...config);
    expect(listed.output).toContain(`${model.id}  retired by command line: it was one`);
    const overview = await crmwatch('model', 'list', ...config, '--json');
    expect(JSON.parse(overview.output)).toMatchObject({
      roles: { champion: before.split(' ')[0] },
    });
  });

  it('writes what is labelled to a file, and says when nothing is', async () => {
    const folder = createTemporaryFolder();
    onTestFinished(() => folder[Symbol.dispose]());
    const loaded = writeSmallConfig(folder.path);
    const running = await startResponder(loaded, createTestRuntime());
    onTestFinished(async () => running.stop());
    const output = join(folder.path, 'own.jsonl');
    const done = await crmwatch('labels', '--config', loaded.source.path, '--output', output);
    expect(done).toMatchObject({ code: 1, errors: expect.stringContaining('nothing is labelled') });
  });
});
