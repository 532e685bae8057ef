import { createRuntime, startAll, startDemonstration } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { parseOptions } from '../options.ts';
import { serveUntilSignal } from '../serve.ts';

async function demonstrate(context: CommandContext, folder: string): Promise<ExitCode> {
  const demonstration = await startDemonstration({
    folder,
    runtime: createRuntime('warn'),
    onProgress: (line) => context.note(line),
    onEvent: (line) => context.print(line),
  });
  for (const { name, url } of demonstration.addresses) {
    context.print(`${name.padEnd(14)}${url}`);
  }
  context.print(`${'data'.padEnd(14)}${demonstration.folder}`);
  context.print('');
  context.print('Break something, in another terminal:  npx crmwatch sandbox break emails_missing');
  context.print('Mend it again:                         npx crmwatch sandbox mend emails_missing');
  context.print('All faults:                            npx crmwatch sandbox faults');
  context.print('Ctrl-C stops everything. What happens:');
  context.print('');
  return serveUntilSignal(context, demonstration, demonstration.ended);
}

export const startCommand: Command = {
  name: 'start',
  summary: 'run everything; without --config, as a demonstration with a sandbox CRM',
  help: `usage: crmwatch start [--config FILE | --data FOLDER]

With --config: the exporter and the responder in one process, for your CRMs and your own Prometheus and Alertmanager.
Without: a demonstration on loopback with a sandbox CRM, Prometheus and Alertmanager (both must be installed).

  --config FILE    your configuration (see docs/CONFIGURATION.md)
  --data FOLDER    where the demonstration keeps its data (default: data)`,
  async run(context) {
    const options = parseOptions(
      'start',
      context.arguments,
      { config: { type: 'string' }, data: { type: 'string' } },
      { minimum: 0, maximum: 0 },
    );
    const path = options.text('config');
    if (path !== undefined && options.text('data') !== undefined) {
      throw new CrmwatchError('usage', 'start takes --config or --data, not both', {
        remedy: 'with --config, the folder is responder.data_folder of the configuration',
      });
    }
    if (path === undefined) return demonstrate(context, options.text('data') ?? 'data');
    const loaded = loadConfig(path, process.env);
    const running = await startAll(loaded, createRuntime(loaded.config.logLevel));
    running.onEvent((line) => context.print(line));
    context.print(`exporter   ${running.exporterUrl}/metrics`);
    context.print(`console    ${running.responderUrl}`);
    return serveUntilSignal(context, running);
  },
};
