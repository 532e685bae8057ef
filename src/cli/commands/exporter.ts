import { createRuntime, createSecretPrograms, startExporter } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command } from '../command.ts';
import { EXPORTER_FLAGS, EXPORTER_FLAGS_HELP, readExporterFlags } from '../exporter-flags.ts';
import { parseOptions } from '../options.ts';
import type { ParsedOptions } from '../options.ts';
import { serveUntilSignal } from '../serve.ts';

/** `--config.file` is what exporters of Prometheus call it. */
function configPath(options: ParsedOptions): string {
  const [long, short] = [options.text('config.file'), options.text('config')];
  if (long !== undefined && short !== undefined) {
    throw new CrmwatchError('usage', 'exporter takes --config.file or --config, not both', {
      remedy: 'they are two names of the same',
    });
  }
  const path = long ?? short ?? '';
  if (path !== '') return path;
  throw new CrmwatchError('usage', 'exporter needs --config.file', {
    remedy: 'see: crmwatch exporter --help',
  });
}

export const exporterCommand: Command = {
  name: 'exporter',
  summary: 'run the monitoring half: probe CRMs and serve /metrics',
  help: `usage: crmwatch exporter --config.file FILE [flags]

Probes the targets of the configuration at their own pace and serves the results to Prometheus.
Pages: /metrics, /probe?target=NAME&module=MODULE,MODULE&debug=true, /sd, /history, /config, /, /-/healthy, /-/ready.

  --config.file FILE                  the configuration (docs/CONFIGURATION.md); --config is the same
${EXPORTER_FLAGS_HELP}

A flag wins over the configuration. SIGHUP reads the configuration again; what is wrong with it is logged, and the old
one stays in force.`,
  async run(context) {
    const options = parseOptions(
      'exporter',
      context.arguments,
      { config: { type: 'string' }, 'config.file': { type: 'string' }, ...EXPORTER_FLAGS },
      { minimum: 0, maximum: 0 },
    );
    const { runOptions, logLevel, logFormat } = readExporterFlags(options);
    const loaded = loadConfig(configPath(options), process.env, createSecretPrograms());
    return serveUntilSignal(context, async () => {
      const runtime = createRuntime(logLevel ?? loaded.config.logLevel, logFormat);
      const running = await startExporter(loaded, runtime, runOptions);
      for (const url of running.urls) context.print(`exporter   ${url}`);
      return running;
    });
  },
};
