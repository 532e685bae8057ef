import { createRuntime, createSecretPrograms, exportLabels } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';
import { requireWritable, writeTextFile } from '../output-file.ts';

export const labelsCommand: Command = {
  name: 'labels',
  summary: 'write what people said about incidents as episodes to train on',
  help: `usage: crmwatch labels --config FILE --output EPISODES.jsonl

Writes a line of JSON for each incident whose cause a person, a verified repair or a rule named: {label, group, origin,
evidence}, with the incident as its group. Of several labels the person's counts before that of a repair, and that before
a rule's; of several by the same the newest. What the model said is no label. The evidence is as it was kept, masked. The
same labels give the same file. May run while the responder works.

  --config FILE   the configuration of the responder
  --output FILE   the file to write, for crmwatch train and crmwatch evaluate; it is written over

Exit codes: 0 done, 1 nothing is labelled; 2 wrong usage; 3 the configuration has problems.`,
  async run(context) {
    const text = { type: 'string' } as const;
    const options = parseOptions(
      'labels',
      context.arguments,
      { config: text, output: text },
      { minimum: 0, maximum: 0 },
    );
    const file = requireOption('labels', options, 'config');
    const output = requireOption('labels', options, 'output');
    requireWritable('output', output, [file]);
    const loaded = loadConfig(file, process.env, createSecretPrograms());
    const { lines, withoutEvidence } = await exportLabels(loaded, createRuntime('error').clock);
    if (withoutEvidence > 0) {
      context.note(`left out for want of evidence: ${withoutEvidence} labelled incidents`);
    }
    if (lines.length === 0) {
      context.note('nothing is labelled; correct or confirm diagnoses on the pages of incidents');
      return 1;
    }
    writeTextFile(output, `${lines.join('\n')}\n`);
    context.print(`wrote ${output}: ${lines.length} labelled incidents`);
    return 0;
  },
};
