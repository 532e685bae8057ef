import { MEASUREMENTS, MEASUREMENT_NAMES, SEVERITIES } from '../../catalog/catalog.ts';
import type { MeasurementName, Severity } from '../../catalog/catalog.ts';
import { decode } from '../../std/std.ts';
import type { Decoder } from '../../std/std.ts';
import type { Series } from './series.ts';

export type ThresholdOverrides = Readonly<
  Partial<Record<MeasurementName, Readonly<Partial<Record<Severity, number>>>>>
>;

const WITH_THRESHOLD = MEASUREMENT_NAMES.filter(
  (name) => MEASUREMENTS[name].threshold !== undefined,
);

function thresholdOf(
  name: MeasurementName,
  severity: Severity,
  overrides: ThresholdOverrides,
): number | undefined {
  return overrides[name]?.[severity] ?? MEASUREMENTS[name].threshold?.defaults[severity];
}

/** `thresholds:` of a target: metric → warning and critical; what is left out keeps its default. */
export const thresholdsDecoder: Decoder<ThresholdOverrides> = decode.object(
  Object.fromEntries(
    WITH_THRESHOLD.map((name) => [
      name,
      decode.optional(severitiesDecoder(name), MEASUREMENTS[name].help),
    ]),
  ),
) as Decoder<ThresholdOverrides>;

function severitiesDecoder(
  name: MeasurementName,
): Decoder<Readonly<Partial<Record<Severity, number>>>> {
  const bad = MEASUREMENTS[name].threshold?.bad ?? 'above';
  const severities = decode.object(
    Object.fromEntries(
      SEVERITIES.map((severity) => [
        severity,
        decode.optional(decode.number(), `${bad} this value the alert is ${severity}`),
      ]),
    ),
  ) as Decoder<Readonly<Partial<Record<Severity, number>>>>;
  return decode.refine(severities, (value) => {
    const overrides = { [name]: value };
    const warning = thresholdOf(name, 'warning', overrides) ?? 0;
    const critical = thresholdOf(name, 'critical', overrides) ?? 0;
    if (bad === 'above' ? critical >= warning : critical <= warning) return undefined;
    return {
      message: `critical (${critical}) is reached before warning (${warning})`,
      remedy: `write both; ${name} is bad ${bad} its threshold`,
    };
  });
}

/** All thresholds of one target, so that the rules can join on them. */
export function thresholdsToSeries(overrides: ThresholdOverrides): readonly Series[] {
  return WITH_THRESHOLD.flatMap((metric) =>
    SEVERITIES.flatMap((severity): Series[] => {
      const value = thresholdOf(metric, severity, overrides);
      if (value === undefined) return [];
      return [{ name: 'crm_probe_threshold', labels: { metric, severity }, value }];
    }),
  );
}
