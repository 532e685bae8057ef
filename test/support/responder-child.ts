import { createRuntime, startResponder } from '../../src/app/app.ts';
import { loadConfig } from '../../src/config/config.ts';

/**
 * A responder in a process of its own, so that a limit on the size of files can be put on it. Without a handler
 * the signal of that limit would end the process; with one, writes fail as they do on a full disk.
 */
process.on('SIGXFSZ', () => {});
const [, , file = ''] = process.argv;
const running = await startResponder(loadConfig(file, process.env), createRuntime('silent'));
process.once('SIGTERM', () => void running.stop().then(() => process.exit(0)));
setInterval(() => {}, 1 << 30);
process.stdout.write(`${running.url}\n`);
