import { createRuntime, createSecretPrograms, startResponder } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';
import { serveUntilSignal } from '../serve.ts';

export const responderCommand: Command = {
  name: 'responder',
  summary: 'run the fault-handling half: alerts in, incidents and the console out',
  help: `usage: crmwatch responder --config FILE

Receives Alertmanager's webhooks at /api/v1/alerts/alertmanager, opens, diagnoses and tracks incidents, verifies recovery
by running the probes of the configuration, notifies people, and serves the console at /.`,
  async run(context) {
    const options = parseOptions(
      'responder',
      context.arguments,
      { config: { type: 'string' } },
      { minimum: 0, maximum: 0 },
    );
    const loaded = loadConfig(
      requireOption('responder', options, 'config'),
      process.env,
      createSecretPrograms(),
    );
    return serveUntilSignal(context, async () => {
      const running = await startResponder(loaded, createRuntime(loaded.config.logLevel));
      running.onEvent((line) => context.print(line));
      context.print(`console    ${running.url}`);
      return running;
    });
  },
};
