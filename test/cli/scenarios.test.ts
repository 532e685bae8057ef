import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { parseScenario, streamPattern } from '../support/scenario.ts';
import type { Scenario, Step } from '../support/scenario.ts';
import { startSandboxSite } from '../support/sandbox-site.ts';
import type { SandboxSite } from '../support/sandbox-site.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const FOLDER = join(import.meta.dirname, 'scenarios');
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
const work = mkdtempSync(join(tmpdir(), 'crmwatch-cli-'));

/** One sandbox for all scenarios that need it; it is healthy again after each. */
let site: Promise<SandboxSite> | undefined;
afterAll(async () => {
  await (await site)?.stop();
  rmSync(work, { recursive: true });
});

type Places = Readonly<Record<string, string>>;

async function prepare(name: string, scenario: Scenario): Promise<Places> {
  const folder = join(work, name);
  mkdirSync(folder);
  for (const [file, text] of scenario.files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const places = { $WORK: folder, $FIXTURES: join(REPOSITORY, 'test/fixtures') };
  if (!scenario.steps.some(({ command }) => command.includes('$SANDBOX'))) return places;
  site ??= startSandboxSite(join(work, 'sandbox'));
  return { ...places, $SANDBOX: (await site).folder };
}

type Outcome = { readonly output: string; readonly errors: string; readonly exitCode: number };

async function run({ command }: Step, places: Places): Promise<Outcome> {
  const [program, ...words] = command.split(' ');
  expect(program).toBe('crmwatch');
  const replaced = words.map((word) =>
    Object.entries(places).reduce((text, [mark, place]) => text.replaceAll(mark, place), word),
  );
  const lines = { output: [] as string[], errors: [] as string[] };
  const exitCode = await runCommandLine(replaced, {
    print: (line) => lines.output.push(line),
    note: (line) => lines.errors.push(line),
  });
  const mask = (text: string): string =>
    Object.entries(places).reduce((masked, [mark, place]) => masked.replaceAll(place, mark), text);
  const whole = (stream: readonly string[]): string => mask(stream.map((l) => `${l}\n`).join(''));
  return { output: whole(lines.output), errors: whole(lines.errors), exitCode };
}

describe('scenarios of the command line', () => {
  it('shows the help of every command', () => {
    const helped = names.map((name) => /^help-(.*)\.txt$/.exec(name)?.[1]);
    for (const name of Object.keys(COMMANDS)) expect(helped).toContain(name);
  });

  it.each(names)('%s', async (name) => {
    const scenario = parseScenario(readFileSync(join(FOLDER, name), 'utf8'), name);
    const places = await prepare(name, scenario);
    for (const step of scenario.steps) {
      const outcome = await run(step, places);
      const expected = `${step.command}\n${step.output.join('\n')}\n${step.errors.join('\n')}`;
      const found = `${step.command}\n${outcome.output}${outcome.errors}`;
      const isSame =
        streamPattern(step.output).test(outcome.output) &&
        streamPattern(step.errors).test(outcome.errors);
      // A comparison of texts shows what differs; the patterns have decided already.
      if (!isSame) expect(found).toBe(expected);
      expect(outcome.exitCode, step.command).toBe(step.exitCode);
    }
  });
});
