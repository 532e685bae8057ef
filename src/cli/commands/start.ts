import {
  createRuntime,
  createSecretPrograms,
  startAll,
  startDemonstration,
} from '../../app/app.ts';
import type { Demonstration } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command, CommandContext } from '../command.ts';
import { EXPORTER_FLAGS, EXPORTER_FLAGS_HELP, readExporterFlags } from '../exporter-flags.ts';
import { parseOptions } from '../options.ts';
import { serveUntilSignal } from '../serve.ts';

const DEFAULT_FOLDER = 'data';

async function startShow(context: CommandContext, folder: string): Promise<Demonstration> {
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
  const where = folder === DEFAULT_FOLDER ? '' : ` --data ${folder}`;
  const hint = (what: string, words: string): void =>
    context.print(`${what.padEnd(39)}npx crmwatch sandbox ${words}${where}`);
  hint('Break something, in another terminal:', 'break emails_missing');
  hint('Mend it again:', 'mend emails_missing');
  hint('All faults:', 'faults');
  context.print('Ctrl-C stops everything. What happens:');
  context.print('');
  return demonstration;
}

export const startCommand: Command = {
  name: 'start',
  summary: 'run everything; without --config, as a demonstration with a sandbox CRM',
  help: `usage: crmwatch start [--config FILE | --data FOLDER]

With --config: the exporter and the responder in one process, for your CRMs and your own Prometheus and Alertmanager.
Without: a demonstration on loopback with a sandbox CRM, Prometheus and Alertmanager (both must be installed).

  --config FILE    your configuration (see docs/CONFIGURATION.md)
  --data FOLDER    where the demonstration keeps its data (default: data)

With --config also the flags of the exporter, for its half:
${EXPORTER_FLAGS_HELP}`,
  async run(context) {
    const options = parseOptions(
      'start',
      context.arguments,
      { config: { type: 'string' }, data: { type: 'string' }, ...EXPORTER_FLAGS },
      { minimum: 0, maximum: 0 },
    );
    const path = options.text('config');
    if (path !== undefined && options.text('data') !== undefined) {
      throw new CrmwatchError('usage', 'start takes --config or --data, not both', {
        remedy: 'with --config, the folder is responder.data_folder of the configuration',
      });
    }
    if (path === undefined) {
      const folder = options.text('data') ?? DEFAULT_FOLDER;
      return serveUntilSignal(context, async () => startShow(context, folder));
    }
    const { runOptions, logLevel, logFormat } = readExporterFlags(options);
    const loaded = loadConfig(path, process.env, createSecretPrograms());
    return serveUntilSignal(context, async () => {
      const runtime = createRuntime(logLevel ?? loaded.config.logLevel, logFormat);
      const running = await startAll(loaded, runtime, runOptions);
      running.onEvent((line) => context.print(line));
      context.print(`exporter   ${running.exporterUrl}${runOptions.telemetryPath}`);
      context.print(`console    ${running.responderUrl}`);
      return running;
    });
  },
};
