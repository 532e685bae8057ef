import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CRASH_POINTS } from '../../src/std/std.ts';
import { ROOT, sourceFiles } from '../architecture/imports.ts';

const STD = join(ROOT, 'src/std/std.ts');

/** Runs a few lines in a process of its own; gives what they printed. */
function run(lines: string, environment: Readonly<Record<string, string>> = {}): string {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', lines], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
}

describe('crash points', () => {
  it('are each marked in the code exactly once', () => {
    const marked = sourceFiles('src').flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return [...text.matchAll(/\bcrashPoint\('([^']+)'\)/gu)].map(([, name]) => name);
    });
    const times = Map.groupBy(marked, (name) => name);
    expect([...times].filter(([, marks]) => marks.length > 1)).toEqual([]);
    expect(new Set(marked)).toEqual(new Set(CRASH_POINTS));
  });

  it('are told in the documents, in the order of the code', () => {
    const text = readFileSync(join(ROOT, 'docs/responder/proof.md'), 'utf8');
    const told = [...text.matchAll(/^\| `([a-z-]+:[a-z-]+)` \|/gmu)].map(([, name]) => name);
    expect(told).toEqual([...CRASH_POINTS]);
  });

  it('call what was put there before the code was loaded', () => {
    const printed = run(`
      globalThis[Symbol.for('crmwatch.crash-point')] = (point) => console.log(point);
      const { crashPoint } = await import(${JSON.stringify(STD)});
      crashPoint('timer:done');`);
    expect(printed).toBe('timer:done\n');
  });

  it('do nothing otherwise, whatever the environment says, and nobody can hook them later', () => {
    const printed = run(
      `
      const { crashPoint } = await import(${JSON.stringify(STD)});
      globalThis[Symbol.for('crmwatch.crash-point')] = (point) => console.log(point);
      crashPoint('timer:done');
      console.log('alive');`,
      { CRMWATCH_TORTURE_CRASH: 'timer:done#1' },
    );
    expect(printed).toBe('alive\n');
  });
});
