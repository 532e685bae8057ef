import {
  rankComponents,
  readCallGraph,
  readSeries,
  timeOf,
} from '../../responder/diagnosis/diagnosis.ts';
import type { ComponentSuspect, SeriesScore } from '../../responder/diagnosis/diagnosis.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';
import { readTextFile } from '../read-text-file.ts';

const DEFAULT_TOP = 10;
const SHOWN_SIGNALS = 3;

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

function signalText(signal: SeriesScore, onsetMs: number): string {
  const seconds = Math.round((signal.sinceMs - onsetMs) / 1000);
  const usual = `usual ${number(signal.median)}, at worst ${number(signal.worst)}`;
  return `${signal.metric} ${signal.isRise ? 'rose' : 'fell'} (${usual}) ${seconds} s after the onset`;
}

function describe(suspects: readonly ComponentSuspect[], onsetMs: number): readonly string[] {
  if (suspects.length === 0) return ['nothing left what was usual before the onset'];
  const width = Math.max(...suspects.map(({ component }) => component.length));
  return suspects.flatMap((suspect, index) => {
    const rank = String(index + 1).padStart(3);
    const name = suspect.component.padEnd(width);
    const [first, ...others] = suspect.signals.slice(0, SHOWN_SIGNALS);
    const indent = ' '.repeat(width + 16);
    return [
      `${rank}  ${name}  ${number(suspect.score).padStart(7)}  ${first === undefined ? '' : signalText(first, onsetMs)}`,
      ...others.map((signal) => `${indent}${signalText(signal, onsetMs)}`),
      ...(suspect.movedBefore === undefined
        ? []
        : [`${indent}before ${suspect.movedBefore}, which calls it`]),
    ];
  });
}

function topOf(text: string | undefined): number {
  const top = text === undefined ? DEFAULT_TOP : Number(text);
  if (Number.isInteger(top) && top > 0) return top;
  throw new CrmwatchError('usage', `--top is "${text}"`, { remedy: 'give a number from 1' });
}

export const localiseCommand: Command = {
  name: 'localise',
  summary: 'rank which component of a system began the trouble',
  help: `usage: crmwatch localise DATA --onset TIME [options]

Ranks the components of a table of measurements by how far their series left, since the onset, what was usual in the hour
before it: the largest distance from the median in interquartile ranges. DATA has the columns time, component, metric and
value, or a column time and one for each series, called component_metric. Times are seconds or milliseconds since the epoch, or
ISO 8601. The same table always gives the same ranking; an onset that is given a minute late costs little.

  --onset TIME        when the trouble began
  --graph FILE        which component calls which: a table with the columns caller and callee. What is called comes before
                      its caller when both left the usual
  --separator TEXT    between component and metric in the names of columns; the last one counts; default _
  --delimiter CHAR    what parts the cells; found in the first line unless given
  --top NUMBER        how many components to show; default 10
  --json              everything as JSON`,
  async run(context) {
    const text = { type: 'string' } as const;
    const options = parseOptions(
      'localise',
      context.arguments,
      {
        onset: text,
        graph: text,
        separator: text,
        delimiter: text,
        top: text,
        json: { type: 'boolean' },
      },
      { minimum: 1, maximum: 1 },
    );
    const [path = ''] = options.positionals;
    const onsetMs = timeOf(requireOption('localise', options, 'onset'), '--onset');
    const top = topOf(options.text('top'));
    const [separator, delimiter] = [options.text('separator'), options.text('delimiter')];
    const remedy = 'name a table with the columns time, component, metric and value';
    const series = readSeries(readTextFile(path, 'series_invalid', remedy), path, {
      ...(separator === undefined ? {} : { separator }),
      ...(delimiter === undefined ? {} : { delimiter }),
    });
    const graphPath = options.text('graph');
    const graph =
      graphPath === undefined
        ? undefined
        : readCallGraph(
            readTextFile(graphPath, 'series_invalid', 'name a table of caller and callee'),
            graphPath,
          );
    const suspects = rankComponents(series, onsetMs, graph).slice(0, top);
    if (options.flag('json')) context.print(JSON.stringify(suspects, null, 2));
    else for (const line of describe(suspects, onsetMs)) context.print(line);
    return 0;
  },
};
