import { checkGenerated, writeGenerated } from '../../app/app.ts';
import type { Command } from '../command.ts';
import { parseOptions } from '../options.ts';

export const generateCommand: Command = {
  name: 'generate',
  summary: 'write alert-rules/, grafana/ and the generated documents',
  help: `usage: crmwatch generate [--check]

Writes the rules, their tests, the dashboards, docs/METRICS.md, docs/CONFIGURATION.md and the tables of sources in
docs/connectors/ from the catalog, the decoders and the registry of platforms. With --check it writes nothing and
fails when a committed file differs, is missing or is left over.`,
  async run(context) {
    const options = parseOptions(
      'generate',
      context.arguments,
      { check: { type: 'boolean' } },
      { minimum: 0, maximum: 0 },
    );
    if (!options.flag('check')) {
      for (const line of await writeGenerated()) context.print(line);
      return 0;
    }
    const differences = await checkGenerated();
    for (const line of differences) context.note(line);
    if (differences.length === 0) context.print('all generated files are unchanged');
    return differences.length === 0 ? 0 : 1;
  },
};
