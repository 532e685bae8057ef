import { createRuntime, createSecretPrograms, startExporter } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';
import { serveUntilSignal } from '../serve.ts';

export const exporterCommand: Command = {
  name: 'exporter',
  summary: 'run the monitoring half: probe CRMs and serve /metrics',
  help: `usage: crmwatch exporter --config FILE

Probes the targets of the configuration at their own pace and serves the results to Prometheus.
Pages: /metrics, /probe?target=NAME&module=MODULE,MODULE&debug=true, /sd, /history, /config, /, /-/healthy, /-/ready.`,
  async run(context) {
    const options = parseOptions(
      'exporter',
      context.arguments,
      { config: { type: 'string' } },
      { minimum: 0, maximum: 0 },
    );
    const loaded = loadConfig(
      requireOption('exporter', options, 'config'),
      process.env,
      createSecretPrograms(),
    );
    return serveUntilSignal(context, async () => {
      const running = await startExporter(loaded, createRuntime(loaded.config.logLevel));
      context.print(`exporter   ${running.url}`);
      return running;
    });
  },
};
