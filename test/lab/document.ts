import { readFileSync, writeFileSync } from 'node:fs';

/** The places of docs/DIAGNOSIS.md that hold what commands print. */
export type PrintedPart = 'printed by the training' | 'printed by the evaluation';

function boundsOf(text: string, part: PrintedPart): { readonly from: number; readonly to: number } {
  const begin = `<!-- ${part} -->\n`;
  const at = text.indexOf(begin);
  const to = text.indexOf('\n<!-- end -->', at);
  if (at < 0 || to < 0) throw new Error(`the document has no place for what is ${part}`);
  return { from: at + begin.length, to };
}

/** What the document says that a command prints. */
export function printedIn(text: string, part: PrintedPart): string {
  const { from, to } = boundsOf(text, part);
  return text
    .slice(from, to)
    .replace(/^```text\n/, '')
    .replace(/\n```$/, '');
}

/** Writes what a command printed into its place. */
export function writePrinted(file: string, part: PrintedPart, printed: string): void {
  const text = readFileSync(file, 'utf8');
  const { from, to } = boundsOf(text, part);
  const block = `\`\`\`text\n${printed.trimEnd()}\n\`\`\``;
  writeFileSync(file, `${text.slice(0, from)}${block}${text.slice(to)}`);
}
