import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Compiled code is kept beside the dependencies, so that every start but the first is faster. Where that folder cannot
// be written, as in a read-only container, nothing is kept and nothing else changes.
enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/crmwatch'));
const { askTerminal } = await import('./ask-terminal.ts');
const { runCommandLine } = await import('./run-command-line.ts');

// Who reads may leave, as `head` does. What was asked for is still done, and what runs is still stopped in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const isTerminal = process.stdin.isTTY && process.stdout.isTTY;

process.exitCode = await runCommandLine(process.argv.slice(2), {
  print: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  ...(isTerminal ? { ask: askTerminal } : {}),
});
