import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseAst } from 'vitest/node';

/** One import of one file, however it is written; type-only imports count like any other. */
export type ImportEdge = {
  /** Path from the project's root, as `src/app/app.ts`. */
  readonly from: string;
  readonly specifier: string;
  /** Names that an import takes from the module, or that a re-export gives it; `*` for all of them. */
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
      return { specifier: literalOf(node['source']), names: namesOf(node) };
    case 'ImportExpression':
    case 'TSImportType':
      return { specifier: literalOf(node['source'] ?? node['argument']), names: ['*'] };
    case 'TSExternalModuleReference':
      return { specifier: literalOf(node['expression']), names: ['*'] };
    case 'CallExpression':
      return edgeOfCall(node);
    default:
      return undefined;
  }
}

function literalOf(node: unknown): string {
  if (!isNode(node)) return '(computed)';
  if (node.type === 'TSLiteralType') return literalOf(node['literal']);
  return typeof node['value'] === 'string' ? node['value'] : '(computed)';
}

function namesOf(statement: Node): readonly string[] {
  if (statement.type === 'ExportAllDeclaration') return [nameOf(statement['exported'])];
  const specifiers = Array.isArray(statement['specifiers']) ? statement['specifiers'] : [];
  return specifiers
    .filter(isNode)
    .map((specifier) => nameOf(specifier['imported'] ?? specifier['exported']));
}

function nameOf(identifier: unknown): string {
  return isNode(identifier) ? String(identifier['name'] ?? identifier['value']) : '*';
}

/** `import.meta.resolve('…')` names its target; `require` and `getBuiltinModule` get past every rule. */
function edgeOfCall(call: Node): Omit<ImportEdge, 'from'> | undefined {
  const callee = call['callee'];
  if (!isNode(callee)) return undefined;
  const hidden = { specifier: '(computed)', names: ['*'] };
  if (callee.type === 'Identifier') {
    return ['require', 'createRequire'].includes(nameOf(callee)) ? hidden : undefined;
  }
  if (callee.type !== 'MemberExpression') return undefined;
  const { object, property } = callee;
  if (['getBuiltinModule', 'createRequire'].includes(nameOf(property))) return hidden;
  if (nameOf(property) !== 'resolve' || !isNode(object) || object.type !== 'MetaProperty') {
    return undefined;
  }
  const target = Array.isArray(call['arguments']) ? call['arguments'][0] : undefined;
  return { specifier: literalOf(target), names: ['*'] };
}
