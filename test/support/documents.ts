import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const REPOSITORY: string = resolve(import.meta.dirname, '../..');

/** A fenced block of a document; indented ones in lists too. */
export type Block = {
  /** Path in the repository and line, as an editor understands them. */
  readonly place: string;
  readonly document: string;
  /** What stands behind the opening fence; empty for pictures made of letters. */
  readonly kind: string;
  readonly text: string;
};

export type Link = { readonly place: string; readonly document: string; readonly target: string };

/** README.md, CHANGELOG.md and everything under docs/. */
export function listDocuments(): readonly string[] {
  const below = readdirSync(join(REPOSITORY, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)));
  return ['README.md', 'CHANGELOG.md', ...below];
}

export function readDocument(document: string): string {
  return readFileSync(join(REPOSITORY, document), 'utf8');
}

/** Every fenced block, and what is left of the text without them. */
export function splitDocument(document: string): {
  readonly blocks: readonly Block[];
  readonly prose: readonly string[];
} {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { line: number; indent: string; kind: string; lines: string[] } | undefined;
  for (const [index, line] of readDocument(document).split('\n').entries()) {
    const fence = /^( *)```(\S*)/.exec(line);
    if (open === undefined) {
      if (fence === null) prose.push(line);
      else {
        prose.push('');
        open = { line: index + 1, indent: fence[1] ?? '', kind: fence[2] ?? '', lines: [] };
      }
      continue;
    }
    prose.push('');
    if (fence === null) open.lines.push(line.replace(open.indent, ''));
    else {
      const place = `${document}:${open.line}`;
      blocks.push({ place, document, kind: open.kind, text: open.lines.join('\n') });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${document}:${open.line}: the block has no end`);
  return { blocks, prose };
}

/** Links and pictures to other files; those to the web are not followed. */
export function listLinks(document: string): readonly Link[] {
  return splitDocument(document).prose.flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']): Link[] =>
      /^[a-z]+:/.test(target) ? [] : [{ place: `${document}:${index + 1}`, document, target }],
    ),
  );
}

/** The anchors that GitHub gives the headings of a document. */
export function listAnchors(document: string): ReadonlySet<string> {
  return new Set(
    splitDocument(document).prose.flatMap((line) => {
      const heading = /^#+ (.*)$/.exec(line)?.[1];
      if (heading === undefined) return [];
      const words = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '');
      return [words.trim().replaceAll(' ', '-')];
    }),
  );
}

export function resolveLink({ document, target }: Link): { file: string; anchor: string } {
  const [path = '', anchor = ''] = target.split('#');
  const file = path === '' ? document : join(dirname(document), path);
  return { file, anchor };
}
