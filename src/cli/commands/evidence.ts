import { writeFileSync } from 'node:fs';
import { captureEvidence, createRuntime, createSecretPrograms } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import { timeOf } from '../../responder/diagnosis/diagnosis.ts';
import type { Evidence } from '../../responder/evidence/evidence.ts';
import { CrmwatchError, decode, describeFileError } from '../../std/std.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';
import type { ParsedOptions } from '../options.ts';
import { readTextFile } from '../read-text-file.ts';

function timeOption(options: ParsedOptions, name: string): number | undefined {
  const text = options.text(name);
  return text === undefined ? undefined : timeOf(text, `--${name}`);
}

function addressOption(options: ParsedOptions): string | undefined {
  const text = options.text('prometheus');
  if (text === undefined) return undefined;
  const decoded = decode.run(decode.url(), text, '--prometheus');
  if (decoded.ok) return decoded.value;
  const [problem] = decoded.problems;
  throw new CrmwatchError('usage', `--prometheus: ${problem?.message}`, {
    remedy: problem?.remedy ?? 'see: crmwatch evidence --help',
  });
}

/** Larger ones do not fit the memory of a small machine. */
const LOG_MEBIBYTES = 64;

function readLog(path: string): string {
  const remedy = 'name a file with the log lines from an hour before the onset on';
  const text = readTextFile(path, 'usage', remedy);
  if (text.length <= LOG_MEBIBYTES * 1_048_576) return text;
  throw new CrmwatchError('usage', `${path} has more than ${LOG_MEBIBYTES} MiB`, { remedy });
}

function save(path: string, evidence: Evidence): void {
  try {
    writeFileSync(path, `${JSON.stringify(evidence, undefined, 1)}\n`);
  } catch (cause) {
    throw new CrmwatchError('usage', describeFileError(path, cause), {
      remedy: 'name a file in a folder that exists and that this user may write to',
      cause,
    });
  }
}

function describe(evidence: Evidence): string {
  const { alerts, probes, signals, changes, related, logs } = evidence;
  return [
    `alerts ${alerts.length}`,
    `probes ${probes.length}`,
    `series ${signals.length}`,
    `changes ${changes.length}`,
    `related targets ${related.length}`,
    ...(logs === null ? [] : [`kinds of log lines ${logs.length}`]),
  ].join(', ');
}

export const evidenceCommand: Command = {
  name: 'evidence',
  summary: 'save what a diagnosis would look at',
  help: `usage: crmwatch evidence capture --target NAME --prometheus URL [options]
       crmwatch evidence capture --target NAME --config FILE [options]

Asks Prometheus what a diagnosis of this target would look at, and saves it as one file that \`crmwatch diagnose\` judges, now
and for ever. Texts of alerts and lines of logs are masked and taken apart into words; the file holds no text as it was.

  --prometheus URL    address of the Prometheus that scrapes the exporter
  --config FILE       configuration of the responder: where Prometheus is, what depends on what, how to ask for changes
  --onset TIME        when the trouble began; default the start of the first alert that fires
  --at TIME           as things stood at this time; default now. Of the past Prometheus keeps no texts of alerts
  --logs FILE         log lines with their times, from the hour before the onset on
  --output FILE       where to save it; printed unless given`,
  async run(context) {
    const text = { type: 'string' } as const;
    const options = parseOptions(
      'evidence',
      context.arguments,
      {
        target: text,
        prometheus: text,
        config: text,
        onset: text,
        at: text,
        logs: text,
        output: text,
      },
      { minimum: 1, maximum: 1 },
    );
    const [action = ''] = options.positionals;
    if (action !== 'capture') {
      const remedy = 'use: evidence capture';
      throw new CrmwatchError('usage', `evidence ${action} is no command`, { remedy });
    }
    const target = requireOption('evidence', options, 'target');
    const config = options.text('config');
    const logs = options.text('logs');
    const prometheusUrl = addressOption(options);
    const onsetAtMs = timeOption(options, 'onset');
    const atMs = timeOption(options, 'at');
    const evidence = await captureEvidence(
      {
        target,
        ...(prometheusUrl === undefined ? {} : { prometheusUrl }),
        ...(config === undefined
          ? {}
          : { loaded: loadConfig(config, process.env, createSecretPrograms()) }),
        ...(onsetAtMs === undefined ? {} : { onsetAtMs }),
        ...(atMs === undefined ? {} : { atMs }),
        ...(logs === undefined ? {} : { log: readLog(logs) }),
      },
      createRuntime('error').clock,
    );
    for (const gap of evidence.gaps) context.note(`not known: ${gap}`);
    const output = options.text('output');
    if (output === undefined) {
      context.print(JSON.stringify(evidence, undefined, 1));
    } else {
      save(output, evidence);
      context.print(`wrote ${output}: ${describe(evidence)}`);
    }
    return 0;
  },
};
