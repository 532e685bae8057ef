import { decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { encodedColumn } from '../classifier/decode-encoding.ts';
import { layOut } from './flags.ts';
import type { Flag } from './flags.ts';
import type { NoveltyModel, NoveltyReferences } from './novelty-model.ts';
import { unpackBits } from './seen-rows.ts';

/** Far more than is ever written; a file that holds more is broken. */
const MOST_COLUMNS = 10_000_000;
const MOST_CLASSES = 10_000;
const MOST_TEXT = 100_000_000;

const columns = decode.list(decode.number(), { maximumLength: MOST_COLUMNS });
const flag: Decoder<Flag> = decode.object({
  threshold: decode.required(decode.number(), 'threshold'),
  feature: decode.required(decode.integer({ minimum: 0 }), 'index of the feature'),
  form: decode.required(decode.choice<Flag['form']>(['above', 'below']), 'side of the threshold'),
});

const claims: Decoder<NoveltyModel['claims']> = decode.object({
  weights: decode.required(decode.list(columns, { maximumLength: MOST_CLASSES }), 'weights'),
  intercepts: decode.required(
    decode.list(decode.number(), { maximumLength: MOST_CLASSES }),
    'intercepts',
  ),
});

const references: Decoder<NoveltyReferences> = decode.object({
  unclaimed: decode.required(columns, 'how little left-out rows were claimed'),
  distances: decode.required(columns, 'how far left-out rows lay from others'),
});

/** The shape of a model of novelty; `noveltyProblem` tells whether its arrays fit together. */
export const noveltyDecoder: Decoder<NoveltyModel> = decode.object({
  encoding: decode.required(
    decode.list(encodedColumn, { maximumLength: MOST_COLUMNS }),
    'columns that classes claim rows by',
  ),
  claims: decode.required(claims, 'regressions of each class against all others'),
  flags: decode.required(decode.list(flag, { maximumLength: MOST_COLUMNS }), 'flags'),
  seen: decode.required(
    decode.list(
      decode.text({
        pattern: /^[A-Za-z0-9+/]+={0,2}$/,
        meaning: 'Base64',
        maximumLength: MOST_TEXT,
      }),
    ),
    'flags of the distinct rows of the training, in Base64',
  ),
  ranges: decode.required(
    decode.object({
      minima: decode.required(columns, 'smallest values seen'),
      maxima: decode.required(columns, 'largest values seen'),
    }),
    'ranges of the features',
  ),
  references: decode.required(references, 'what is usual'),
});

/** The first place where arrays of a model do not fit together, and why; undefined when there is none. */
export function noveltyProblem(model: NoveltyModel): string | undefined {
  const { encoding, claims: given, flags, seen, ranges } = model;
  const features = ranges.minima.length;
  if (ranges.maxima.length !== features) {
    return `ranges.maxima: ${ranges.maxima.length} values for ${features} minima`;
  }
  const turned = ranges.minima.findIndex((minimum, at) => minimum > ranges.maxima[at]!);
  if (turned >= 0) return `ranges.minima[${turned}]: larger than the maximum`;
  for (const [name, list] of [
    ['encoding', encoding],
    ['flags', flags],
  ] as const) {
    const beyond = list.findIndex(({ feature }) => feature >= features);
    if (beyond >= 0) return `${name}[${beyond}].feature: there are ${features} features`;
  }
  if (given.intercepts.length !== given.weights.length) {
    return `claims.intercepts: ${given.intercepts.length} values for ${given.weights.length} rows of weights`;
  }
  const short = given.weights.findIndex((row) => row.length !== encoding.length);
  if (short >= 0) {
    return `claims.weights[${short}]: ${given.weights[short]!.length} values for ${encoding.length} columns`;
  }
  const { words } = layOut(flags);
  const strange = seen.findIndex((text) => unpackBits(text, words) === undefined);
  if (strange >= 0) return `seen[${strange}]: not ${words * 4} bytes in Base64`;
  for (const name of ['unclaimed', 'distances'] as const) {
    const list = model.references[name];
    const falls = list.findIndex((value, at) => at > 0 && value < list[at - 1]!);
    if (falls >= 0) return `references.${name}[${falls}]: less than the value before it`;
  }
  return undefined;
}
