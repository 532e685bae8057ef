/**
 * `npm run bench`: measures, and prints what it measured.
 *
 * usage: npm run bench [-- NAME [options of that bench]]
 *
 * NAME is that of a file beside this one, such as `load`; without it all are run, with their defaults.
 */
import { readdirSync } from 'node:fs';

/** One printed number. Nothing here asserts on time: machines differ, and CI shares its cores. */
export type Figure = { readonly name: string; readonly value: number; readonly unit: string };

/** Every other file here exports one function, which measures and returns its figures. `words` are its options. */
type Bench = (words: readonly string[]) => Promise<readonly Figure[]> | readonly Figure[];

function print({ name, value, unit }: Figure): void {
  const isTiny = value !== 0 && Math.abs(value) < 0.001;
  const text = isTiny
    ? value.toExponential(2)
    : value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
  console.log(`${name.padEnd(72)} ${text.padStart(12)} ${unit}`);
}

async function runBench(file: string, words: readonly string[]): Promise<void> {
  const module = (await import(`./${file}`)) as Record<string, unknown>;
  const benches = Object.values(module).filter((value) => typeof value === 'function');
  if (benches.length === 0) throw new Error('it exports no function');
  for (const bench of benches) for (const figure of await (bench as Bench)(words)) print(figure);
}

async function main([name, ...words]: readonly string[]): Promise<number> {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
    .sort();
  const chosen = name === undefined ? files : files.filter((file) => file === `${name}.ts`);
  if (chosen.length === 0) {
    const names = files.map((file) => file.replace('.ts', '')).join(', ');
    console.error(`there is no bench "${name}"; there are: ${names}`);
    return 2;
  }
  let failedCount = 0;
  for (const file of chosen) {
    try {
      await runBench(file, words);
    } catch (error) {
      failedCount += 1;
      console.error(`bench ${file} failed:`, error);
    }
  }
  return failedCount === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
