/**
 * `npm run check`: runs every script of package.json whose name begins with `check:`, two at a time, one line each;
 * of those that failed the whole output follows.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runCommand } from './gate/commands.ts';
import type { Tally } from './gate/report.ts';

const CONCURRENT_MAX = 2;
const PREFIX = 'check:';

type Check = { readonly name: string; readonly command: string };

function readChecks(): readonly Check[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  return Object.entries(manifest.scripts)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, command]) => ({ name: name.slice(PREFIX.length), command }));
}

/** Runs the checks except those named, and counts each as one test. */
export async function runChecks(options: { readonly except: readonly string[] }): Promise<Tally> {
  const waiting = readChecks().filter((check) => !options.except.includes(check.name));
  const failures: string[] = [];
  let passed = 0;
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const result = await runCommand(check.command, { isShown: false });
      const verdict = result.code === 0 ? 'ok    ' : 'FAILED';
      console.log(`${verdict} check ${check.name} (${result.seconds.toFixed(1)} s)`);
      if (result.code === 0) passed += 1;
      else failures.push(`\n--- check ${check.name}: ${check.command}\n${result.output.trimEnd()}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_MAX }, work));
  for (const failure of failures) console.log(failure);
  return { passed, failed: failures.length, skipped: 0 };
}

if (import.meta.main) {
  const tally = await runChecks({ except: [] });
  process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}
