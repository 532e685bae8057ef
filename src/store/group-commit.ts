import { sql } from 'kysely';

import { CrmwatchError, crashPoint } from '../std/std.ts';
import type { DatabaseTransaction, Engine } from './engine.ts';

type Work = (transaction: DatabaseTransaction) => Promise<unknown>;

type Waiting = {
  readonly work: Work;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};

/** A longer transaction would save no more writes to the disk, and those behind it would wait for it. */
const BATCH = 100;
/** Far more than a server takes in at once; a queue without end would only hide that nothing gets through. */
const WAITING_LIMIT = 5000;

/**
 * Group commit: works of several callers share one transaction, and so one write to the disk. Those that come while
 * a transaction is under way make up the next one, so that nobody waits for company.
 */
export function createGroupCommit({
  alone,
  place,
}: Pick<Engine, 'alone' | 'place'>): <T>(
  work: (transaction: DatabaseTransaction) => Promise<T>,
) => Promise<T> {
  const waiting: Waiting[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    while (waiting.length > 0) await commitSome();
    isRunning = false;
  }

  async function commitSome(): Promise<void> {
    const taken: Waiting[] = [];
    const outcomes: (() => void)[] = [];
    try {
      await alone(async (transaction) => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          taken.push(next);
          outcomes.push(await runOne(transaction, next));
          crashPoint('group-commit:between-works');
          if (taken.length >= BATCH) return;
        }
      });
    } catch (error) {
      // Nothing was committed. Who still waited found no transaction at all, unless it was taken.
      const failed = taken.length > 0 ? taken : waiting.splice(0);
      for (const { reject } of failed) reject(error);
      return;
    }
    for (const settle of outcomes) settle();
  }

  return async <T>(work: (transaction: DatabaseTransaction) => Promise<T>) => {
    if (waiting.length >= WAITING_LIMIT) {
      throw new CrmwatchError('store_unavailable', `too many wait to write to ${place}`, {
        remedy: 'wait until it has caught up; look at the disk when it does not',
      });
    }
    return new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as Waiting['resolve'], reject });
      void run();
    });
  };
}

/** Gives what is to be told once the transaction is committed; throws when it cannot be saved. */
async function runOne(
  transaction: DatabaseTransaction,
  { work, resolve, reject }: Waiting,
): Promise<() => void> {
  await sql`SAVEPOINT work`.execute(transaction);
  try {
    const value = await work(transaction);
    await sql`RELEASE SAVEPOINT work`.execute(transaction);
    return () => resolve(value);
  } catch (error) {
    await undo(transaction, error);
    return () => reject(error);
  }
}

async function undo(transaction: DatabaseTransaction, why: unknown): Promise<void> {
  try {
    await sql`ROLLBACK TO SAVEPOINT work`.execute(transaction);
    await sql`RELEASE SAVEPOINT work`.execute(transaction);
  } catch {
    // The error ended the whole transaction, as a full disk does, so it is everybody's.
    throw why;
  }
}
