import { EVIDENCE_LIMITS } from './evidence-value.ts';

/** Longer texts are cut before they are looked at, at a space. */
const TEXT_CHARACTERS = 4000;

/** A part of a text that is still text, or what stands in its place: a word, or the name of a placeholder. */
type Piece = string | { readonly token: string };

type Rule = {
  /** Without any of these a text has no match, and is not searched. */
  readonly needs: readonly string[];
  readonly pattern: RegExp;
  readonly replace: (match: RegExpExecArray) => readonly Piece[];
};

function placeholder(name: string): Piece {
  return { token: `<${name}>` };
}

/** Words behind which a name stands, with a sign between or without one. */
const KEYS =
  'user(?:_?name|_?id)?|login|account|name|customer|contact|person|owner|lead|company|e-?mail|phone|password|passwd|' +
  'pwd|secret|token|session|cookie|api_?key|key|authorization|bearer|credentials?|tenant|host(?:name)?|server|node|' +
  'instance|database|benutzer|kunde|kontakt|utilisateur|client|usuario|cliente';
const TITLES = 'user|username|mr|mrs|ms|dr|herr|frau|benutzer|utilisateur|usuario|bearer|basic';

/**
 * In this order, each on what those before it left. Every part of a pattern has an upper bound, so that a search is
 * linear in the text.
 */
const RULES: readonly Rule[] = [
  {
    // A pseudonym that the intake put there (see alerts/mask.ts) keeps its kind.
    needs: ['['],
    pattern: /\[([a-z][a-z0-9_]{0,62}):[0-9a-f]{12}\]/g,
    replace: ([, kind = 'value']) => [placeholder(kind)],
  },
  {
    needs: ['://'],
    pattern: /(?<![a-z0-9])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>]{1,2000}/gi,
    replace: () => [placeholder('url')],
  },
  {
    needs: ['@', '%40'],
    pattern: /[^\s@<>"'(),;:=]{1,64}(?:@|%40)[^\s@<>"'(),;:]{1,255}/g,
    replace: () => [placeholder('email')],
  },
  {
    needs: ['"', "'", '`', '“', '„', '«'],
    pattern:
      /"[^"\n]{1,200}"|“[^”\n]{1,200}”|„[^“”\n]{1,200}[“”]|«[^»\n]{1,200}»|`[^`\n]{1,200}`|(?<![\p{L}\p{N}])'[^'\n]{1,200}'(?![\p{L}\p{N}])/gu,
    replace: () => [placeholder('quoted')],
  },
  {
    needs: [':', '='],
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}])(${KEYS})[ \\t]{0,3}[:=][ \\t]{0,3}[^\\s,;]{1,200}`,
      'giu',
    ),
    replace: ([, key = '']) => [key, placeholder('name')],
  },
  {
    needs: [' ', '\t'],
    pattern: new RegExp(`(?<![\\p{L}\\p{N}])(${TITLES})\\.?[ \\t]{1,3}[^\\s,;:]{1,200}`, 'giu'),
    replace: ([, title = '']) => [title, placeholder('name')],
  },
  {
    // International (ITU-T E.164); digits of any other form are masked as numbers.
    needs: ['+', '00'],
    pattern: /(?<![\p{L}\p{N}+.])(?:\+|00)[1-9](?:[ ./()-]{0,2}\d){6,14}(?!\d)/gu,
    replace: () => [placeholder('phone')],
  },
];

/** Letters and marks of one word, with an apostrophe inside. */
const WORD = /\p{L}[\p{L}\p{M}]*(?:['’]\p{L}[\p{L}\p{M}]*)?/gu;
const EDGES = /^[^\p{L}\p{N}/\\<~]+|[^\p{L}\p{N}/\\>]+$/gu;
const NUMBER = /^[\d.,:+/-]*\d[\d.,:/-]*(?:%|[\p{L}]{1,3})?$/u;
const TIME = /^\d{4}-\d{2}-\d{2}T\S{0,40}$/;
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?$/;
/** `java.net.SocketTimeoutException`: the last name says what happened. */
const CLASS_NAME = /^(?:[\p{L}_$]+\.)+(\p{Lu}[\p{L}_]+)$/u;

/** What is between two spaces. */
function tokensOfPart(part: string): readonly string[] {
  const inner = part.replaceAll(EDGES, '');
  if (inner === '') return [];
  if (IPV4.test(inner) || inner.includes('::')) return ['<ip>'];
  if (TIME.test(inner)) return ['<time>'];
  if (NUMBER.test(inner)) return ['<number>'];
  if (/^[/~\\]|\\|\/.*\//.test(inner)) return ['<path>'];
  const className = CLASS_NAME.exec(inner)?.[1];
  if (className !== undefined) return wordsOfText(className);
  if (/[\p{L}\p{N}_-]\.[\p{L}\p{N}_-]/u.test(inner)) return ['<host>'];
  // Identifiers have digits in them; so do words of many kinds, which are no loss.
  if (/\p{N}/u.test(inner)) {
    return inner.split(/[=:/,;()[\]{}|]/).flatMap((one) => {
      if (one === '') return [];
      if (NUMBER.test(one)) return ['<number>'];
      return /\p{N}/u.test(one) ? ['<id>'] : wordsOfText(one);
    });
  }
  return wordsOfText(inner);
}

function wordsOfText(text: string): readonly string[] {
  return (text.normalize('NFKC').match(WORD) ?? []).map((word) =>
    word.length > EVIDENCE_LIMITS.wordCharacters ? '<id>' : word.toLowerCase(),
  );
}

function applyRule(pieces: readonly Piece[], { needs, pattern, replace }: Rule): readonly Piece[] {
  return pieces.flatMap((piece): readonly Piece[] => {
    if (typeof piece !== 'string' || !needs.some((sign) => piece.includes(sign))) return [piece];
    const parts: Piece[] = [];
    let from = 0;
    for (const match of piece.matchAll(pattern)) {
      parts.push(piece.slice(from, match.index), ...replace(match));
      from = match.index + match[0].length;
    }
    return [...parts, piece.slice(from)];
  });
}

/** Parts a text wherever a value stands for itself, and not inside a word or a number. */
function replaceValue(pieces: readonly Piece[], name: string, value: string): readonly Piece[] {
  return pieces.flatMap((piece): readonly Piece[] => {
    if (typeof piece !== 'string') return [piece];
    const parts: Piece[] = [];
    let from = 0;
    let at = piece.indexOf(value);
    while (at >= 0) {
      const end = at + value.length;
      if (!isInside(piece[at - 1], piece[at]) && !isInside(piece[end - 1], piece[end])) {
        parts.push(piece.slice(from, at), placeholder(name));
        from = end;
      }
      at = piece.indexOf(value, end);
    }
    return [...parts, piece.slice(from)];
  });
}

/** Senders of other kinds may have anything as the name of a label. */
function nameOf(label: string): string {
  return /^[a-z_]\w{0,39}$/i.test(label) ? label.toLowerCase() : 'label';
}

function isInside(before: string | undefined, after: string | undefined): boolean {
  const [a, b] = [before ?? ' ', after ?? ' '];
  return /[\p{L}\p{N}]/u.test(a) && /[\p{L}\p{N}]/u.test(b);
}

/**
 * The words of a text that may be kept and learnt from: lower case, with a placeholder for whatever may tell a person, a
 * machine or a moment: values of the alert's labels (`<target>`), addresses, numbers, identifiers, paths, what is
 * quoted, and what stands behind words such as "user". A name that nothing gives away stays.
 * @returns at most `EVIDENCE_LIMITS.words` of at most `EVIDENCE_LIMITS.wordCharacters` characters.
 */
export function maskWords(
  text: string,
  labels: Readonly<Record<string, string>> = {},
): readonly string[] {
  const cut =
    text.length <= TEXT_CHARACTERS
      ? text
      : text.slice(0, TEXT_CHARACTERS).replace(/\S*$/, '').toWellFormed();
  const values = Object.entries(labels)
    .filter(([, value]) => value.trim().length > 1)
    // Of two values of which one holds the other, the longer one is meant.
    .toSorted(([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1));
  let pieces: readonly Piece[] = [cut];
  for (const [name, value] of values) pieces = replaceValue(pieces, nameOf(name), value);
  for (const rule of RULES) pieces = applyRule(pieces, rule);
  const tokens = pieces.flatMap((piece) =>
    typeof piece === 'string' ? piece.split(/\s+/).flatMap(tokensOfPart) : [piece.token],
  );
  return tokens
    .filter((token, index) => !(token.startsWith('<') && token === tokens[index - 1]))
    .slice(0, EVIDENCE_LIMITS.words);
}

/** What an alert says of itself. Other annotations are links and details for programs. */
export function wordsOfAlert(alert: {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}): readonly string[] {
  const { summary = '', description = '' } = alert.annotations;
  return maskWords(`${summary}\n${description}`, alert.labels);
}
