import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { createTemporaryFolder } from '../support/responder.ts';

const CONFIG = `
targets:
  - name: crm
    connection:
      platform: rest
      url: http://127.0.0.1:8080
      authentication: { method: bearer, token: { file: crm.token } }
`;

async function crmwatch(...words: string[]): Promise<{ code: number; output: string[] }> {
  const output: string[] = [];
  const code = await runCommandLine(words, {
    print: (line) => output.push(line),
    note: () => {},
  });
  return { code, output };
}

it('revokes a token by the id that stands in it', async () => {
  using folder = createTemporaryFolder();
  const file = join(folder.path, 'crmwatch.yaml');
  writeFileSync(file, CONFIG);
  writeFileSync(join(folder.path, 'crm.token'), 'not-a-real-one');
  const config = ['--config', file];
  const made = await crmwatch('token', 'create', ...config, '--name', 'bot', '--role', 'viewer');
  expect(made).toMatchObject({ code: 0, output: [expect.stringMatching(/^crmw_/)] });
  const id = made.output[0]?.split('_')[1] ?? '';
  const revoked = await crmwatch('token', 'revoke', ...config, id);
  expect(revoked.output[0]).toMatch(
    new RegExp(`^${id}  bot  viewer  incidents:read  revoked \\d{4}-.*  never used$`),
  );
  expect((await crmwatch('token', 'list', ...config)).output).toEqual(revoked.output);
});
