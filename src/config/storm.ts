import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';

/** When many new incidents are told as one storm. */
export type StormConfig = {
  readonly incidents: number;
  readonly withinMs: number;
  readonly holdMs: number;
};

export const DEFAULT_STORM: StormConfig = { incidents: 5, withinMs: 300_000, holdMs: 10_000 };

export const stormDecoder: Decoder<StormConfig> = decode.transform(
  decode.object({
    incidents: decode.withDefault(
      decode.integer({ minimum: 1, maximum: 1000 }),
      DEFAULT_STORM.incidents,
      'more new incidents than this within the time below are told as one storm',
      '5',
    ),
    within: decode.withDefault(
      decode.duration({ minimumMs: 10_000, maximumMs: 3_600_000 }),
      DEFAULT_STORM.withinMs,
      'the time that new incidents are counted over; a storm takes in new ones until none came for as long',
      '5m',
    ),
    hold: decode.withDefault(
      decode.duration({ maximumMs: 300_000 }),
      DEFAULT_STORM.holdMs,
      'wait before the notice of an incident that comes soon after another, in case more follow',
      '10s',
    ),
  }),
  ({ incidents, within, hold }) => ({ incidents, withinMs: within, holdMs: hold }),
);
