import { parseYaml } from '../../config/config.ts';
import { isFields, secretReference } from '../../std/std.ts';
import type { FieldShape, Fields, Shape } from '../../std/std.ts';

export type Interview = {
  readonly ask: (question: string) => Promise<string>;
  readonly note: (line: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes note of a place that was asked for, so that a wrong answer can be asked for again. */
  readonly asked: Set<string>;
  /** Whether keys that may be left out are offered too. */
  readonly offersMore: boolean;
};

type Place = { readonly place: string; readonly description: string };

const SECRET = JSON.stringify(secretReference().shape);

function isSecret(shape: Shape): boolean {
  return JSON.stringify(shape) === SECRET;
}

/** Completes a value by questions for what its shape requires; what is given is not asked for. */
export async function complete(
  shape: Shape,
  given: unknown,
  at: Place,
  interview: Interview,
): Promise<unknown> {
  if (given !== undefined && (!isFields(given) || isSecret(shape))) return given;
  if (isSecret(shape)) return askSecret(at, false, interview);
  switch (shape.kind) {
    case 'union':
      return completeUnion(shape, given, at, interview);
    case 'object':
      return completeObject(shape.fields, given ?? {}, at, interview);
    case 'map':
      return given ?? askMap(shape, at, interview);
    case 'choice':
      return choose(
        shape.choices.map((name) => [name, '']),
        at,
        interview,
      );
    case 'list':
    case 'any':
    case 'integer':
    case 'number':
    case 'boolean':
      return askYaml(at, interview);
    default:
      return askText(at, shape.note, interview);
  }
}

async function completeUnion(
  { tag, variants }: Extract<Shape, { kind: 'union' }>,
  given: Fields | undefined,
  at: Place,
  interview: Interview,
): Promise<unknown> {
  const place = joined(at.place, tag);
  const chosen =
    given?.[tag] ??
    (await choose(
      Object.entries(variants).map(([name, variant]) => [name, meaningOf(variant, tag)]),
      { ...at, place },
      interview,
    ));
  const variant =
    typeof chosen === 'string' && Object.hasOwn(variants, chosen) ? variants[chosen] : undefined;
  const tagged = { [tag]: chosen, ...given };
  return variant === undefined ? tagged : complete(variant, tagged, at, interview);
}

/** A variant says what it is in the description of its tag. */
function meaningOf(variant: Shape, tag: string): string {
  return variant.kind === 'object' ? (variant.fields[tag]?.description ?? '') : '';
}

async function completeObject(
  fields: Readonly<Record<string, FieldShape>>,
  given: Fields,
  at: Place,
  interview: Interview,
): Promise<Fields> {
  const result: Record<string, unknown> = { ...given };
  for (const [name, field] of Object.entries(fields)) {
    const place = joined(at.place, name);
    const below = { place, description: field.description };
    if (Object.hasOwn(given, name) && given[name] !== null) {
      result[name] = await complete(field.shape, given[name], below, interview);
    } else if (field.required) {
      result[name] = await complete(field.shape, undefined, below, interview);
    } else if (interview.offersMore) {
      const more = await offer(field, below, interview);
      if (more !== undefined) result[name] = more;
    }
  }
  return result;
}

/** A section that may be left out, where the platform would know more with it. */
async function offer(field: FieldShape, at: Place, interview: Interview): Promise<unknown> {
  const { shape } = field;
  if (isSecret(shape)) return askSecret(at, true, interview);
  const hasParts =
    shape.kind === 'union' ||
    (shape.kind === 'map' && field.defaultText === '{}') ||
    (shape.kind === 'object' && Object.values(shape.fields).some(({ required }) => required));
  if (!hasParts) return undefined;
  const answer = await interview.ask(`${at.place}: ${at.description}. Set it? [y/N] `);
  return isYes(answer) ? complete(shape, undefined, at, interview) : undefined;
}

export function isYes(answer: string): boolean {
  return /^y(?:es)?$/i.test(answer.trim());
}

function joined(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

export async function choose(
  choices: readonly (readonly [name: string, meaning: string])[],
  at: Place,
  { ask, note, asked }: Interview,
): Promise<string> {
  const [only] = choices;
  if (choices.length === 1 && only !== undefined) return only[0];
  asked.add(at.place);
  note(`${at.place}: ${at.description}`);
  for (const [index, [name, meaning]] of choices.entries()) {
    note(`  ${index + 1}  ${name}${meaning === '' ? '' : `: ${meaning}`}`);
  }
  for (;;) {
    const answer = (await ask('number or name: ')).trim();
    const found = choices.find(([name], index) => name === answer || String(index + 1) === answer);
    if (found !== undefined) return found[0];
    note(`that is none of them; write a number from 1 to ${choices.length}`);
  }
}

async function askText(
  at: Place,
  meaning: string | undefined,
  { ask, asked }: Interview,
): Promise<string> {
  asked.add(at.place);
  const hint = meaning === undefined ? '' : ` (${meaning})`;
  for (;;) {
    const answer = (await ask(`${at.place}: ${at.description}${hint}: `)).trim();
    if (answer !== '') return answer;
  }
}

async function askYaml(at: Place, { ask, note, asked }: Interview): Promise<unknown> {
  asked.add(at.place);
  for (;;) {
    const answer = await ask(`${at.place}: ${at.description} (a list is written [a, b]): `);
    const parsed = parseYaml(answer, at.place);
    if (parsed.ok) return parsed.value;
    note(`  ${parsed.problem.message}`);
  }
}

async function askMap(
  { key, value }: Extract<Shape, { kind: 'map' }>,
  at: Place,
  interview: Interview,
): Promise<Fields> {
  interview.asked.add(at.place);
  const result: Record<string, unknown> = {};
  for (;;) {
    const name = (await interview.ask(`${at.place}: ${key}, or nothing to go on: `)).trim();
    if (name === '') return result;
    const below = { place: joined(at.place, name), description: at.description };
    result[name] = await complete(value, undefined, below, interview);
  }
}

const ENVIRONMENT_NAME = /^[A-Za-z_]\w*$/;

/** Never takes the secret itself: what is no place where it could be is asked for again, and not repeated. */
async function askSecret(
  at: Place,
  mayBeLeftOut: boolean,
  { ask, note, environment, asked }: Interview,
): Promise<Fields | undefined> {
  asked.add(at.place);
  note(`${at.place}: ${at.description}`);
  for (;;) {
    const what = 'an environment variable, or ./FILE; never the secret itself';
    const nothing = mayBeLeftOut ? '; nothing to leave it out' : '';
    const answer = (await ask(`  name of ${what}${nothing}: `)).trim();
    if (answer === '' && mayBeLeftOut) return undefined;
    if (answer.includes('/')) return { file: answer };
    if (ENVIRONMENT_NAME.test(answer) && (environment[answer] ?? '') !== '') {
      return { environment: answer };
    }
    note('  there is no such environment variable here: set it first, or name a file with a "/"');
  }
}
