import type { Outcome } from '../../../http/http.ts';
import { known } from '../../../std/std.ts';
import type { AccountFacts, ApiTokenFacts, Connector, JobFacts } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import type { SqlContext } from './sql-context.ts';
import { isAnyConfigured, numbersOf } from './sql-numbers.ts';

const JOBS = [
  'jobs_pending',
  'jobs_running',
  'jobs_failed',
  'oldest_pending_job_age',
  'failed_schedules',
] as const;
const ACCOUNTS = [
  'active_users',
  'privileged_users',
  'second_factor_users',
  'locked_users',
  'inactive_users',
] as const;
const TOKENS = ['api_tokens', 'oldest_api_token_age'] as const;

/** What is as it is now. A method of which no query is configured is absent. */
export function createFactMethods(
  context: SqlContext,
): Pick<Connector, 'jobs' | 'accounts' | 'apiTokens'> {
  const { queries, clock } = context;
  return {
    ...(isAnyConfigured(queries, JOBS)
      ? { jobs: async (call) => readJobs(context, startBudget(call, clock)) }
      : {}),
    ...(isAnyConfigured(queries, ACCOUNTS)
      ? { accounts: async (call) => readAccounts(context, startBudget(call, clock)) }
      : {}),
    ...(isAnyConfigured(queries, TOKENS)
      ? { apiTokens: async (call) => readTokens(context, startBudget(call, clock)) }
      : {}),
  };
}

async function readJobs(context: SqlContext, budget: Budget): Promise<Outcome<JobFacts>> {
  const numbers = await numbersOf(context, JOBS, budget);
  if (!numbers.ok) return numbers;
  const { value: of } = numbers;
  const age = of('oldest_pending_job_age');
  // No row means that no job waits; that is zero, unlike a query that is not there.
  const isIdle = !age.known && age.reason === 'empty';
  return succeed({
    byState: {
      pending: of('jobs_pending'),
      running: of('jobs_running'),
      failed: of('jobs_failed'),
    },
    oldestPendingAgeSeconds: isIdle ? known(0) : age,
    failedSchedules: of('failed_schedules'),
  });
}

async function readAccounts(context: SqlContext, budget: Budget): Promise<Outcome<AccountFacts>> {
  const numbers = await numbersOf(context, ACCOUNTS, budget);
  if (!numbers.ok) return numbers;
  const { value: of } = numbers;
  return succeed({
    activeUsers: of('active_users'),
    privilegedUsers: of('privileged_users'),
    secondFactorUsers: of('second_factor_users'),
    lockedUsers: of('locked_users'),
    inactiveUsers: of('inactive_users'),
  });
}

async function readTokens(context: SqlContext, budget: Budget): Promise<Outcome<ApiTokenFacts>> {
  const numbers = await numbersOf(context, TOKENS, budget);
  if (!numbers.ok) return numbers;
  const { value: of } = numbers;
  return succeed({ active: of('api_tokens'), oldestAgeSeconds: of('oldest_api_token_age') });
}
