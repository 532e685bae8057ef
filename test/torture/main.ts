/**
 * `npm run torture`: breaks a real responder in every way that it promises to survive, and prints a report as
 * Markdown. What it can do is in `renderHelp`.
 */
import { arch, availableParallelism, platform, release } from 'node:os';

import { killSuite } from './kill/kill.ts';
import { parseOptions, renderHelp } from './options.ts';
import type { TortureOptions } from './options.ts';
import { powerCutSuite } from './power-cut/power-cut.ts';
import { renderReport } from './report.ts';
import type { FinishedSuite } from './report.ts';
import { senders } from './senders/senders.ts';
import type { Suite } from './suite.ts';

/** Every kind of torture, in the order in which they run. A new one is one line here. */
const SUITES: readonly Suite[] = [killSuite, powerCutSuite, senders];

async function runAll({ seed, stores, suites }: TortureOptions): Promise<number> {
  const finished: FinishedSuite[] = [];
  for (const { suite, count } of suites) {
    const begin = performance.now();
    const progress = (line: string): void => {
      const seconds = ((performance.now() - begin) / 1000).toFixed(0);
      console.error(`${suite.name} ${seconds.padStart(5)} s: ${line}`);
    };
    progress(`${count} ${suite.unit}, seed ${seed}`);
    const report = await suite.run({ count, seed, stores, progress });
    finished.push({ suite, report, seconds: (performance.now() - begin) / 1000 });
  }
  const facts = [
    ['node', process.version],
    ['system', `${platform()} ${release()} ${arch()}, ${availableParallelism()} cores`],
  ] as const;
  console.log(renderReport(finished, { seed, facts }));
  const done = finished.reduce((sum, { report }) => sum + report.done, 0);
  // Nothing that ran proves nothing.
  return done > 0 && finished.every(({ report }) => report.violations.length === 0) ? 0 : 1;
}

async function main(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(words, SUITES);
  if (parsed.kind === 'help') {
    console.log(renderHelp(SUITES));
    return 0;
  }
  if (parsed.kind === 'run') return runAll(parsed.options);
  console.error(`${parsed.why}\n\n${renderHelp(SUITES)}`);
  return 2;
}

process.exitCode = await main(process.argv.slice(2));
