import { SLOWNESS } from './pace.ts';

export const PATIENCE_MS: number = 180_000 * SLOWNESS;
const POLL_MS = 1000;

/**
 * Asks until the answer is there. Only for real programs, where nothing tells us that something happened;
 * the error says what was waited for and, from `describe`, what was there instead.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  options: { readonly timeoutMs?: number; readonly describe?: () => Promise<string> } = {},
): Promise<T> {
  const { timeoutMs = PATIENCE_MS, describe } = options;
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > endMs) break;
    await pause(POLL_MS);
  }
  const instead = describe === undefined ? '' : `; instead: ${await describe()}`;
  throw new Error(`${what}: not within ${timeoutMs / 1000} s${instead}`);
}

export async function pause(durationMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, durationMs));
}
