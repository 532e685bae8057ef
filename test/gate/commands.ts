import { spawn } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';

export const ROOT: string = resolve(import.meta.dirname, '../..');

export type CommandResult = {
  /** Exit code, or 1 when the program could not be started or was ended by a signal. */
  readonly code: number;
  /** Standard output and error as they came, empty when shown directly. */
  readonly output: string;
  readonly seconds: number;
};

export type CommandOptions = {
  /** True: the output goes straight to the screen. False: it is kept for the result. */
  readonly isShown: boolean;
  readonly environment?: Readonly<Record<string, string>>;
};

/** Runs a command line as npm would run a script of package.json: by the shell, with node_modules/.bin first on PATH. */
export async function runCommand(line: string, options: CommandOptions): Promise<CommandResult> {
  const begin = performance.now();
  const child = spawn(line, {
    cwd: ROOT,
    shell: true,
    stdio: options.isShown ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...options.environment,
      PATH: [join(ROOT, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter),
    },
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  }
  const { promise, resolve: done } = Promise.withResolvers<number>();
  child.once('error', (error) => {
    chunks.push(error.message);
    done(1);
  });
  child.once('close', (code) => done(code ?? 1));
  const code = await promise;
  return { code, output: chunks.join(''), seconds: (performance.now() - begin) / 1000 };
}
