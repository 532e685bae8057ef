/** Steps that a match may take from one place of the text, at most; it is tried from every place. */
const MAXIMUM_COST = 1000;
const MAXIMUM_LENGTH = 500;
const MAXIMUM_REPETITION = 1000;

export type SafePattern =
  | { readonly ok: true; readonly pattern: RegExp }
  | { readonly ok: false; readonly why: string; readonly remedy: string };

type Reader = { readonly text: string; at: number };

/** Why a pattern is not taken; thrown and caught in this file alone. */
class Unsafe extends Error {
  readonly remedy: string;
  constructor(why: string, remedy: string) {
    super(why);
    this.remedy = remedy;
  }
}

const BOUND_IT = 'write how often at most, such as {1,64}';

/**
 * Takes a regular expression only when it is surely quick on any text: every repetition has an upper bound, what is
 * repeated holds no repetition and no alternative itself, nothing looks around or back, and all ways that one match
 * can go are at most `MAXIMUM_COST`. A backtracking engine then needs at most that many times the length of the text.
 * That excludes what makes a pattern catastrophic (OWASP, "Regular expression Denial of Service"): nested and
 * unbounded repetition.
 */
export function parseSafePattern(text: string): SafePattern {
  if (text === '' || text.length > MAXIMUM_LENGTH) {
    const why = text === '' ? 'it is empty' : `it is longer than ${MAXIMUM_LENGTH} characters`;
    return { ok: false, why, remedy: `write 1 to ${MAXIMUM_LENGTH} characters` };
  }
  let pattern: RegExp;
  try {
    pattern = new RegExp(text, 'gu');
  } catch {
    return { ok: false, why: 'it is no regular expression', remedy: 'correct its syntax' };
  }
  try {
    const reader = { text, at: 0 };
    const cost = alternatives(reader);
    if (cost > MAXIMUM_COST) {
      throw new Unsafe(
        `a match of it can go ${cost} ways, more than ${MAXIMUM_COST}`,
        'make its repetitions shorter, or split it into several patterns',
      );
    }
  } catch (error) {
    if (error instanceof Unsafe) return { ok: false, why: error.message, remedy: error.remedy };
    throw error;
  }
  if (new RegExp(pattern.source, 'u').test('')) {
    return {
      ok: false,
      why: 'it matches nothing at all, too',
      remedy: 'let it need a character at least',
    };
  }
  return { ok: true, pattern };
}

/** `a|b|c` up to the end of its group. Gives the number of ways to match it. */
function alternatives(reader: Reader): number {
  let cost = sequence(reader);
  while (reader.text[reader.at] === '|') {
    reader.at++;
    cost += sequence(reader);
  }
  return cost;
}

function sequence(reader: Reader): number {
  let cost = 1;
  while (reader.at < reader.text.length && !'|)'.includes(reader.text[reader.at] ?? '')) {
    const inner = atom(reader);
    const repeated = repetition(reader);
    if (repeated.most > 1 && inner > 1) {
      throw new Unsafe(
        'a repetition or a choice within a repetition can take for ever',
        'write each repetition of its own',
      );
    }
    cost *= inner * (repeated.most - repeated.least + 1);
  }
  return cost;
}

/** One character, class or group. Gives the number of ways to match it. */
function atom(reader: Reader): number {
  const { text } = reader;
  const character = text[reader.at++];
  if (character === '(') return group(reader);
  if (character === '[') {
    while (reader.at < text.length && text[reader.at] !== ']')
      reader.at += text[reader.at] === '\\' ? 2 : 1;
    reader.at++;
  }
  if (character === '\\') escaped(reader);
  return 1;
}

function escaped(reader: Reader): void {
  const { text } = reader;
  const next = text[reader.at++] ?? '';
  if (/[1-9k]/.test(next)) {
    throw new Unsafe('it refers back to what it matched', 'take out the back-reference');
  }
  const braced = /^\{[^}]{0,40}\}/.exec(text.slice(reader.at));
  if ('pPu'.includes(next) && braced !== null) reader.at += braced[0].length;
}

function group(reader: Reader): number {
  if (reader.text[reader.at] === '?') {
    if (reader.text[reader.at + 1] !== ':') {
      throw new Unsafe('only plain groups are taken', 'write ( … ) or (?: … )');
    }
    reader.at += 2;
  }
  const cost = alternatives(reader);
  reader.at++;
  return cost;
}

function repetition(reader: Reader): { readonly least: number; readonly most: number } {
  const rest = reader.text.slice(reader.at);
  const sign = rest[0] ?? '';
  if (sign === '*' || sign === '+') throw new Unsafe(`"${sign}" has no upper bound`, BOUND_IT);
  const braced = /^\{(\d+)(,(\d*))?\}/.exec(rest);
  if (sign !== '?' && braced === null) return { least: 1, most: 1 };
  const [taken = '?', least = '0', comma, most = ''] = braced ?? [];
  if (comma !== undefined && most === '')
    throw new Unsafe(`"${taken}" has no upper bound`, BOUND_IT);
  reader.at += taken.length;
  // A lazy one goes the same ways in another order.
  if (reader.text[reader.at] === '?') reader.at++;
  if (braced === null) return { least: 0, most: 1 };
  const bounds = { least: Number(least), most: Number(comma === undefined ? least : most) };
  if (bounds.most <= MAXIMUM_REPETITION) return bounds;
  throw new Unsafe(`"${taken}" repeats more than ${MAXIMUM_REPETITION} times`, BOUND_IT);
}
