import { createSecretPrograms } from '../../app/app.ts';
import { checkConfig, formatProblems } from '../../config/config.ts';
import type { Command } from '../command.ts';
import { parseOptions } from '../options.ts';

export const checkConfigCommand: Command = {
  name: 'check-config',
  summary: 'report every problem of a configuration file',
  help: `usage: crmwatch check-config FILE

Reads a configuration and all secrets it refers to, and reports every problem at once with its place and remedy.
Connects to nothing, but runs the programs that print secrets. Exit codes: 0 good, 3 problems, 2 wrong usage.`,
  async run(context) {
    const { positionals } = parseOptions(
      'check-config',
      context.arguments,
      {},
      { minimum: 1, maximum: 1 },
    );
    const [path = ''] = positionals;
    const result = checkConfig(path, process.env, createSecretPrograms());
    if (!result.ok) {
      context.note(formatProblems(result.problems));
      const count = result.problems.length;
      context.note(`${path}: ${count} ${count === 1 ? 'problem' : 'problems'}`);
      return 3;
    }
    const { targets } = result.loaded.config;
    const names = targets.map(({ name }) => name).join(', ');
    context.print(
      `${path} is good: ${targets.length} ${targets.length === 1 ? 'target' : 'targets'} (${names})`,
    );
    return 0;
  },
};
