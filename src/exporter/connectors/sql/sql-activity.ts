import { INTEGRATION_KINDS, LOGIN_FAILURE_REASONS } from '../../../catalog/catalog.ts';
import type { LoginFailureReason } from '../../../catalog/catalog.ts';
import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AuditFacts, Connector, IntegrationFacts, LoginCounts } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import { unlessOff } from '../web/unknown-facts.ts';
import type { SqlContext } from './sql-context.ts';
import { flagOf, isAnyConfigured, numbersOf } from './sql-numbers.ts';
import type { SqlQueries } from './sql-queries.ts';

const REASONS = LOGIN_FAILURE_REASONS.map((reason) => `failed_logins_${reason}` as const);
/** All failures last: what fails in the meantime is then one too many, of which no reason is counted, and none too few. */
const LOGINS = ['successful_logins', ...REASONS, 'failed_logins'] as const;
const AUDIT = ['permission_changes', 'mass_exports', 'audit_trail_recording'] as const;

/** What happened since a time. A method of which no query is configured is absent. */
export function createActivityMethods(
  context: SqlContext,
): Pick<Connector, 'logins' | 'auditTrail' | 'integrations'> {
  const { queries, clock } = context;
  const kinds = INTEGRATION_KINDS.filter(
    (kind) => queries[`integration_failures_${kind}`] !== undefined,
  );
  return {
    ...(isAnyConfigured(queries, LOGINS)
      ? { logins: (call, sinceMs) => readLogins(context, sinceMs, startBudget(call, clock)) }
      : {}),
    ...(isAnyConfigured(queries, AUDIT)
      ? { auditTrail: (call, sinceMs) => readAudit(context, sinceMs, startBudget(call, clock)) }
      : {}),
    ...(kinds.length > 0
      ? {
          integrations: (call, sinceMs) =>
            readIntegrations(context, kinds, sinceMs, startBudget(call, clock)),
        }
      : {}),
  };
}

async function readLogins(
  context: SqlContext,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<LoginCounts>> {
  const numbers = await numbersOf(context, LOGINS, budget, { sinceMs });
  if (!numbers.ok) return numbers;
  const { value: of } = numbers;
  const byReason = new Map<LoginFailureReason, Knowable<number>>();
  for (const reason of LOGIN_FAILURE_REASONS) {
    const name = `failed_logins_${reason}` as const;
    if (context.queries[name] !== undefined) byReason.set(reason, of(name));
  }
  return succeed({
    ...sumUp(byReason, context.queries, of('failed_logins')),
    succeeded: of('successful_logins'),
  });
}

/** The failures by reason and all of them, where either may be what is left when the other is known. */
function sumUp(
  byReason: ReadonlyMap<LoginFailureReason, Knowable<number>>,
  queries: SqlQueries,
  failed: Knowable<number>,
): Pick<LoginCounts, 'failed' | 'failedByReason'> {
  if (byReason.size === 0) {
    const detail = 'there is no query for a reason, such as failed_logins_password';
    return { failed, failedByReason: unknown('not_configured', detail) };
  }
  const counts = new Map<LoginFailureReason, number>();
  for (const [reason, count] of byReason) {
    if (!count.known) {
      const all = queries.failed_logins === undefined ? count : failed;
      return { failed: all, failedByReason: count };
    }
    counts.set(reason, count.value);
  }
  const sum = [...counts.values()].reduce((total, count) => total + count, 0);
  if (queries.failed_logins === undefined) {
    return { failed: known(sum), failedByReason: known(Object.fromEntries(counts)) };
  }
  if (!failed.known) return { failed, failedByReason: failed };
  if (sum > failed.value) {
    const detail = 'the queries for the reasons count more than failed_logins does';
    return { failed, failedByReason: unknown('undetermined', detail) };
  }
  counts.set('other', (counts.get('other') ?? 0) + failed.value - sum);
  return { failed, failedByReason: known(Object.fromEntries(counts)) };
}

async function readAudit(
  context: SqlContext,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<AuditFacts>> {
  const names = ['permission_changes', 'mass_exports'] as const;
  const numbers = await numbersOf(context, names, budget, { sinceMs });
  if (!numbers.ok) return numbers;
  const isRecording = await flagOf(context, 'audit_trail_recording', budget, { sinceMs });
  if (!isRecording.ok) return isRecording;
  const { value: of } = numbers;
  return succeed(
    unlessOff({
      isRecording: isRecording.value,
      permissionChanges: of('permission_changes'),
      massExports: of('mass_exports'),
    }),
  );
}

async function readIntegrations(
  context: SqlContext,
  kinds: readonly IntegrationFacts['integration'][],
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<readonly IntegrationFacts[]>> {
  const names = kinds.map((kind) => `integration_failures_${kind}` as const);
  const numbers = await numbersOf(context, names, budget, { sinceMs });
  if (!numbers.ok) return numbers;
  return succeed(
    kinds.map((integration) => ({
      integration,
      failures: numbers.value(`integration_failures_${integration}`),
    })),
  );
}
