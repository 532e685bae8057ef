import { CrmwatchError, decode, isFields } from '../../std/std.ts';
import type { Fields, Shape } from '../../std/std.ts';
import { formatProblems, parseYaml } from '../../config/config.ts';
import type { ParsedOptions } from '../options.ts';
import { readTextFile } from '../read-text-file.ts';

/** What is known of a target before anybody is asked. */
export type Answers = {
  readonly name?: string;
  /** As it would stand under `connection:`; parts may be missing. */
  readonly connection: Fields;
  readonly country?: string;
};

const answersDecoder = decode.object({
  name: decode.optional(decode.text(), 'name of the target'),
  connection: decode.optional(
    decode.map(decode.any('as under connection'), { key: 'key', pattern: /^[a-z_]+$/ }),
    'connection of the target',
  ),
  default_country: decode.optional(
    decode.text(),
    'country of telephone numbers written without "+"',
  ),
});

function readAnswersFile(path: string): Answers {
  const remedy =
    'name a file with the answers: name, connection and default_country, as in a target';
  const parsed = parseYaml(readTextFile(path, 'usage', remedy), path);
  const result = parsed.ok
    ? decode.run(answersDecoder, parsed.value)
    : { ok: false as const, problems: [parsed.problem] };
  if (!result.ok) {
    throw new CrmwatchError(
      'config_invalid',
      `the answers in ${path} cannot be used:\n${formatProblems(result.problems)}`,
      { remedy },
    );
  }
  const { name, connection = {}, default_country: country } = result.value;
  return {
    connection,
    ...(name === undefined ? {} : { name }),
    ...(country === undefined ? {} : { country }),
  };
}

const PLACE = /^[a-z][a-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** The shape at a place, in whichever variant of a union has it. */
function shapeAt(shape: Shape | undefined, keys: readonly string[]): Shape | undefined {
  const [key, ...rest] = keys;
  if (key === undefined || shape === undefined) return shape;
  if (shape.kind === 'map') return shapeAt(shape.value, rest);
  if (shape.kind === 'union') {
    const found = Object.values(shape.variants).map((variant) => shapeAt(variant, keys));
    return found.find((one) => one !== undefined);
  }
  if (shape.kind !== 'object' || !Object.hasOwn(shape.fields, key)) return undefined;
  return shapeAt(shape.fields[key]?.shape, rest);
}

const PLAIN: ReadonlySet<Shape['kind']> = new Set(['text', 'url', 'duration', 'choice']);

function valueOf(text: string, place: string, shape: Shape | undefined): unknown {
  if (shape !== undefined && PLAIN.has(shape.kind)) return text;
  const parsed = parseYaml(text, `--set ${place}`);
  if (parsed.ok) return parsed.value;
  throw new CrmwatchError('usage', `the value of --set ${place} cannot be read`, {
    remedy: `write a plain value, a list such as '[a, b]' or a map such as '{ a: b }'`,
  });
}

/** A copy of `fields` with a value at a place. */
export function withValue(fields: Fields, keys: readonly string[], value: unknown): Fields {
  const [key = '', ...rest] = keys;
  if (rest.length === 0) return { ...fields, [key]: value };
  const inner = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return { ...fields, [key]: withValue(isFields(inner) ? inner : {}, rest, value) };
}

function setOf(text: string): { readonly place: string; readonly value: string } {
  const [place = '', ...value] = text.split('=');
  if (value.length > 0 && PLACE.test(place)) return { place, value: value.join('=') };
  // What stands behind it may be a secret, so it is not repeated.
  throw new CrmwatchError('usage', '--set is not of the form KEY=VALUE', {
    remedy: 'name a key below connection, such as --set authentication.user=crmwatch',
  });
}

/** The answers of the file, those of the options over them. `shape` is that of a whole connection. */
export function readAnswers(options: ParsedOptions, shape: Shape): Answers {
  const file = options.text('answers');
  const read = file === undefined ? { connection: {} } : readAnswersFile(file);
  let connection = read.connection;
  for (const key of ['platform', 'url']) {
    const value = options.text(key);
    if (value !== undefined) connection = { ...connection, [key]: value };
  }
  const { platform } = connection;
  const own =
    shape.kind === 'union' &&
    typeof platform === 'string' &&
    Object.hasOwn(shape.variants, platform)
      ? shape.variants[platform]
      : shape;
  for (const text of options.texts('set')) {
    const { place, value } = setOf(text);
    const keys = place.split('.');
    connection = withValue(connection, keys, valueOf(value, place, shapeAt(own, keys)));
  }
  const name = options.text('name') ?? read.name;
  const country = options.text('country') ?? read.country;
  return {
    connection,
    ...(name === undefined ? {} : { name }),
    ...(country === undefined ? {} : { country }),
  };
}
