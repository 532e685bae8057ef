import { CrmwatchError } from '../../src/std/std.ts';

/** The error with which an action is refused; fails when it is not, or fails in another way. */
export function refusal(action: () => unknown): CrmwatchError {
  try {
    action();
  } catch (error) {
    if (error instanceof CrmwatchError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
