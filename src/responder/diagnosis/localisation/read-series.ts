import { isNumber, readCells } from '../table/table.ts';
import type { CellRow, Cells } from '../table/table.ts';
import { CrmwatchError } from '../../../std/std.ts';
import type { CallGraph, MetricSeries } from './series.ts';

export type SeriesOptions = {
  readonly delimiter?: string;
  /** In a table with a column for each series: what parts the component from its metric. Default "_". */
  readonly separator?: string;
};

const LONG_COLUMNS = ['time', 'component', 'metric', 'value'] as const;
const GAPS: ReadonlySet<string> = new Set(['', 'nan', 'na', 'null']);
/** Seconds since the epoch stay below this until the year 5138, milliseconds passed it in 1973. */
const MILLISECONDS_FROM = 1e11;
const DEFAULT_SEPARATOR = '_';

/**
 * Decodes measurements over time: one row for each (time, component, metric, value), or one for each time with a column
 * for each series, called component_metric. Times are seconds or milliseconds since the epoch, or ISO 8601. Empty cells
 * and NaN are gaps.
 * @throws CrmwatchError series_invalid, naming line and column.
 */
export function readSeries(
  text: string,
  place: string,
  options: SeriesOptions = {},
): readonly MetricSeries[] {
  const cells = readCells(text, place, { delimiter: options.delimiter, code: 'series_invalid' });
  if (!cells.header.includes('time')) {
    refuse(`${place} has no column "time"`, 'give the columns time, component, metric and value');
  }
  const isLong = LONG_COLUMNS.every((name) => cells.header.includes(name));
  const points = isLong ? longPoints(cells, place) : widePoints(cells, place, options.separator);
  const grouped = Map.groupBy(points, ({ component, metric }) =>
    JSON.stringify([component, metric]),
  );
  return [...grouped.values()].map((own): MetricSeries => {
    const sorted = own.toSorted((a, b) => a.atMs - b.atMs);
    const { component, metric } = sorted[0]!;
    return {
      component,
      metric,
      times: Float64Array.from(sorted, ({ atMs }) => atMs),
      values: Float64Array.from(sorted, ({ value }) => value),
    };
  });
}

type Point = {
  readonly component: string;
  readonly metric: string;
  readonly atMs: number;
  readonly value: number;
};

function longPoints({ header, rows }: Cells, place: string): readonly Point[] {
  const [time, component, metric, value] = LONG_COLUMNS.map((name) => header.indexOf(name));
  return rows.map((row) => ({
    component: row.cells[component!] ?? '',
    metric: row.cells[metric!] ?? '',
    atMs: timeOf(row.cells[time!] ?? '', `${place}:${row.line}: column "time"`),
    value: valueOf(row, value!, `${place}:${row.line}: column "value"`),
  }));
}

function widePoints(
  { header, rows }: Cells,
  place: string,
  separator: string = DEFAULT_SEPARATOR,
): readonly Point[] {
  const time = header.indexOf('time');
  const columns = header.flatMap((name, index) => {
    const at = name.lastIndexOf(separator);
    const component = at < 0 ? name : name.slice(0, at);
    const metric = at < 0 ? 'value' : name.slice(at + separator.length);
    return index === time ? [] : [{ index, name, component, metric }];
  });
  return rows.flatMap((row) => {
    const atMs = timeOf(row.cells[time] ?? '', `${place}:${row.line}: column "time"`);
    return columns.map(({ index, name, component, metric }) => {
      const value = valueOf(row, index, `${place}:${row.line}: column "${name}"`);
      return { component, metric, atMs, value };
    });
  });
}

function valueOf(row: CellRow, index: number, place: string): number {
  const cell = row.cells[index] ?? '';
  if (GAPS.has(cell.toLowerCase())) return Number.NaN;
  const value = isNumber(cell) ? Number(cell) : Number.NaN;
  if (Number.isFinite(value)) return value;
  return refuse(`${place} is "${cell}"`, 'give a finite number, or leave the cell empty for a gap');
}

/**
 * Milliseconds since the epoch.
 * @throws CrmwatchError series_invalid.
 */
export function timeOf(text: string, place: string): number {
  const time = isNumber(text) ? Number(text) : Date.parse(text);
  if (!Number.isFinite(time)) {
    return refuse(`${place} is "${text}"`, 'give seconds since the epoch, or 2026-11-28T16:00:00Z');
  }
  return isNumber(text) && Math.abs(time) < MILLISECONDS_FROM ? time * 1000 : time;
}

/**
 * Decodes a graph of calls: a table with the columns caller and callee.
 * @throws CrmwatchError series_invalid.
 */
export function readCallGraph(text: string, place: string): CallGraph {
  const { header, rows } = readCells(text, place, { code: 'series_invalid' });
  const [caller, callee] = [header.indexOf('caller'), header.indexOf('callee')];
  if (caller < 0 || callee < 0) {
    refuse(
      `${place} has no columns caller and callee`,
      'give one line for each call: caller,callee',
    );
  }
  const graph = new Map<string, string[]>();
  for (const { cells } of rows) {
    const name = cells[caller] ?? '';
    graph.set(name, [...(graph.get(name) ?? []), cells[callee] ?? '']);
  }
  return graph;
}

function refuse(message: string, remedy: string): never {
  throw new CrmwatchError('series_invalid', message, { remedy });
}
