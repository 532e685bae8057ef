import { readdirSync } from 'node:fs';

/** One printed number. Nothing here asserts on time: machines differ, and CI shares its cores. */
export type Figure = { readonly name: string; readonly value: number; readonly unit: string };

/** Every other file here exports one function, which measures and returns its figures. */
type Bench = () => Promise<readonly Figure[]> | readonly Figure[];

function print({ name, value, unit }: Figure): void {
  const isTiny = value !== 0 && Math.abs(value) < 0.001;
  const text = isTiny
    ? value.toExponential(2)
    : value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
  console.log(`${name.padEnd(64)} ${text.padStart(12)} ${unit}`);
}

async function main(): Promise<number> {
  const files = readdirSync(import.meta.dirname).filter(
    (file) => file.endsWith('.ts') && file !== 'main.ts',
  );
  let failedCount = 0;
  for (const file of files.sort()) {
    try {
      const module = (await import(`./${file}`)) as Record<string, unknown>;
      const benches = Object.values(module).filter((value) => typeof value === 'function');
      if (benches.length === 0) throw new Error('it exports no function');
      for (const bench of benches) for (const figure of await (bench as Bench)()) print(figure);
    } catch (error) {
      failedCount += 1;
      console.error(`bench ${file} failed:`, error);
    }
  }
  return failedCount === 0 ? 0 : 1;
}

process.exitCode = await main();
