import { backUp, createSecretPrograms } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';

export const backupCommand: Command = {
  name: 'backup',
  summary: "copy the responder's database, also while it runs",
  help: `usage: crmwatch backup --config.file FILE --to BACKUP

Writes everything that the responder knows, as of one moment, to the new file BACKUP, and reads it back to see that it is
sound. The responder may go on working. BACKUP is a SQLite file, whichever engine the responder uses, so it also moves
incidents from one engine to the other. It holds alerts as they came: keep it as safe as the database.

  --config.file FILE    the configuration that the responder runs with
  --to BACKUP           a file that does not exist yet

Exit codes: 0 written, 1 it could not be done, 2 wrong usage, 3 the configuration has problems.`,
  async run(context) {
    const options = parseOptions(
      'backup',
      context.arguments,
      { 'config.file': { type: 'string' }, to: { type: 'string' } },
      { minimum: 0, maximum: 0 },
    );
    const file = requireOption('backup', options, 'to');
    const path = requireOption('backup', options, 'config.file');
    const loaded = loadConfig(path, process.env, createSecretPrograms());
    const { tables, rows, bytes } = await backUp(loaded, {
      file,
      onProgress: (line) => context.note(line),
    });
    context.print(`wrote ${file}: ${rows} rows in ${tables} tables, ${bytes} bytes, checked`);
    return 0;
  },
};
