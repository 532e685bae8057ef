import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { checkConfig, createSecretCommands } from '../../src/config/config.ts';
import { createManualClock } from '../support/manual-clock.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crmwatch-plugin-programs-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs nothing: a program that is checked must not be tried out. */
const commands = createSecretCommands({
  runner: {
    runNow: () => expect.unreachable('a program was run'),
    run: async () => expect.unreachable('a program was run'),
  },
  clock: createManualClock(),
  onFailure: () => {},
});

it('programs that targets run have to be executable files where they shall be run', () => {
  const plain = join(folder, 'plain');
  writeFileSync(plain, '#!/bin/sh\n');
  chmodSync(plain, 0o600);
  const path = join(folder, 'crmwatch.yaml');
  const plugins = {
    node: { program: process.execPath },
    gone: { program: join(folder, 'gone') },
    folder: { program: folder },
    plain: { program: plain },
  };
  const targets = [
    { name: 'crm', connection: { platform: 'sql', database: { engine: 'sqlite', file: 'crm' } } },
    { name: 'host', connection: { platform: 'nagios', plugins } },
  ];
  // Every JSON text is YAML.
  writeFileSync(path, JSON.stringify({ targets }));
  const result = checkConfig(path, {}, commands);
  const problems = result.ok ? [] : result.problems;
  expect(problems.map(({ place, message }) => [place, message])).toEqual([
    ['targets[1].connection.plugins.gone.program', `there is no file ${folder}/gone`],
    ['targets[1].connection.plugins.folder.program', `${folder} is no file`],
    ['targets[1].connection.plugins.plain.program', `this user may not use ${plain}`],
  ]);
  for (const { remedy } of problems) expect(remedy).toMatch(/executable file/);
  expect(checkConfig(path, {}).ok).toBe(true);
});
