import { createRuntime, createSecretPrograms, eraseFromResponder } from '../../app/app.ts';
import type { ErasureReport } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import type { ErasureSubject } from '../../responder/pipeline/pipeline.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command, ExitCode } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';
import type { ParsedOptions } from '../options.ts';
import { readTextFile } from '../read-text-file.ts';

const BY = 'command line';
const REMEDY = 'see: crmwatch erase --help';
/** A shorter text is in everything. */
const SHORTEST = 4;

function usage(message: string, remedy: string = REMEDY): CrmwatchError {
  return new CrmwatchError('usage', message, { remedy });
}

function longEnough(text: string): string {
  if (text.length >= SHORTEST) return text;
  throw usage(
    `what is to be erased has ${text.length} characters`,
    `give at least ${SHORTEST}, since a shorter text is in everything`,
  );
}

function subjectOf(options: ParsedOptions): ErasureSubject {
  const [id, text, file, label] = ['incident', 'text', 'text-file', 'label'].map((name) =>
    options.text(name),
  );
  const given = [id, text, file, label].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw usage('erase takes one of --incident, --text, --text-file and --label');
  }
  const sender = options.text('sender');
  if (sender !== undefined && label === undefined) throw usage('--sender goes with --label alone');
  if (id !== undefined) return { kind: 'incident', id };
  if (text !== undefined) return { kind: 'text', text: longEnough(text) };
  if (file !== undefined) {
    return { kind: 'text', text: longEnough(readTextFile(file, 'usage', REMEDY).trim()) };
  }
  const [, name = '', value = ''] = /^([^=]+)=(.+)$/s.exec(label ?? '') ?? [];
  if (name === '') throw usage('--label takes NAME=VALUE');
  return { kind: 'label', name, value, ...(sender === undefined ? {} : { sender }) };
}

const FILES = {
  clean: 'the bytes are gone',
  left_to_server: 'run VACUUM (FULL) on the server: until then its files hold the bytes',
} as const;

function linesOf({ plan, erased, files }: ErasureReport): readonly string[] {
  const what = erased === null ? 'would be erased' : 'erased';
  return [
    ...plan.incidents.map(({ id, phase }) => `${id}  ${phase}, ${what}`),
    ...plan.open.map((id) => `${id}  open, left alone`),
    `incidents   ${plan.incidents.length}`,
    `events      ${plan.events.length}`,
    `deliveries  ${plan.deliveries.length}`,
    `quarantine  ${plan.quarantine.length}`,
    `requests    ${plan.requests.length}`,
    ...(files === null || files === 'busy' ? [] : [`files       ${FILES[files]}`]),
  ];
}

export const eraseCommand: Command = {
  name: 'erase',
  summary: 'erase what the responder keeps about a person, or one incident',
  help: `usage: crmwatch erase --config FILE (--incident ID | --text TEXT | --text-file FILE | --label NAME=VALUE)
                      (--dry-run | --yes) [--sender NAME] [--rewrite] [--json]

Looks through incidents, their journal, notices and evidence, the events and bodies of deliveries, the quarantine, and
answers kept for repeated requests, for a text or the value of a label, in upper or lower case, and for the pseudonyms
that masking put in its place. An incident that holds it loses all of its texts and keeps its figures; its journal says
when, by whom and that it was erased, and nothing of what. Open incidents are left alone and named. May run while the
responder works. Backups and what was sent by notification keep what they hold.

  --config FILE       the configuration of the responder
  --incident ID       one incident, with the events of its alerts
  --text TEXT         whatever holds this text; it stays in the history of the shell
  --text-file FILE    whatever holds the text of this file
  --label NAME=VALUE  whatever holds an alert with this label
  --sender NAME       with --label: only what this sender delivered
  --dry-run           only list what would go
  --yes               do it; nothing brings it back
  --rewrite           also write the SQLite file anew, which keeps the responder out meanwhile; needed once for a file that
                      a version without erasure wrote to
  --json              the whole report as JSON

Exit codes: 0 done, 1 something is left: open incidents, waiting events, or bytes in the files; 2 wrong usage,
3 the configuration has problems.`,
  async run(context): Promise<ExitCode> {
    const options = parseOptions(
      'erase',
      context.arguments,
      {
        config: { type: 'string' },
        incident: { type: 'string' },
        text: { type: 'string' },
        'text-file': { type: 'string' },
        label: { type: 'string' },
        sender: { type: 'string' },
        'dry-run': { type: 'boolean' },
        yes: { type: 'boolean' },
        rewrite: { type: 'boolean' },
        json: { type: 'boolean' },
      },
      { minimum: 0, maximum: 0 },
    );
    const file = requireOption('erase', options, 'config');
    const subject = subjectOf(options);
    const isDryRun = options.flag('dry-run');
    if (isDryRun === options.flag('yes')) {
      throw usage('erase takes one of --dry-run and --yes', 'look with --dry-run first');
    }
    const loaded = loadConfig(file, process.env, createSecretPrograms());
    const report = await eraseFromResponder(loaded, createRuntime('error'), {
      subject,
      isDryRun,
      rewrite: options.flag('rewrite'),
      actor: BY,
    });
    if (options.flag('json')) context.print(JSON.stringify(report, null, 2));
    else for (const line of linesOf(report)) context.print(line);
    const left = leftOver(report);
    for (const line of left) context.note(line);
    return left.length > 0 ? 1 : 0;
  },
};

function leftOver({ plan, erased, files }: ErasureReport): readonly string[] {
  const left = plan.incidents.length - (erased ?? plan.incidents.length);
  return [
    ...(left > 0
      ? [`${left} incidents are merged into open ones: close those and run this again`]
      : []),
    ...(plan.open.length > 0
      ? [`${plan.open.length} open incidents hold it: close them and run this again`]
      : []),
    ...(plan.waitingEvents > 0
      ? [`${plan.waitingEvents} events that hold it wait for processing: run this again`]
      : []),
    ...(files === 'busy'
      ? ['its bytes may still be in the files of the database: run this again, with --rewrite']
      : []),
  ];
}
