import { createInterface } from 'node:readline/promises';
import { CrmwatchError } from '../std/std.ts';

/** Asks for one line. Throws a usage error when the person ends the input instead (Ctrl-D or Ctrl-C). */
export async function askTerminal(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const left = new AbortController();
  lines.once('SIGINT', () => left.abort());
  lines.once('close', () => left.abort());
  try {
    return await lines.question(question, { signal: left.signal });
  } catch (cause) {
    if (!left.signal.aborted) throw cause;
    throw new CrmwatchError('usage', 'the questions were not answered, and nothing was written', {
      remedy: 'run it again, or give the answers by --answers FILE',
      cause,
    });
  } finally {
    lines.close();
  }
}
