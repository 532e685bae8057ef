import { createSecretPrograms, reviewFromJournal, verifyResponderJournal } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import type { LoadedConfig } from '../../config/config.ts';
import type { Forgotten, JournalReport } from '../../responder/incidents/incidents.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';
import type { ParsedOptions } from '../options.ts';

const REMEDY = 'see: crmwatch journal --help';
const HASH_PATTERN = /^[0-9a-f]{64}$/;

function notedHash(options: ParsedOptions): { notedHash?: string } {
  const hash = options.text('noted');
  if (hash === undefined) return {};
  if (HASH_PATTERN.test(hash)) return { notedHash: hash };
  throw new CrmwatchError('usage', '--noted takes the 64 hexadecimal digits of a hash', {
    remedy: 'give the hash that an earlier `crmwatch journal verify` printed as "head"',
  });
}

function summaryOf(report: JournalReport): readonly string[] {
  const { entries, unchainedEntries, incidents, windows, headHash, holdsNotedHash } = report;
  const before =
    unchainedEntries === 0 ? '' : `, ${unchainedEntries} of them of before the chain of hashes`;
  return [
    `entries    ${entries}${before}`,
    `incidents  ${incidents}`,
    ...(windows === 0 ? [] : [`windows    ${windows}`]),
    ...report.forgotten.map(lineOfForgotten),
    `head       ${headHash === '' ? 'none: the journal is empty' : headHash}`,
    ...(holdsNotedHash === true ? ['noted      it is in the chain'] : []),
  ];
}

function lineOfForgotten({ rule, entries, incidents, firstAtMs, lastAtMs }: Forgotten): string {
  const [first, last] = [firstAtMs, lastAtMs].map((atMs) =>
    new Date(atMs).toISOString().slice(0, 10),
  );
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`;
  return `forgotten  ${entries} texts of ${incidents} incidents, by ${rule}, ${when}`;
}

async function verify(
  context: CommandContext,
  options: ParsedOptions,
  loaded: LoadedConfig,
): Promise<ExitCode> {
  let toldPercent = 0;
  const report = await verifyResponderJournal(loaded, {
    ...notedHash(options),
    onProgress(done, entries) {
      const percent = Math.floor((done / entries) * 10) * 10;
      if (percent > toldPercent && entries > 10_000) context.note(`${percent} % of the entries`);
      toldPercent = percent;
    },
  });
  if (options.flag('json')) context.print(JSON.stringify(report, null, 2));
  else for (const line of summaryOf(report)) context.print(line);
  for (const { place, message } of report.problems) context.note(`${place}: ${message}`);
  if (report.problems.length > 0) {
    context.note('the journal is NOT sound: compare it with a backup before you trust it');
    return 1;
  }
  if (!options.flag('json')) context.print('the journal is sound');
  return 0;
}

export const journalCommand: Command = {
  name: 'journal',
  summary: 'prove that the journal of the incidents was not changed, or read a review from it',
  help: `usage: crmwatch journal verify --config FILE [--noted HASH] [--json]
       crmwatch journal review INCIDENT --config FILE

verify looks at the whole journal: each entry carries the hash of all that was said before it, and each incident must
be what a replay of its entries gives. Texts that were forgotten by retention or erasure are counted; one that is
missing without an entry that says so is a problem. It writes nothing and may run while the responder works. Note the
"head" that it prints in another place: with --noted a later journal must still hold it, which also shows that nothing
was cut off.

review prints the review of an incident as Markdown, made of its journal alone.

  --config FILE  the configuration of the responder
  --noted HASH   the head that an earlier verification printed
  --json         the whole report as JSON

Exit codes: 0 sound, 1 not sound or not readable, 2 wrong usage, 3 the configuration has problems.`,
  async run(context) {
    const options = parseOptions(
      'journal',
      context.arguments,
      { config: { type: 'string' }, noted: { type: 'string' }, json: { type: 'boolean' } },
      { minimum: 1, maximum: 2 },
    );
    const [action = '', incident] = options.positionals;
    const isUsable = action === 'verify' ? incident === undefined : action === 'review';
    if (!isUsable || (action === 'review' && incident === undefined)) {
      const said = options.positionals.join(' ').slice(0, 100);
      const message = `journal takes "verify" or "review INCIDENT", found "${said}"`;
      throw new CrmwatchError('usage', message, { remedy: REMEDY });
    }
    const file = requireOption('journal', options, 'config');
    const loaded = loadConfig(file, process.env, createSecretPrograms());
    if (incident === undefined) return verify(context, options, loaded);
    context.print((await reviewFromJournal(loaded, incident)).trimEnd());
    return 0;
  },
};
