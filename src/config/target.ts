import { connectionDecoder } from '../exporter/connectors/connectors.ts';
import type { Connection } from '../exporter/connectors/connectors.ts';
import { thresholdsDecoder } from '../exporter/exposition/exposition.ts';
import type { ThresholdOverrides } from '../exporter/exposition/exposition.ts';
import { apiBudgetDecoder } from '../exporter/scheduler/scheduler.ts';
import type { ApiBudgetPolicy } from '../exporter/scheduler/scheduler.ts';
import { defaultTargetProbes, targetProbesDecoder } from '../exporter/probes/probes.ts';
import type { TargetProbes } from '../exporter/probes/probes.ts';
import type { QualityChecks } from '../exporter/quality/quality.ts';
import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';
import { nameDecoder } from './common.ts';
import { findUnreadableNames } from './quality-names.ts';

/** One CRM to watch. */
export type TargetConfig = {
  readonly name: string;
  readonly connection: Connection;
  readonly probes: TargetProbes;
  readonly thresholds: ThresholdOverrides;
  /** Absent: monitoring may use as many API calls as it needs. */
  readonly apiBudget?: ApiBudgetPolicy;
};

const targetFields = decode.object({
  name: decode.required(
    nameDecoder(),
    'name of this CRM in metrics, alerts and incidents; it should never change',
  ),
  connection: decode.required(connectionDecoder, 'which CRM it is and how to reach it'),
  probes: decode.withDefault(
    targetProbesDecoder,
    defaultTargetProbes(),
    'pace and options of each kind of probe; every kind that the platform supports runs unless disabled',
    'all, with their defaults',
  ),
  thresholds: decode.withDefault(
    thresholdsDecoder,
    {},
    'thresholds of this target',
    'those of docs/METRICS.md',
  ),
  api_budget: decode.optional(
    apiBudgetDecoder,
    "how much of the platform's daily quota of API calls monitoring may use; without it, as much as it needs",
  ),
});

const target: Decoder<TargetConfig> = decode.transform(
  targetFields,
  ({ api_budget: apiBudget, ...others }) =>
    apiBudget === undefined ? others : { ...others, apiBudget },
);

/** Also holds the names that the data-quality checks use against those that the connection defines. */
export const targetDecoder: Decoder<TargetConfig> = {
  shape: target.shape,
  decode(value, place, report) {
    const decoded = target.decode(value, place, report);
    if (decoded === decode.INVALID) return decoded;
    const problems = findUnreadableNames(
      // Each kind of probe decodes its own options, which its settings carry as unknown.
      decoded.probes.data_quality.options as QualityChecks,
      decoded.connection.objects,
      `${place}.probes.data_quality.options.objects`,
    );
    for (const problem of problems) report(problem);
    return problems.length === 0 ? decoded : decode.INVALID;
  },
};
