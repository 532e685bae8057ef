/** Quoted names and texts, comments as the SQL standard and MySQL have them, and placeholders elsewhere. */
const PARTS =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--(?=\s|$)[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|(?<![\w$])\$(\d+)(?!\w)/g;

/** Writes each placeholder $1, $2, … as an engine has it. What stands in a name, a text or a comment is none. */
export function replacePlaceholders(
  statement: string,
  write: (position: number) => string,
): string {
  return statement.replace(PARTS, (part: string, position: string | undefined) =>
    position === undefined ? part : write(Number(position)),
  );
}

/** The statement without names in quotes, texts and comments; comments that a server executes stay. */
export function withoutTexts(statement: string): string {
  return statement.replace(PARTS, (part: string) => (/^\/\*M?!|^\$/.test(part) ? part : ' '));
}
