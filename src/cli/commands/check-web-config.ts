import { formatProblems, readWebConfig } from '../../config/config.ts';
import type { Command } from '../command.ts';
import { parseOptions } from '../options.ts';

export const checkWebConfigCommand: Command = {
  name: 'check-web-config',
  summary: 'report every problem of a web configuration file',
  help: `usage: crmwatch check-web-config FILE

Reads a web configuration file (--web.config.file) and every certificate, key and authority that it names, and reports
every problem at once with its place and remedy. Listens nowhere. Exit codes: 0 good, 3 problems, 2 wrong usage.`,
  async run(context) {
    const { positionals } = parseOptions(
      'check-web-config',
      context.arguments,
      {},
      { minimum: 1, maximum: 1 },
    );
    const [path = ''] = positionals;
    const result = readWebConfig(path);
    if (!result.ok) {
      context.note(formatProblems(result.problems));
      const count = result.problems.length;
      context.note(`${path}: ${count} ${count === 1 ? 'problem' : 'problems'}`);
      return 3;
    }
    const { tls, users, http2 } = result.config;
    if (tls?.warning !== undefined) context.note(`warning: ${tls.warning}`);
    const how = tls === undefined ? 'plain HTTP' : `TLS${http2 ? ' with HTTP/2' : ''}`;
    const who = users.size === 0 ? 'no password' : `passwords of ${users.size} users`;
    context.print(`${path} is good: ${how}, ${who}`);
    return 0;
  },
};
