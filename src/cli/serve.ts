import type { CommandContext, ExitCode } from './command.ts';

/** Something that runs until it is stopped. */
export type Served = { stop(): Promise<void> };

const STOP_LIMIT_MS = 20_000;

/**
 * Runs until SIGINT or SIGTERM (or until `ended` settles), then stops everything in order. A second signal
 * ends the process at once, and so does a stop that takes too long.
 */
export async function serveUntilSignal(
  context: CommandContext,
  served: Served,
  ended?: Promise<string>,
): Promise<ExitCode> {
  // Timers of the product never keep the process alive, so something must.
  const alive = setInterval(() => {}, 1 << 30);
  const reason = await new Promise<{ readonly why: string; readonly code: ExitCode }>((resolve) => {
    process.once('SIGINT', () => resolve({ why: 'stopping', code: 0 }));
    process.once('SIGTERM', () => resolve({ why: 'stopping', code: 0 }));
    void ended?.then((why) => resolve({ why, code: 1 }));
  });
  const giveUp = (): void => process.exit(1);
  process.once('SIGINT', giveUp);
  process.once('SIGTERM', giveUp);
  const limit = setTimeout(giveUp, STOP_LIMIT_MS);
  context.note(reason.why);
  await served.stop();
  clearTimeout(limit);
  clearInterval(alive);
  context.note('stopped');
  return reason.code;
}
