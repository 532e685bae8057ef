import type { ProbeArea } from '../../../catalog/catalog.ts';
import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';

/** How much of a platform's daily quota of API calls the monitoring of one target may use. */
export type ApiBudgetPolicy = {
  /** Share of the daily quota, above 0 and at most 1. */
  readonly shareRatio: number;
  /** The daily quota, until the platform itself tells it. */
  readonly dailyCalls?: number;
  /** When the platform's day begins, in minutes after midnight UTC. */
  readonly resetAtMinutes: number;
};

const resetTime: Decoder<number> = decode.transform(
  decode.text({
    pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
    meaning: 'a time of day from 00:00 to 23:59',
  }),
  (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)),
);

export const apiBudgetDecoder: Decoder<ApiBudgetPolicy> = decode.transform(
  decode.object({
    share: decode.withDefault(
      decode.refine(decode.number(), (share) =>
        share > 0 && share <= 1
          ? undefined
          : {
              message: `the share ${share} is not above 0 and at most 1`,
              remedy: 'write a share such as 0.05, which is five in a hundred calls',
            },
      ),
      0.05,
      "share of the platform's daily quota of API calls that monitoring may use, above 0 and at most 1",
      '0.05',
    ),
    daily_calls: decode.optional(
      decode.integer({ minimum: 1, maximum: 1_000_000_000 }),
      'daily quota of API calls, used until the platform itself tells it',
    ),
    reset: decode.withDefault(
      resetTime,
      0,
      "when the platform's day begins, HH:MM in UTC",
      '00:00',
    ),
  }),
  (decoded) => ({
    shareRatio: decoded.share,
    ...(decoded.daily_calls === undefined ? {} : { dailyCalls: decoded.daily_calls }),
    resetAtMinutes: decoded.reset,
  }),
);

/**
 * How far ahead of an even pace each area may be: it may use `base + perDay × (elapsed share of the day)` of the
 * allowance. At every time quality has the lowest limit and health the highest, so quality is shed before
 * security and security before health, and what health leaves for the rest of the day cannot be used up before.
 */
export const AREA_PACE: Readonly<
  Record<ProbeArea, { readonly base: number; readonly perDay: number }>
> = {
  quality: { base: 0.04, perDay: 0.56 },
  security: { base: 0.07, perDay: 0.78 },
  health: { base: 0.1, perDay: 0.9 },
};

/**
 * A run that turns out dearer than expected may go on up to the limit of the next area, not further: one run for
 * quality must not take what health lives on. Health may go on to the end of the allowance.
 */
export const OVERRUN_AREA: Readonly<Record<ProbeArea, ProbeArea | undefined>> = {
  quality: 'security',
  security: 'health',
  health: undefined,
};

/** Calls that a run is taken to cost before one was seen. */
export const FIRST_COST_CALLS: Readonly<Record<ProbeArea, number>> = {
  health: 3,
  security: 5,
  quality: 20,
};
