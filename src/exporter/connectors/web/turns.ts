import type { Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { Budget } from './budget.ts';
import { fail } from './outcomes.ts';

export type LogIn<Session> = (secret: string, budget: Budget) => Promise<Outcome<Session>>;

/**
 * What others wait for too, for as long as this caller has time: whoever began it may have more, and it goes on for them.
 * `timeout` when the caller's time is over first, or the caller gives up.
 */
export async function waitWithin<T>(
  outcome: Promise<Outcome<T>>,
  budget: Budget,
  clock: Clock,
): Promise<Outcome<T>> {
  const late = Promise.withResolvers<Outcome<T>>();
  const giveUp = (): void =>
    late.resolve(fail('timeout', 'no time was left to wait for the log-in of another probe'));
  const timer = clock.after(budget.remainingMs(), giveUp);
  budget.signal?.addEventListener('abort', giveUp, { once: true });
  if (budget.isSpent()) giveUp();
  try {
    return await Promise.race([outcome, late.promise]);
  } finally {
    timer.cancel();
    budget.signal?.removeEventListener('abort', giveUp);
  }
}

/**
 * Log-ins that would spoil each other, one after another: each begins when the one before has ended, however that ended.
 * One whose turn does not come in time is not begun.
 */
export function oneAtATime<Session>(logIn: LogIn<Session>, clock: Clock): LogIn<Session> {
  let last: Promise<unknown> = Promise.resolve();
  return (secret, budget) => {
    const outcome = last.then(() =>
      budget.isSpent()
        ? fail('timeout', 'no time was left when the log-in had its turn')
        : logIn(secret, budget),
    );
    last = outcome.catch(() => undefined);
    return waitWithin(outcome, budget, clock);
  };
}
