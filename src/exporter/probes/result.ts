import { UNKNOWN_REASONS } from '../../catalog/catalog.ts';
import type { MeasurementName, UnknownReason } from '../../catalog/catalog.ts';
import type { Failure } from '../../http/http.ts';
import { unknown } from '../../std/std.ts';
import type { Knowable, Unknown } from '../../std/std.ts';
import type { ProbeResult, Sample, UnknownSample } from './probe.ts';

type Labels = Readonly<Record<string, string>>;

/** Collects what one run learns and sorts it into what is known and what is not. */
export type ResultBuilder = {
  add(metric: MeasurementName, labels: Labels, value: Knowable<number>): void;
  /** The result so far as a success. */
  succeed(version?: Knowable<string>): ProbeResult;
  /** The result so far as a failure; what was measured before it is kept. */
  fail(failure: Failure): ProbeResult;
};

export function createResult(): ResultBuilder {
  const samples: Sample[] = [];
  const unknowns: UnknownSample[] = [];
  return {
    add(metric, labels, value) {
      if (value.known) samples.push({ metric, labels, value: value.value });
      else unknowns.push({ metric, labels, reason: unknownReason(value), detail: value.detail });
    },
    succeed: (version) =>
      version?.known === true
        ? { ok: true, samples, unknowns, version: version.value }
        : { ok: true, samples, unknowns },
    fail: (failure) => ({ ok: false, failure, samples }),
  };
}

/** Reasons outside the closed set can only mean that the platform did not tell. */
function unknownReason(value: Unknown): UnknownReason {
  return Object.hasOwn(UNKNOWN_REASONS, value.reason)
    ? (value.reason as UnknownReason)
    : 'not_supported';
}

/** part / whole, unknown when either is, or when there is nothing to take a share of. */
export function share(part: Knowable<number>, whole: Knowable<number>): Knowable<number> {
  if (!part.known) return part;
  if (!whole.known) return whole;
  if (whole.value <= 0) {
    return { known: false, reason: 'empty', detail: 'there is nothing to take a share of' };
  }
  return { known: true, value: part.value / whole.value };
}

/** What a connector leaves out of its facts. */
export const NOT_TOLD: Unknown = unknown('not_supported', UNKNOWN_REASONS.not_supported);

/** The answer to a method that `isSupported` promised and the connector does not have. */
export function notSupported(metric: MeasurementName): ProbeResult {
  const { detail } = NOT_TOLD;
  return {
    ok: true,
    samples: [],
    unknowns: [{ metric, labels: {}, reason: 'not_supported', detail }],
  };
}
