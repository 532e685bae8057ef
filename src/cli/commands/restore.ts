import { createSecretPrograms, restore } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';

export const restoreCommand: Command = {
  name: 'restore',
  summary: "put a backup in the place of the responder's database",
  help: `usage: crmwatch restore --config.file FILE --from BACKUP [--overwrite]

Checks BACKUP and puts it in the place of the database that the configuration names, all of it or nothing. Stop the
responder first: while it works with the database, nothing is changed. The next start brings an older schema forward.

  --config.file FILE    the configuration that the responder runs with; its engine may differ from that of the backup
  --from BACKUP         a file that crmwatch backup has written
  --overwrite           also when there is a database; the old one is kept beside it, and its name is printed

Exit codes: 0 restored, 1 it could not be done, 2 wrong usage, 3 the configuration has problems.`,
  async run(context) {
    const options = parseOptions(
      'restore',
      context.arguments,
      {
        'config.file': { type: 'string' },
        from: { type: 'string' },
        overwrite: { type: 'boolean' },
      },
      { minimum: 0, maximum: 0 },
    );
    const file = requireOption('restore', options, 'from');
    const path = requireOption('restore', options, 'config.file');
    const loaded = loadConfig(path, process.env, createSecretPrograms());
    const { rows, keptAs } = await restore(loaded, {
      file,
      overwrite: options.flag('overwrite'),
      onProgress: (line) => context.note(line),
    });
    context.print(`restored ${rows} rows from ${file}`);
    if (keptAs !== null) context.print(`what was there before is kept as ${keptAs}`);
    return 0;
  },
};
