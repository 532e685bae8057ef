import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = 'docs/responder/intake.md';
const HEADING = '### What happens with …';

type Claim = { readonly row: string; readonly file: string; readonly names: readonly string[] };

/** What the last cell of each row says: "`file`: a part of a name; another part · `file`: …". */
function claimsOf(page: string): readonly Claim[] {
  const [, section = ''] = page.split(`${HEADING}\n`);
  const [table = ''] = section.split(/^#/m);
  const rows = table.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).flatMap((line) => {
    const [row = '', , heldBy = ''] = line.slice(2, -2).split(' | ');
    return heldBy.split(' · ').map((claim) => {
      const [, file = '', names = ''] = /^`([^`]+)`: (.+)$/.exec(claim) ?? [];
      return { row, file, names: names.split('; ') };
    });
  });
}

function missingOf({ row, file, names }: Claim): readonly string[] {
  if (file === '' || !existsSync(join(ROOT, file))) return [`${row}: there is no file "${file}"`];
  const text = readFileSync(join(ROOT, file), 'utf8');
  return names
    .filter((name) => name === '' || !text.includes(name))
    .map((name) => `${row}: ${file} has no test "${name}"`);
}

describe(`${PAGE}: ${HEADING}`, () => {
  it('names tests that are there', () => {
    const claims = claimsOf(readFileSync(join(ROOT, PAGE), 'utf8'));
    expect(claims.length).toBeGreaterThan(20);
    expect(claims.flatMap(missingOf)).toEqual([]);
  });

  it('would not name one that is gone, or in a file that is gone', () => {
    const [claim] = claimsOf(`${HEADING}\n\n| a |\n| - |\n| a | b | \`x.test.ts\`: one; two |\n`);
    expect(claim).toEqual({ row: 'a', file: 'x.test.ts', names: ['one', 'two'] });
    const file = 'test/docs/held-by.test.ts';
    // Put together here, since this file would hold it otherwise.
    const gone = ['not', 'here'].join(' at all ');
    expect(missingOf({ row: 'a', file, names: ['names tests', gone] })).toHaveLength(1);
    expect(missingOf({ row: 'a', file: 'x.test.ts', names: ['one'] })).toHaveLength(1);
  });
});
