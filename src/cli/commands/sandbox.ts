import { findSandbox } from '../../app/app.ts';
import { createSandboxControl } from '../../sandbox/sandbox.ts';
import type { FaultState, SandboxControl } from '../../sandbox/sandbox.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { parseOptions } from '../options.ts';

const HELP = `usage: crmwatch sandbox faults [--data FOLDER]
       crmwatch sandbox break FAULT [--intensity 0..1] [--data FOLDER]
       crmwatch sandbox mend FAULT | all [--data FOLDER]

Breaks and mends the sandbox CRM that \`npm start\` runs. The faults are real: the server really stops, records
are really spoiled, logins really fail. Mending removes the fault wholly.

  --data FOLDER     the folder that npm start named (default: data)
  --intensity X     how strongly, from 0 to 1 (default: 0.6)

Watch the console while you do it: an incident opens, is diagnosed, and is verified as recovered after the mend.`;

function describe(fault: FaultState): string {
  return `${fault.broken ? 'BROKEN' : 'ok    '}  ${fault.id.padEnd(22)}  ${fault.title}`;
}

function parseIntensity(text: string | undefined): { intensity?: number } {
  if (text === undefined) return {};
  const intensity = Number(text);
  if (text !== '' && intensity >= 0 && intensity <= 1) return { intensity };
  throw new CrmwatchError('usage', `--intensity takes a number from 0 to 1, found "${text}"`, {
    remedy: 'leave it out, or write for example --intensity 0.9',
  });
}

async function mendAll(control: SandboxControl, context: CommandContext): Promise<void> {
  const broken = (await control.faults()).filter((fault) => fault.broken);
  if (broken.length === 0) context.print('nothing is broken');
  for (const fault of broken) context.print(describe(await control.mend(fault.id)));
}

async function run(context: CommandContext): Promise<ExitCode> {
  const options = parseOptions(
    'sandbox',
    context.arguments,
    { data: { type: 'string' }, intensity: { type: 'string' } },
    { minimum: 1, maximum: 2 },
  );
  const [verb, fault] = options.positionals;
  const isList = verb === 'faults' && fault === undefined;
  const isChange = (verb === 'break' || verb === 'mend') && fault !== undefined;
  if (!isList && !isChange) {
    throw new CrmwatchError('usage', `sandbox ${options.positionals.join(' ')} is no command`, {
      remedy: 'use: sandbox faults, sandbox break FAULT or sandbox mend FAULT',
    });
  }
  const intensity = parseIntensity(options.text('intensity'));
  const control = createSandboxControl(findSandbox(options.text('data') ?? 'data'));
  if (!isChange) {
    for (const state of await control.faults()) context.print(describe(state));
    return 0;
  }
  if (verb === 'mend' && fault === 'all') await mendAll(control, context);
  else if (verb === 'mend') context.print(describe(await control.mend(fault)));
  else context.print(describe(await control.break(fault, intensity)));
  return 0;
}

export const sandboxCommand: Command = {
  name: 'sandbox',
  summary: 'break and mend the sandbox CRM of the demonstration',
  help: HELP,
  run,
};
