import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readWebConfig } from '../../src/config/config.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/web-config');
const isMissing = spawnSync('promtool', ['--version']).error !== undefined;

const VERDICTS = JSON.parse(readFileSync(join(FOLDER, 'verdicts.json'), 'utf8')) as Record<
  string,
  { readonly good: boolean; readonly error?: string }
>;

/** Keys that came after the exporter-toolkit of Debian's Prometheus. */
const NEWER = /field (?:cert|key|client_ca|client_allowed_sans|rate_limit) not found/;

/** What `promtool check web-config` says of each file, by its name. */
function askPromtool(files: readonly string[]): ReadonlyMap<string, string> {
  const { stdout, stderr } = spawnSync('promtool', ['check', 'web-config', ...files], {
    cwd: FOLDER,
    encoding: 'utf8',
  });
  const said = `${stdout}${stderr}`.split(/^(?=\S+\.yml (?:SUCCESS|FAILED))/m);
  return new Map(said.map((text) => [text.slice(0, text.indexOf('.yml')), text]));
}

describe('promtool', () => {
  it.skipIf(isMissing)(
    'says the same of the web configuration files that it knows all keys of',
    () => {
      const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yml'));
      const said = askPromtool(files);
      const compared = [...said].filter(([, text]) => !NEWER.test(text));
      expect(said.size).toBe(files.length);
      expect(compared.length).toBeGreaterThan(150);
      const isGood = (text: string): boolean => text.includes('.yml SUCCESS');
      const different = compared.flatMap(([name, text]) => {
        // It validates and serves nothing, which is when the ciphers of HTTP/2 count; and it takes short keys.
        const isBeyond =
          VERDICTS[name]?.error?.startsWith('http2:') === true || name.startsWith('deliberate-');
        const isEqual = readWebConfig(join(FOLDER, `${name}.yml`)).ok === isGood(text);
        return isEqual || isBeyond ? [] : [text];
      });
      expect(different).toEqual([]);
    },
  );
});
