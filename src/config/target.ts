import { MEASUREMENTS, MEASUREMENT_NAMES } from '../catalog/catalog.ts';
import type { MeasurementName, Severity } from '../catalog/catalog.ts';
import { connectionDecoder } from '../exporter/connectors/connectors.ts';
import type { Connection } from '../exporter/connectors/connectors.ts';
import { defaultTargetProbes, targetProbesDecoder } from '../exporter/probes/probes.ts';
import type { TargetProbes } from '../exporter/probes/probes.ts';
import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';
import { nameDecoder } from './common.ts';

export type ThresholdOverride = Readonly<Partial<Record<Severity, number>>>;
export type Thresholds = Readonly<Partial<Record<MeasurementName, ThresholdOverride>>>;

/** One CRM to watch. */
export type TargetConfig = {
  readonly name: string;
  readonly connection: Connection;
  readonly probes: TargetProbes;
  readonly thresholds: Thresholds;
};

const MEASUREMENTS_WITH_THRESHOLD = MEASUREMENT_NAMES.filter(
  (name) => MEASUREMENTS[name].threshold !== undefined,
);

const thresholds: Decoder<Thresholds> = decode.refine(
  decode.map(
    decode.object({
      warning: decode.optional(decode.number(), 'value from which the warning fires'),
      critical: decode.optional(decode.number(), 'value from which the critical alert fires'),
    }),
    { key: 'metric', pattern: /^crm_\w+$/ },
  ) as Decoder<Thresholds>,
  (value) => {
    const names: readonly string[] = MEASUREMENTS_WITH_THRESHOLD;
    const wrong = Object.keys(value).find((name) => !names.includes(name));
    return wrong === undefined
      ? undefined
      : {
          at: wrong,
          message: 'is no metric with a threshold',
          remedy: `use one of: ${names.join(', ')}`,
        };
  },
);

export const targetDecoder: Decoder<TargetConfig> = decode.object({
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
    thresholds,
    {},
    'thresholds of this target',
    'those of docs/METRICS.md',
  ),
});
