import { known, unknown, unreachable } from '../../std/std.ts';
import type { Knowable } from '../../std/std.ts';
import { named } from './measured-value.ts';
import type { MeasuredValue } from './measured-value.ts';
import type { ObjectScan } from './object-scan.ts';
import { countsOf, shareOf } from './plan.ts';
import type { Count, Measure, ObjectPlan, Share } from './plan.ts';

/** The value below which 97.5 % of a standard normal distribution lie. */
const NORMAL_QUANTILE = 1.959_963_984_540_054;

export type Interval = { readonly lower: number; readonly upper: number };

/**
 * The 95 % confidence interval of a share of which `part` of `base` records chosen at random were found, both of 0 to 1.
 * Source: Wilson, Journal of the American Statistical Association 22 (1927) 209–212, the interval of the score test; it
 * holds at 0 and at 1 too, where the normal approximation has no width.
 */
export function wilsonInterval({ part, base }: Share): Interval {
  const square = NORMAL_QUANTILE ** 2;
  const share = part / base;
  const middle = (share + square / (2 * base)) / (1 + square / base);
  const spread = Math.sqrt((share * (1 - share)) / base + square / (4 * base ** 2));
  const half = (NORMAL_QUANTILE * spread) / (1 + square / base);
  return {
    // Rounding may lead past the ends, and past a share that is one of them.
    lower: part === 0 ? 0 : Math.max(0, middle - half),
    upper: part === base ? 1 : Math.min(1, middle + half),
  };
}

/** What the measures of an object come to of which a sample was read: estimates with their bounds, or unknown. */
export function estimateAll(
  plan: ObjectPlan,
  measures: readonly Measure[],
  scan: ObjectScan,
): readonly MeasuredValue[] {
  const size: MeasuredValue = {
    metric: 'crm_sampled_records',
    labels: { object: plan.object },
    value: known(scan.rowCount()),
  };
  return [size, ...measures.flatMap((measure) => estimate(plan, measure, scan))];
}

function estimate(plan: ObjectPlan, measure: Measure, scan: ObjectScan): readonly MeasuredValue[] {
  const share = estimatedShare(plan, measure, scan);
  if (!share.known) return [{ ...named(measure), value: share }];
  const { lower, upper } = wilsonInterval(share.value);
  const bounded = (bound: string, value: number): MeasuredValue => ({
    metric: 'crm_sampled_bound_ratio',
    labels: { ...boundLabels(plan, measure), bound },
    value: known(value),
  });
  const value = known(share.value.part / share.value.base);
  return [{ ...named(measure), value }, bounded('lower', lower), bounded('upper', upper)];
}

function estimatedShare(plan: ObjectPlan, measure: Measure, scan: ObjectScan): Knowable<Share> {
  const { formula } = measure;
  const counts = countsOf(formula).flatMap((index) => plan.counts[index] ?? []);
  if (formula.kind === 'count' || !counts.every(isOfEachRecord)) {
    const detail = `a sample of ${plan.object} does not tell it, all records would have to be read`;
    return unknown('undetermined', detail);
  }
  const share = shareOf(formula, (index) => {
    const count = plan.counts[index];
    if (count === undefined) return unknown('not_supported', 'not planned');
    return scan.value(count, () => undefined);
  });
  if (share.known || share.reason !== 'empty') return share;
  const detail = `none of the ${scan.rowCount()} records of ${plan.object} in the sample has a value`;
  return unknown('undetermined', detail);
}

/** Whether a record alone tells if it counts. */
function isOfEachRecord({ kind }: Count): boolean {
  switch (kind) {
    case 'rows':
    case 'missing':
    case 'outside':
    case 'older_than':
    case 'invalid':
      return true;
    case 'duplicates':
    case 'keyed':
    case 'orphans':
      return false;
    default:
      return unreachable(kind);
  }
}

/** Which share the bounds are of, such as check="invalid_email"; the field is the one that the share is about. */
function boundLabels(plan: ObjectPlan, { metric, labels, formula }: Measure) {
  const about = plan.counts[countsOf(formula)[0] ?? -1];
  const field = about !== undefined && 'field' in about ? about.field : '';
  const share = metric.replace(/^crm_/, '').replace(/_ratio$/, '');
  const check = labels['format'] === undefined ? share : `${share}_${labels['format']}`;
  return { object: plan.object, field, check };
}
