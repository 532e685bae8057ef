import { LOGIN_FAILURE_REASONS } from '../../../catalog/catalog.ts';
import type { LoginFailureReason } from '../../../catalog/catalog.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AuditFacts, LoginCounts } from '../connector.ts';
import { fieldAt } from '../web/json-pointer.ts';
import type { JsonPointer } from '../web/json-pointer.ts';
import type { AuditOptions, FailureListOptions, LoginOptions, Scalar } from './rest-options.ts';
import { createTally, hasValueAt, isComparable, isOneOf, timeAt } from './tally.ts';
import type { AddOne, Tally } from './tally.ts';

/** Leaves out what happened before the window, where entries tell their time. */
function within(sinceMs: number, at: JsonPointer | undefined, addOne: AddOne): AddOne {
  if (at === undefined) return addOne;
  return (item) => {
    const atMs = timeAt(item, at);
    if (atMs === undefined) return at;
    return atMs < sinceMs ? undefined : addOne(item);
  };
}

export function tallyLogins(options: LoginOptions, sinceMs: number): Tally<LoginCounts> {
  const { reason } = options;
  const told = [...options.failed_values, ...options.succeeded_values];
  const reasons = new Map<LoginFailureReason, number>();
  let failed = 0;
  let succeeded = 0;

  const addFailed: AddOne = (item) => {
    failed++;
    if (reason === undefined) return undefined;
    const found = fieldAt(item, reason.pointer);
    if (found === undefined) return reason.pointer;
    const name = LOGIN_FAILURE_REASONS.find((each) => isOneOf(found, reason.values[each]));
    reasons.set(name ?? 'other', (reasons.get(name ?? 'other') ?? 0) + 1);
    return undefined;
  };
  const addOne: AddOne = (item) => {
    const value = fieldAt(item, options.succeeded);
    if (!isComparable(value, told)) return options.succeeded;
    if (isOneOf(value, options.failed_values)) return addFailed(item);
    if (isOneOf(value, options.succeeded_values)) succeeded++;
    return undefined;
  };

  return createTally('a login', within(sinceMs, options.at, addOne), () => ({
    failed: known(failed),
    succeeded:
      options.holds === 'all'
        ? known(succeeded)
        : unknown('not_configured', 'logins.holds does not say that the list has these too'),
    failedByReason:
      reason === undefined
        ? unknown('not_configured', 'the configuration has no logins.reason')
        : known(Object.fromEntries(reasons)),
  }));
}

export function tallyAudit(
  options: AuditOptions,
  sinceMs: number,
): Tally<Omit<AuditFacts, 'isRecording'>> {
  const { permission_change: change, mass_export: massExport } = options;
  const told = [...(change ?? []), ...(massExport ?? [])];
  const counts = { change: 0, massExport: 0 };

  const addOne: AddOne = (item) => {
    const value = fieldAt(item, options.kind);
    if (!isComparable(value, told)) return options.kind;
    if (isOneOf(value, change)) counts.change++;
    if (isOneOf(value, massExport)) counts.massExport++;
    return undefined;
  };
  const countOf = (
    values: readonly Scalar[] | undefined,
    count: number,
    key: string,
  ): Knowable<number> =>
    values === undefined
      ? unknown('not_configured', `the configuration has no audit.${key}`)
      : known(count);

  return createTally('an entry of the audit trail', within(sinceMs, options.at, addOne), () => ({
    permissionChanges: countOf(change, counts.change, 'permission_change'),
    massExports: countOf(massExport, counts.massExport, 'mass_export'),
  }));
}

export function tallyFailures(options: FailureListOptions, sinceMs: number): Tally<number> {
  let count = 0;
  const addOne: AddOne = (item) => {
    for (const condition of options.only) {
      const isSo = hasValueAt(item, condition);
      if (isSo === undefined) return condition.pointer;
      if (!isSo) return undefined;
    }
    count++;
    return undefined;
  };
  return createTally('a failure', within(sinceMs, options.at, addOne), () => count);
}
