/** Ctrl-C reaches npm and its script alike, and npm hands it on to the script once more. */
const ECHO_MS = 1000;

/**
 * Calls `stop` at the first SIGINT or SIGTERM. Another one, later than an echo of the first, ends the process at once.
 * Returns what takes the listeners away.
 */
export function onStopSignal(stop: () => void): () => void {
  let askedAtMs: number | undefined;
  const listener = (): void => {
    if (askedAtMs === undefined) {
      askedAtMs = performance.now();
      stop();
    } else if (performance.now() - askedAtMs > ECHO_MS) process.exit(1);
  };
  process.on('SIGINT', listener).on('SIGTERM', listener);
  return () => void process.off('SIGINT', listener).off('SIGTERM', listener);
}
