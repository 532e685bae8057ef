import { DEFAULT_FLAPPING } from '../responder/incidents/incidents.ts';
import type { FlappingSettings } from '../responder/incidents/incidents.ts';
import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';

/** When an alert comes and goes so often that people are told once and not each time. */
export const flappingDecoder: Decoder<FlappingSettings> = decode.transform(
  decode.refine(
    decode.object({
      enabled: decode.withDefault(decode.boolean(), true, 'false: nothing flaps', 'true'),
      high: decode.withDefault(
        decode.number({ minimum: 1, maximum: 99 }),
        DEFAULT_FLAPPING.highPercent,
        "an alert flaps when Icinga's flapping value, in percent, is above this",
        '30',
      ),
      low: decode.withDefault(
        decode.number({ minimum: 0, maximum: 98 }),
        DEFAULT_FLAPPING.lowPercent,
        'it flaps no longer when the value is not above this any more',
        '25',
      ),
      interval: decode.withDefault(
        decode.duration({ minimumMs: 10_000, maximumMs: 3_600_000 }),
        DEFAULT_FLAPPING.intervalMs,
        'a time without a change counts as one check for each of these; not below group_interval of Alertmanager',
        '5m',
      ),
    }),
    ({ high, low }) =>
      low < high
        ? undefined
        : {
            at: 'low',
            message: 'is not below high, so that an alert would begin and end to flap all the time',
            remedy: 'choose low below high, as the defaults 25 and 30 are',
          },
  ),
  ({ enabled, high, low, interval }) => ({
    isEnabled: enabled,
    highPercent: high,
    lowPercent: low,
    intervalMs: interval,
  }),
);
