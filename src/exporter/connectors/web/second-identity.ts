import type { Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { Call } from '../connector.ts';
import { startBudget } from './budget.ts';
import type { Budget } from './budget.ts';
import { succeed } from './outcomes.ts';

/** Asks as the second identity; `absent` is what is known where the configuration names none. */
export type AskSecond<Api> = <Facts>(
  call: Call,
  absent: NoInfer<Facts>,
  read: (api: Api, budget: Budget) => Promise<Outcome<Facts>>,
) => Promise<Outcome<Facts>>;

export function createSecondIdentity<Api>(api: Api | undefined, clock: Clock): AskSecond<Api> {
  return async (call, absent, read) =>
    api === undefined ? succeed(absent) : read(api, startBudget(call, clock));
}
