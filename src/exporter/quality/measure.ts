import type { FailureReason } from '../../catalog/catalog.ts';
import type { Failure } from '../../http/http.ts';
import { unknown } from '../../std/std.ts';
import type { Clock, Knowable } from '../../std/std.ts';
import type { Aggregate, Call, Connector, DataRow } from '../connectors/connectors.ts';
import type { QualityChecks } from './checks.ts';
import { estimateAll } from './estimate.ts';
import { named } from './measured-value.ts';
import type { MeasuredValue } from './measured-value.ts';
import { createObjectScan } from './object-scan.ts';
import type { ObjectScan } from './object-scan.ts';
import { countsOf, evaluate, planQuality } from './plan.ts';
import type { Count, Measure, ObjectPlan } from './plan.ts';

/** Everything measured; `failure` is the first one, and what it prevented is left out. */
export type QualityReport = {
  readonly measured: readonly MeasuredValue[];
  readonly failure?: Failure;
};

export type QualityContext = {
  readonly connector: Connector;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

/** Failures that concern one object; after any other there is no sense in asking for the next. */
const OBJECT_FAILURES: readonly FailureReason[] = ['not_found', 'authorization', 'schema_changed'];

type Work = {
  readonly checks: QualityChecks;
  readonly connector: Connector;
  readonly signal: AbortSignal;
  /** The next call with the time that is left; undefined when none is, or a failure ended the run. */
  nextCall(): Call | undefined;
  fail(failure: Failure): void;
};

/**
 * Measures the checks with as few requests as possible: one packed aggregate per object for what the engine
 * computes, and at most one scan per object, referenced ones included, for everything else. All counts of a
 * measure come from the same source, so its parts belong together. Never throws for the CRM's failures.
 */
export async function measureQuality(
  checks: QualityChecks,
  context: QualityContext,
): Promise<QualityReport> {
  const plans = planQuality(checks, context.clock.now());
  const failures: Failure[] = [];
  const work = createWork(checks, context, failures);
  const measured: MeasuredValue[] = [];
  const left: { plan: ObjectPlan; measures: readonly Measure[] }[] = [];
  for (const plan of plans) {
    const pushed = await pushDown(plan, work);
    if (pushed === undefined) continue;
    measured.push(...pushed.measured);
    if (pushed.left.length > 0) left.push({ plan, measures: pushed.left });
  }
  const scans = await scanAll(left, work);
  for (const { plan, measures } of left) {
    if (scans.failed.has(plan.object)) continue;
    const scan = scans.byObject.get(plan.object);
    if (scan?.isSample === true) measured.push(...estimateAll(plan, measures, scan));
    else measured.push(...measures.flatMap((measure) => scanned(plan, measure, scans)));
  }
  const [failure] = failures;
  return failure === undefined ? { measured } : { measured, failure };
}

function createWork(checks: QualityChecks, context: QualityContext, failures: Failure[]): Work {
  const { connector, clock, signal, timeoutMs } = context;
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  let isOver = false;
  function fail(failure: Failure): void {
    failures.push(failure);
    if (!OBJECT_FAILURES.includes(failure.reason)) isOver = true;
  }
  function nextCall(): Call | undefined {
    if (isOver) return undefined;
    const leftMs = deadlineMs - clock.monotonicMs();
    if (leftMs > 0 && !signal.aborted) return { timeoutMs: leftMs, signal };
    fail({ reason: 'timeout', detail: `not all checks were done within ${timeoutMs} ms` });
    return undefined;
  }
  return { checks, connector, signal, nextCall, fail };
}

/** Answers what the engine can; `left` is for the scan. Undefined when the object failed. */
async function pushDown(
  plan: ObjectPlan,
  work: Work,
): Promise<{ measured: MeasuredValue[]; left: Measure[] } | undefined> {
  const { connector } = work;
  const pushable = plan.measures.filter((measure) => isPushable(plan, measure));
  const wanted = [...new Set(pushable.flatMap((measure) => countsOf(measure.formula)))];
  if (connector.aggregate === undefined || wanted.length === 0) {
    return { measured: [], left: [...plan.measures] };
  }
  const call = work.nextCall();
  if (call === undefined) return undefined;
  const aggregates = wanted.map((index) => plan.counts[index] as Aggregate);
  const outcome = await connector.aggregate(call, plan.object, aggregates);
  if (!outcome.ok) {
    work.fail(outcome.failure);
    return undefined;
  }
  const answers = new Map(wanted.map((index, position) => [index, outcome.value[position]]));
  const measured: MeasuredValue[] = [];
  const left: Measure[] = [];
  const rows = answers.get(plan.counts.findIndex((count) => count.kind === 'rows'));
  const isTooLarge = rows?.known === true && rows.value > work.checks.rowLimit;
  for (const measure of plan.measures) {
    const value = evaluate(
      measure.formula,
      (index) => answers.get(index) ?? unknown('not_supported', 'the engine cannot compute it'),
    );
    const isAnswered = value.known || value.reason !== 'not_supported';
    if (isAnswered) measured.push({ ...named(measure), value });
    else if (isTooLarge) measured.push({ ...named(measure), value: tooLarge(plan.object, work) });
    else left.push(measure);
  }
  return { measured, left };
}

function isPushable(plan: ObjectPlan, measure: Measure): boolean {
  return countsOf(measure.formula).every((index) => plan.counts[index]?.kind !== 'invalid');
}

function tooLarge(object: string, work: Work): Knowable<number> {
  return unknown('too_large', `${object} has more than ${work.checks.rowLimit} records`);
}

type FinishedScan = ObjectScan & {
  /** It read records chosen at random, and not all. */
  readonly isSample: boolean;
};

type Scans = {
  readonly byObject: ReadonlyMap<string, FinishedScan>;
  readonly failed: ReadonlySet<string>;
  readonly work: Work;
};

async function scanAll(
  left: readonly { plan: ObjectPlan; measures: readonly Measure[] }[],
  work: Work,
): Promise<Scans> {
  const counts = new Map<string, Set<Count>>();
  const identifiers = new Map<string, Set<string>>();
  for (const { plan, measures } of left) {
    const indexes = measures.flatMap((measure) => countsOf(measure.formula));
    const wanted = indexes.flatMap((index) => plan.counts[index] ?? []);
    counts.set(plan.object, new Set(wanted));
    for (const count of wanted) {
      if (count.kind !== 'orphans') continue;
      const fields = identifiers.get(count.object) ?? new Set();
      identifiers.set(count.object, fields.add(count.identifier));
    }
  }
  const byObject = new Map<string, FinishedScan>();
  const failed = new Set<string>();
  if (work.connector.scan === undefined) return { byObject, failed, work };
  for (const object of new Set([...counts.keys(), ...identifiers.keys()])) {
    const fields = [...(identifiers.get(object) ?? [])];
    const scan = createObjectScan([...(counts.get(object) ?? [])], fields, work.checks);
    const call = work.nextCall();
    const finished = call === undefined ? undefined : await runScan(object, scan, call, work);
    if (finished === undefined) failed.add(object);
    else byObject.set(object, finished);
  }
  return { byObject, failed, work };
}

/** Undefined when the object failed. */
async function runScan(
  object: string,
  scan: ObjectScan,
  call: Call,
  work: Work,
): Promise<FinishedScan | undefined> {
  const { connector, checks, signal } = work;
  const size = connector.sample === undefined ? undefined : checks.sampleSize;
  const onPage = (rows: readonly DataRow[]): boolean => !signal.aborted && scan.onPage(rows);
  const outcome =
    size === undefined
      ? await connector.scan?.(call, object, scan.fields, onPage)
      : await connector.sample?.(call, object, scan.fields, size, onPage);
  if (outcome === undefined) return undefined;
  if (!outcome.ok) {
    work.fail(outcome.failure);
    return undefined;
  }
  if (outcome.value.complete || scan.isTooLarge()) return { ...scan, isSample: false };
  if (size !== undefined && !signal.aborted) return { ...scan, isSample: true };
  const detail = signal.aborted
    ? `the scan of ${object} was cut short by the deadline`
    : `the scan of ${object} ended before its last record`;
  work.fail({ reason: signal.aborted ? 'timeout' : 'bad_payload', detail });
  return undefined;
}

/** The value from the scan; none when a failure, which is reported once, prevented it. */
function scanned(plan: ObjectPlan, measure: Measure, scans: Scans): readonly MeasuredValue[] {
  const value = valueOf(plan, measure, scans);
  return value === undefined ? [] : [{ ...named(measure), value }];
}

function valueOf(plan: ObjectPlan, measure: Measure, scans: Scans): Knowable<number> | undefined {
  const { byObject, failed, work } = scans;
  if (work.connector.scan === undefined) {
    return unknown('not_supported', `${work.connector.platform} cannot compute it`);
  }
  const scan = byObject.get(plan.object);
  if (scan === undefined) return undefined;
  if (scan.isTooLarge()) return tooLarge(plan.object, work);
  const counts = countsOf(measure.formula).flatMap((index) => plan.counts[index] ?? []);
  if (counts.some((count) => count.kind === 'orphans' && failed.has(count.object))) {
    return undefined;
  }
  return evaluate(measure.formula, (index) => {
    const count = plan.counts[index];
    if (count === undefined) return unknown('not_supported', 'not planned');
    return scan.value(count, (object, field) => {
      const referenced = byObject.get(object);
      const isWhole = referenced?.isTooLarge() === false && !referenced.isSample;
      return isWhole ? referenced.identifiers(field) : undefined;
    });
  });
}
