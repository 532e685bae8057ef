import { SEVERITIES } from '../catalog/catalog.ts';
import type { HoldOffRule } from '../responder/pipeline/pipeline.ts';
import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';

/** Alerts that page only when they stay. */
export const holdOffDecoder: Decoder<readonly HoldOffRule[]> = decode.list(
  decode.transform(
    decode.refine(
      decode.object({
        severity: decode.optional(decode.choice(SEVERITIES), 'only alerts of this severity'),
        alerts: decode.withDefault(
          decode.list(decode.text({ maximumLength: 200 }), { maximumLength: 100 }),
          [],
          'only alerts of these names',
          'any',
        ),
        wait: decode.required(
          decode.duration({ maximumMs: 3_600_000 }),
          'how long such an alert must stay before people are told; 0s exempts it from the rules below',
        ),
      }),
      ({ severity, alerts }) =>
        severity === undefined && alerts.length === 0
          ? {
              at: 'severity',
              message: 'nothing says which alerts wait',
              remedy: 'name a severity, or alerts by their names',
            }
          : undefined,
    ),
    ({ severity, alerts, wait }) => ({
      ...(severity === undefined ? {} : { severity }),
      alerts,
      waitMs: wait,
    }),
  ),
  { maximumLength: 50 },
);
