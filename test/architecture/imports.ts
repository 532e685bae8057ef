import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseAst } from 'vitest/node';

/** One import of one file, however it is written; type-only imports count like any other. */
export type ImportEdge = {
  /** Path from the project's root, as `src/app/app.ts`. */
  readonly from: string;
  readonly specifier: string;
  /** Names that the statement takes from the module; `*` for all of them. */
  readonly names: readonly string[];
};

export const ROOT: string = resolve(import.meta.dirname, '../..');

/** Every TypeScript file below a folder of the project, as sorted paths from the root. */
export function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .toSorted();
}

export function readImportsOfFolder(folder: string): readonly ImportEdge[] {
  return sourceFiles(folder).flatMap((path) =>
    readImports(path, readFileSync(join(ROOT, path), 'utf8')),
  );
}

/**
 * Every import of a source text: static, dynamic, re-export, `import('…').Type`, `import x = require('…')`. What
 * hides its target from a reader (a computed `import(x)`, `require`, `process.getBuiltinModule`) becomes an edge to
 * `(computed)`, which no rule allows.
 */
export function readImports(path: string, text: string): readonly ImportEdge[] {
  const edges: ImportEdge[] = [];
  visit(parseAst(text, { lang: 'ts' }), (node) => {
    const edge = edgeOf(node);
    if (edge !== undefined) edges.push({ from: path, ...edge });
  });
  return edges;
}

type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function visit(value: unknown, onNode: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const element of value) visit(element, onNode);
    return;
  }
  if (!isNode(value)) return;
  onNode(value);
  for (const child of Object.values(value)) {
    if (typeof child === 'object') visit(child, onNode);
  }
}

function edgeOf(node: Node): Omit<ImportEdge, 'from'> | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      if (!isNode(node['source'])) return undefined;
      return { specifier: literalOf(node['source']), names: namesOf(node['specifiers']) };
    case 'ImportExpression':
    case 'TSImportType':
      return { specifier: literalOf(node['source'] ?? node['argument']), names: ['*'] };
    case 'TSExternalModuleReference':
      return { specifier: literalOf(node['expression']), names: ['*'] };
    case 'CallExpression':
      return isHiddenImport(node['callee']) ? { specifier: '(computed)', names: ['*'] } : undefined;
    default:
      return undefined;
  }
}

function literalOf(node: unknown): string {
  if (!isNode(node)) return '(computed)';
  if (node.type === 'TSLiteralType') return literalOf(node['literal']);
  return typeof node['value'] === 'string' ? node['value'] : '(computed)';
}

function namesOf(specifiers: unknown): readonly string[] {
  if (!Array.isArray(specifiers)) return ['*'];
  return specifiers.filter(isNode).map((specifier) => {
    const name = specifier['imported'] ?? specifier['local'];
    if (specifier.type === 'ImportNamespaceSpecifier' || !isNode(name)) return '*';
    return String(name['name'] ?? name['value']);
  });
}

function isHiddenImport(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  if (callee.type === 'Identifier') {
    return callee['name'] === 'require' || callee['name'] === 'createRequire';
  }
  const property = callee['property'];
  return (
    callee.type === 'MemberExpression' &&
    isNode(property) &&
    property['name'] === 'getBuiltinModule'
  );
}
