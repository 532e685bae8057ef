import { availableParallelism } from 'node:os';
import { postgresMissing, startDurablePostgres } from '../support/postgres-server.ts';
import { CATCH_UP_MS, measureLoad } from './load/measure.ts';
import type { LoadLine, LoadResult } from './load/measure.ts';
import { parseLoadOptions } from './load/options.ts';
import type { Engine, LoadOptions } from './load/options.ts';
import type { Figure } from './main.ts';

const COLUMNS = [
  ['from', 's'],
  ['alerts', '/s'],
  ['p50', 'ms'],
  ['p99', 'ms'],
  ['max', 'ms'],
  ['refused', ''],
  ['overdue', ''],
  ['memory', 'MiB'],
  ['responder', 'cores'],
  ['sender', 'cores'],
  ['behind', 'events'],
] as const;
const WIDTH = 11;

function printRow(cells: readonly string[]): void {
  console.log(cells.map((cell) => cell.padStart(WIDTH)).join(''));
}

function cellsOf(line: LoadLine, fromSeconds: number): readonly string[] {
  const whole = (value: number): string => value.toFixed(0);
  return [
    whole(fromSeconds),
    whole(line.alerts / line.seconds),
    line.p50Ms.toFixed(1),
    line.p99Ms.toFixed(1),
    line.maximumMs.toFixed(1),
    whole(line.refused),
    whole(line.overdue),
    whole(line.residentMegabytes),
    line.responderCores.toFixed(2),
    (line.cpuSeconds / line.seconds).toFixed(2),
    whole(line.unprocessed),
  ];
}

function figuresOf(engine: Engine, result: LoadResult): readonly Figure[] {
  const { total, lines, caughtUpSeconds } = result;
  const rates = lines.map((line) => line.alerts / line.seconds);
  const figure = (name: string, value: number, unit: string): Figure => {
    return { name: `load, ${engine}: ${name}`, value, unit };
  };
  const limit = CATCH_UP_MS / 1000;
  return [
    figure('fsync of 4 kB on this disk, median', result.syncMs, 'ms'),
    figure('sustained', total.alerts / total.seconds, 'alerts/s'),
    figure('its slowest stretch', Math.min(...rates), 'alerts/s'),
    figure('p50 of the answer', total.p50Ms, 'ms'),
    figure('p99 of the answer', total.p99Ms, 'ms'),
    figure('slowest answer', total.maximumMs, 'ms'),
    figure('answers other than 200', total.refused, 'deliveries'),
    figure('due and not sent at the end', total.overdue, 'deliveries'),
    figure('resident memory, first stretch', lines[0]?.residentMegabytes ?? NaN, 'MiB'),
    figure('resident memory, last stretch', lines.at(-1)?.residentMegabytes ?? NaN, 'MiB'),
    figure('resident memory, peak', result.peakMegabytes, 'MiB'),
    figure('accepted, not in incidents at the end', result.unprocessed, 'events'),
    caughtUpSeconds === null
      ? figure('not all of them in incidents after', limit, 's')
      : figure('all of them in incidents after', caughtUpSeconds, 's'),
    figure('into incidents, until then', inIncidentsPerSecond(result), 'events/s'),
  ];
}

/** Over the load and what followed it. */
function inIncidentsPerSecond({ total, unprocessed, caughtUpSeconds }: LoadResult): number {
  return caughtUpSeconds === null
    ? (total.alerts - unprocessed) / total.seconds
    : total.alerts / (total.seconds + caughtUpSeconds);
}

async function measureEngine(engine: Engine, options: LoadOptions): Promise<readonly Figure[]> {
  const { minutes, alertsPerDelivery, rate, senders } = options;
  const pace =
    rate === null ? `closed loop, ${senders} senders` : `open loop, ${rate} alerts/s due`;
  const what = `${engine}, ${minutes} min, ${alertsPerDelivery} alerts in a delivery, ${pace}`;
  console.log(`load: ${what}; ${availableParallelism()} cores for all of it`);
  printRow(COLUMNS.map(([name]) => name));
  printRow(COLUMNS.map(([, unit]) => unit));
  let fromSeconds = 0;
  const print = (line: LoadLine): void => {
    printRow(cellsOf(line, fromSeconds));
    fromSeconds += line.seconds;
  };
  if (engine === 'sqlite') return figuresOf(engine, await measureLoad(options, null, print));
  const missing = postgresMissing();
  if (missing !== undefined) {
    console.log(`not measured: ${missing}. Remedy: install postgresql`);
    return [];
  }
  const server = await startDurablePostgres();
  try {
    await server.createDatabase('load');
    const { host, port, user } = server;
    const store = { engine, host, port, user, database: 'load' };
    return figuresOf(engine, await measureLoad(options, store, print));
  } finally {
    await server.stop();
  }
}

/** Deliveries without a pause, each durable before it is answered, and what becomes of them. */
export async function benchLoad(words: readonly string[] = []): Promise<readonly Figure[]> {
  const options = parseLoadOptions(words);
  const figures: Figure[] = [];
  for (const engine of options.engines) figures.push(...(await measureEngine(engine, options)));
  return figures;
}
