export type YamlText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** What YAML 1.1 allows in a file, beside what no file of text has. Source: yaml_parser_update_buffer of libyaml. */
const FORBIDDEN = /[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** The text of a file by its byte order mark, UTF-8 without one; a byte that cannot be read is an error. */
export function decodeYamlBytes(bytes: Uint8Array): YamlText {
  const encoding =
    MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte))?.[0] ?? 'utf-8';
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, message: `the file is no text in ${encoding.toUpperCase()}` };
  }
  return FORBIDDEN.test(text)
    ? { ok: false, message: 'there is a control character in the file' }
    : // A line may end as in Unicode, which YAML has given up since.
      { ok: true, text: text.replaceAll(/[\u0085\u2028\u2029]/g, '\n') };
}

/**
 * The text of the first document: up to the second `---`, or to `...`. Fails for a directive that is not of YAML 1.1 and
 * for an end without a beginning.
 */
export function firstDocumentOf(text: string): YamlText {
  const lines = text.split(/(?<=\n|\r(?!\n))/);
  let hasBegun = false;
  for (const [index, line] of lines.entries()) {
    const marker = /^(?:---|\.\.\.)(?=\s|$)/.exec(line)?.[0];
    if (marker !== undefined && hasBegun) return { ok: true, text: lines.slice(0, index).join('') };
    if (marker === '...') return { ok: false, message: 'a document ends before it has begun' };
    if (
      !hasBegun &&
      line.startsWith('%') &&
      !/^%(?:YAML\s+1\.1|TAG\s+\S+\s+\S+)\s*(?:#.*)?$/.test(line.trimEnd())
    ) {
      return { ok: false, message: 'this directive is not of YAML 1.1' };
    }
    if (marker === '---' || !/^(?:\s*(?:#.*)?$|%)/.test(line.trimEnd())) hasBegun = true;
  }
  return { ok: true, text };
}
