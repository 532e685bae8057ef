import { createRuntime, createSecretPrograms, probeOnce } from '../../app/app.ts';
import { PROBE_KIND_NAMES } from '../../catalog/catalog.ts';
import { loadConfig } from '../../config/config.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';

export const probeCommand: Command = {
  name: 'probe',
  summary: 'run one probe once and show what it measured',
  help: `usage: crmwatch probe --config FILE --target NAME --kind KIND [--verbose]

Runs one probe now and prints its metrics. Exit codes: 0 the probe passed, 1 it failed.
Kinds: ${PROBE_KIND_NAMES.join(', ')}

  --verbose    also print what the probe logged`,
  async run(context) {
    const options = parseOptions(
      'probe',
      context.arguments,
      {
        config: { type: 'string' },
        target: { type: 'string' },
        kind: { type: 'string' },
        verbose: { type: 'boolean' },
      },
      { minimum: 0, maximum: 0 },
    );
    const loaded = loadConfig(
      requireOption('probe', options, 'config'),
      process.env,
      createSecretPrograms(),
    );
    const result = await probeOnce(
      loaded,
      createRuntime(options.flag('verbose') ? 'debug' : 'silent'),
      requireOption('probe', options, 'target'),
      requireOption('probe', options, 'kind'),
    );
    context.print(result.text.trimEnd());
    if (result.failure !== null) context.note(`failed: ${result.failure}`);
    return result.failure === null ? 0 : 1;
  },
};
