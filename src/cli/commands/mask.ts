import { readFileSync } from 'node:fs';
import { createRuntime, createSecretPrograms } from '../../app/app.ts';
import { loadConfig } from '../../config/config.ts';
import {
  NO_MASK,
  SOURCE_KINDS,
  createMask,
  decodeDelivery,
  isSourceKind,
} from '../../responder/alerts/alerts.ts';
import type {
  AlertEvent,
  Mask,
  SourceKind,
  WebhookDecoding,
} from '../../responder/alerts/alerts.ts';
import { CrmwatchError, describeFileError } from '../../std/std.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';

const REMEDY = 'see: crmwatch mask --help';

function kindOf(text: string): SourceKind {
  if (isSourceKind(text)) return text;
  throw new CrmwatchError('usage', `--kind cannot be "${text}"`, {
    remedy: `use: ${SOURCE_KINDS.join(', ')}`,
  });
}

function readBody(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new CrmwatchError('usage', describeFileError(file, cause), { remedy: REMEDY, cause });
  }
}

/** Every text of an event that may be masked, by its place. */
function textsOf(event: AlertEvent): ReadonlyMap<string, string> {
  const { name, labels, annotations, generatorUrl } = event;
  return new Map([
    ['name', name],
    ...Object.entries(labels).map(([label, value]) => [`labels.${label}`, value] as const),
    ...Object.entries(annotations).map(([key, value]) => [`annotations.${key}`, value] as const),
    ['generatorURL', generatorUrl],
  ]);
}

function eventsOf(decoding: WebhookDecoding, file: string): readonly AlertEvent[] {
  if (decoding.ok) return decoding.events;
  const [problem] = decoding.problems;
  const where = problem === undefined || problem.place === '' ? '' : `${problem.place}: `;
  throw new CrmwatchError('usage', `${file} cannot be read: ${where}${problem?.message ?? ''}`, {
    remedy: problem?.remedy ?? REMEDY,
  });
}

export const maskCommand: Command = {
  name: 'mask',
  summary: 'show what the masking of personal data would do to a delivery',
  help: `usage: crmwatch mask DELIVERY --config FILE [--kind KIND]

Decodes the body of a delivery as the intake would, and prints every text of its alerts that responder.masking changes,
as it came and as it would be kept. Neither the database nor the network is touched, so the pseudonyms are made with a
key of this run and are others than those of the responder.

  --config FILE  the configuration of the responder
  --kind KIND    ${SOURCE_KINDS.join(', ')} (default: alertmanager)`,
  async run(context) {
    const options = parseOptions(
      'mask',
      context.arguments,
      { config: { type: 'string' }, kind: { type: 'string' } },
      { minimum: 1, maximum: 1 },
    );
    const [file = ''] = options.positionals;
    const kind = kindOf(options.text('kind') ?? 'alertmanager');
    const config = requireOption('mask', options, 'config');
    const { masking } = loadConfig(config, process.env, createSecretPrograms()).config.responder;
    const { clock, random } = createRuntime('error');
    const body = readBody(file);
    const delivery = { body, sender: 'example', kind, encoding: '', receivedAtMs: clock.now() };
    const decode = (mask: Mask): readonly AlertEvent[] =>
      eventsOf(decodeDelivery(delivery, mask), file);
    const before = decode(NO_MASK);
    const after = decode(createMask({ ...masking, key: random.bytes(32) }));
    let masked = 0;
    for (const [index, event] of before.entries()) {
      const kept = after[index];
      if (kept === undefined) continue;
      const texts = textsOf(kept);
      for (const [place, value] of textsOf(event)) {
        if (texts.get(place) === value) continue;
        masked++;
        context.print(`alert ${index + 1} ${place}: ${JSON.stringify(value)}`);
        context.print(`  is kept as ${JSON.stringify(texts.get(place) ?? '')}`);
      }
    }
    context.print(`alerts        ${before.length}`);
    context.print(`texts masked  ${masked}`);
    return 0;
  },
};
