import { DEFAULT_EXPOSITION_LIMITS } from '../exporter/exposition/exposition.ts';
import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';

/** What bounds the exporter; beyond a limit it refuses, forgets or cuts, and says so. */
export type ExporterLimits = {
  /** Requests to /metrics and /probe that are answered at the same time; the next one gets 503. */
  readonly scrapesInFlight: number;
  readonly modulesPerProbe: number;
  readonly historyEntries: number;
  readonly failureHistoryEntries: number;
  readonly cachedResults: number;
  readonly seriesPerProbe: number;
  readonly labelValueLength: number;
  readonly logLinesPerProbe: number;
  readonly logLineLength: number;
};

export const DEFAULT_EXPORTER_LIMITS: ExporterLimits = {
  scrapesInFlight: 100,
  modulesPerProbe: 20,
  historyEntries: 100,
  failureHistoryEntries: 100,
  cachedResults: 10_000,
  ...DEFAULT_EXPOSITION_LIMITS,
  logLinesPerProbe: 200,
  logLineLength: 2000,
};

function limit(name: keyof ExporterLimits, minimum: number, maximum: number, description: string) {
  const fallback = DEFAULT_EXPORTER_LIMITS[name];
  const decoder = decode.integer({ minimum, maximum });
  return decode.withDefault(decoder, fallback, description, String(fallback));
}

export const exporterLimits: Decoder<ExporterLimits> = decode.transform(
  decode.object({
    scrapes_in_flight: limit(
      'scrapesInFlight',
      1,
      100_000,
      'requests to /metrics and /probe that are answered at the same time; the next one gets 503',
    ),
    modules_per_probe: limit('modulesPerProbe', 1, 1000, 'modules that one /probe may name'),
    history_entries: limit('historyEntries', 0, 100_000, 'passed probes that /history shows'),
    failure_history_entries: limit(
      'failureHistoryEntries',
      0,
      100_000,
      'failed probes that /history shows',
    ),
    cached_results: limit(
      'cachedResults',
      1,
      1_000_000,
      'results that are kept to answer /probe from',
    ),
    series_per_probe: limit('seriesPerProbe', 100, 1_000_000, 'series that one run may expose'),
    label_value_length: limit(
      'labelValueLength',
      16,
      10_000,
      'characters of a label value; longer ones are cut',
    ),
    log_lines_per_probe: limit(
      'logLinesPerProbe',
      0,
      10_000,
      'log lines of a run that are kept for ?debug=true and /history',
    ),
    log_line_length: limit('logLineLength', 80, 100_000, 'characters of such a line'),
  }),
  (decoded) => ({
    scrapesInFlight: decoded.scrapes_in_flight,
    modulesPerProbe: decoded.modules_per_probe,
    historyEntries: decoded.history_entries,
    failureHistoryEntries: decoded.failure_history_entries,
    cachedResults: decoded.cached_results,
    seriesPerProbe: decoded.series_per_probe,
    labelValueLength: decoded.label_value_length,
    logLinesPerProbe: decoded.log_lines_per_probe,
    logLineLength: decoded.log_line_length,
  }),
);
