import type { CommandContext, ExitCode } from './command.ts';
import { onStopSignal } from './stop-signals.ts';

/** Something that runs until it is stopped. */
export type Served = {
  stop(): Promise<void>;
  /** Resolves with the reason when it ends by itself. */
  readonly ended?: Promise<string>;
};

const STOP_LIMIT_MS = 20_000;

/**
 * Starts something, runs it until SIGINT or SIGTERM (or until it ends by itself), then stops everything in order. A
 * signal that comes during the start is kept until there is something to stop. A second signal ends the process at
 * once, and so does a stop that takes too long.
 */
export async function serveUntilSignal(
  context: CommandContext,
  start: () => Promise<Served>,
): Promise<ExitCode> {
  // Timers of the product never keep the process alive, so something must.
  const alive = setInterval(() => {}, 1 << 30);
  const asked = Promise.withResolvers<ExitCode>();
  const ignoreSignals = onStopSignal(() => {
    context.note('stopping');
    asked.resolve(0);
  });
  try {
    const served = await start();
    const code = await Promise.race([asked.promise, waitUntilEnded(context, served)]);
    const limit = setTimeout(() => process.exit(1), STOP_LIMIT_MS);
    await served.stop();
    clearTimeout(limit);
    context.note('stopped');
    return code;
  } finally {
    clearInterval(alive);
    ignoreSignals();
  }
}

async function waitUntilEnded(context: CommandContext, { ended }: Served): Promise<ExitCode> {
  const why = await (ended ?? new Promise<string>(() => {}));
  context.note(why);
  return 1;
}
