import { runCommandLine } from './run-command-line.ts';

// Who reads may leave, as `head` does. What was asked for is still done, and what runs is still stopped in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  print: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
});
