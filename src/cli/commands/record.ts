import { createRuntime, recordEpisodes } from '../../app/app.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';
import type { ParsedOptions } from '../options.ts';
import { onStopSignal } from '../stop-signals.ts';

function wholeNumber(
  options: ParsedOptions,
  name: string,
  fallback: number,
  maximum: number,
): number {
  const text = options.text(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return value;
  throw new CrmwatchError(
    'usage',
    `--${name} takes a whole number from 1 to ${maximum}, found "${text}"`,
    {
      remedy: `leave it out for ${fallback}`,
    },
  );
}

export const recordCommand: Command = {
  name: 'record',
  summary: 'record fault episodes of the sandbox CRM, to train on',
  help: `usage: crmwatch record --output FILE [--sandboxes N] [--repetitions N] [--seed N] [--data FOLDER]

Starts sandbox CRMs, the exporter and the real Prometheus, breaks every fault at several intensities, and writes what was
seen as JSON lines ({label, group, evidence}) for \`crmwatch train\`. Also records times in which nothing is wrong.

  --sandboxes N      broken side by side (default: 6)
  --repetitions N    how often each fault is broken (default: 3)
  --seed N           order and intensities (default: 1)
  --data FOLDER      where the servers keep their data meanwhile (default: data/record)`,
  async run(context) {
    const text = { type: 'string' } as const;
    const options = parseOptions(
      'record',
      context.arguments,
      { output: text, sandboxes: text, repetitions: text, seed: text, data: text },
      { minimum: 0, maximum: 0 },
    );
    const output = requireOption('record', options, 'output');
    // The recording waits on timers that do not keep the process alive by themselves.
    const alive = setInterval(() => {}, 1 << 30);
    const abort = new AbortController();
    const ignoreSignals = onStopSignal(() => abort.abort());
    try {
      const { rows } = await recordEpisodes({
        folder: options.text('data') ?? 'data/record',
        output,
        sandboxes: wholeNumber(options, 'sandboxes', 6, 20),
        repetitions: wholeNumber(options, 'repetitions', 3, 50),
        seed: wholeNumber(options, 'seed', 1, 1_000_000),
        runtime: createRuntime('error'),
        onProgress: (line) => context.note(line),
        signal: abort.signal,
      });
      context.print(`wrote ${output}: ${rows} rows`);
    } finally {
      clearInterval(alive);
      ignoreSignals();
    }
    return 0;
  },
};
