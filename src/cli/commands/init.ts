import {
  createRuntime,
  createSecretPrograms,
  proposeTarget,
  takeFirstLook,
} from '../../app/app.ts';
import type { FirstLook } from '../../app/app.ts';
import { checkConfigText, formatProblems, formatYaml } from '../../config/config.ts';
import type { LoadedConfig } from '../../config/config.ts';
import { connectionDecoder } from '../../exporter/connectors/connectors.ts';
import { CrmwatchError, decode } from '../../std/std.ts';
import type { Problem } from '../../std/std.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { readAnswers } from '../init/answers.ts';
import { askForMissing } from '../init/ask-for-missing.ts';
import { renderConfiguration, requireNew, writeConfiguration } from '../init/configuration.ts';
import type { NewTarget } from '../init/configuration.ts';
import { isYes } from '../init/interview.ts';
import { describeObjectLook, describeProbeLook } from '../init/look-text.ts';
import { remedyOf, sentenceOf } from '../init/remedies.ts';
import type { Circumstances } from '../init/remedies.ts';
import { parseOptions } from '../options.ts';
import type { ParsedOptions } from '../options.ts';
import { requireWritable } from '../output-file.ts';
import { requirePlatform } from '../platform-names.ts';
import { checkConfigCommand } from './check-config.ts';

const DEFAULT_OUTPUT = 'crmwatch.yaml';
const DEFAULT_TIMEOUT = '10s';

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;

type Wanted = {
  readonly output: string;
  readonly timeoutMs: number;
  readonly country?: string;
  readonly options: ParsedOptions;
};

function wantedOf(context: CommandContext): Wanted {
  const options = parseOptions(
    'init',
    context.arguments,
    {
      output: TEXT,
      answers: TEXT,
      platform: TEXT,
      url: TEXT,
      name: TEXT,
      country: TEXT,
      set: { ...TEXT, multiple: true },
      timeout: TEXT,
      yes: FLAG,
      force: FLAG,
      'dry-run': FLAG,
    },
    { minimum: 0, maximum: 0 },
  );
  const output = options.text('output') ?? DEFAULT_OUTPUT;
  if (!options.flag('dry-run')) {
    requireWritable('output', output, [options.text('answers') ?? '']);
    requireNew(output, options.flag('force'));
  }
  const timeout = options.text('timeout') ?? DEFAULT_TIMEOUT;
  const timeoutMs = decode.parseDurationMs(timeout);
  if (timeoutMs === undefined || timeoutMs < 100 || timeoutMs > 600_000) {
    throw new CrmwatchError('usage', `--timeout cannot be "${timeout}"`, {
      remedy: 'write a duration from 100ms to 10m, such as --timeout 30s',
    });
  }
  return { output, timeoutMs, options };
}

/** Problems at the places that the answers have, which know nothing of the file that is to be. */
function reportProblems(problems: readonly Problem[], context: CommandContext): ExitCode {
  const placed = problems.map(({ place, ...problem }) => ({
    ...problem,
    place: place.replace(/^targets\[0\]\./, ''),
  }));
  context.note(formatProblems(placed));
  context.note(
    `the answers have ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`,
  );
  context.note(
    '  remedy: give them by --answers FILE or --set KEY=VALUE, or run it on a terminal to be asked',
  );
  return 3;
}

/** Tells what is seen as soon as it is. */
async function look(
  loaded: LoadedConfig,
  { timeoutMs, country }: Wanted,
  context: CommandContext,
): Promise<FirstLook> {
  const [target] = loaded.config.targets;
  const platform = requirePlatform(target?.connection.platform ?? '');
  const where = circumstancesOf(loaded);
  context.print(
    `trying ${where.url ?? 'it'} as ${platform.title}; each probe has ${timeoutMs / 1000} s:`,
  );
  let objects = 0;
  const seen = await takeFirstLook(loaded, createRuntime('silent'), {
    timeoutMs,
    ...(country === undefined ? {} : { country }),
    onProbe: (one) => {
      for (const line of describeProbeLook(one, platform, where)) context.print(line);
    },
    onObject: (one) => {
      if (objects++ === 0) context.print('what can be read of each object:');
      for (const line of describeObjectLook(one, where)) context.print(line);
    },
  });
  const { stoppedBy } = seen;
  if (stoppedBy !== undefined) {
    const { kind, failure } = stoppedBy;
    context.note(`nothing was written: ${sentenceOf(kind, failure)}`);
    context.note(`  remedy: ${remedyOf(kind, failure, where)}`);
  }
  return seen;
}

function circumstancesOf({ config }: LoadedConfig): Circumstances {
  const [target] = config.targets;
  const { platform = '', url } = target?.connection ?? {};
  const { title } = requirePlatform(platform);
  return { platform, title, ...(url === undefined ? {} : { url }) };
}

async function finish(
  target: NewTarget,
  wanted: Wanted,
  context: CommandContext,
): Promise<ExitCode> {
  const { output, options } = wanted;
  const text = renderConfiguration(target);
  const checked = checkConfigText(text, output, process.env, createSecretPrograms());
  if (!checked.ok) return reportProblems(checked.problems, context);
  if (options.flag('dry-run')) {
    context.print('');
    context.print(text.trimEnd());
    return 0;
  }
  if (context.ask !== undefined && !options.flag('yes')) {
    const answer = await context.ask(`write this to ${output}? [Y/n] `);
    if (answer.trim() !== '' && !isYes(answer)) {
      context.note('nothing was written');
      return 1;
    }
  }
  writeConfiguration(output, text, options.flag('force'));
  context.print('');
  context.print(`wrote ${output}`);
  const code = await checkConfigCommand.run({ ...context, arguments: [output] });
  if (code === 0) context.print(`next: crmwatch start --config ${output}`);
  return code;
}

/** Before anything is seen. */
const NOTHING: FirstLook = { probes: [], objects: [] };

/** What a person has answered shall not be lost with the connection. */
function showAnswers(
  { name, connection }: NewTarget,
  { note }: Pick<CommandContext, 'note'>,
): void {
  note('the answers were these; correct them in a file, and give it with --answers FILE:');
  note(formatYaml({ name, connection }).trimEnd());
}

export const initCommand: Command = {
  name: 'init',
  summary: 'try a CRM, and write a configuration for what can be seen of it',
  help: `usage: crmwatch init [--platform NAME] [--url URL] [--set KEY=VALUE]... [--answers FILE.yaml]
                     [--output FILE] [--dry-run] [--force] [--yes]

Connects to a CRM with the account that will watch it, runs each probe once, says what this account may and may not see
and what to do about it, and writes a configuration with probes, checks and thresholds for what works. On a terminal it
asks for what is not given. A secret is only ever named: { environment: NAME } or { file: PATH }.

  --platform NAME      see: crmwatch capabilities
  --url URL            address of the CRM
  --name NAME          name of the target in metrics and alerts (default: that of the platform)
  --set KEY=VALUE      any key below connection, such as --set authentication.key.environment=CRM_KEY
  --answers FILE.yaml  name, connection and default_country, as in a target; options go before it
  --country CODE       country of telephone numbers without "+", such as DE
  --output FILE        where to write (default: ${DEFAULT_OUTPUT}); relative paths of secrets count from its folder
  --timeout TIME       time limit of each probe (default: ${DEFAULT_TIMEOUT})
  --dry-run            print the configuration instead of writing it
  --force              overwrite a file that is there
  --yes                ask nothing

Exit codes: 0 written, 1 the CRM was not reached or did not let the account in, 2 wrong usage, 3 the answers have problems.`,
  async run(context) {
    const wanted = wantedOf(context);
    const { options, output } = wanted;
    const given = readAnswers(options, connectionDecoder.shape);
    const { platform } = given.connection;
    if (typeof platform === 'string') requirePlatform(platform);
    const answers =
      context.ask === undefined || options.flag('yes')
        ? given
        : await askForMissing(given, { ask: context.ask, note: (line) => context.note(line) });
    const { connection, country } = answers;
    const name = answers.name ?? (typeof platform === 'string' ? platform : 'crm');
    const checked = checkConfigText(
      renderConfiguration({ name, connection, proposed: proposeTarget(NOTHING, country) }),
      output,
      process.env,
      createSecretPrograms(),
    );
    if (!checked.ok) return reportProblems(checked.problems, context);
    const told = { ...wanted, ...(country === undefined ? {} : { country }) };
    const seen = await look(checked.loaded, told, context);
    if (seen.stoppedBy !== undefined) {
      if (answers !== given) showAnswers({ name, connection }, context);
      return 1;
    }
    return finish({ name, connection, proposed: proposeTarget(seen, country) }, told, context);
  },
};
