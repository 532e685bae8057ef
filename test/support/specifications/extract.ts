/**
 * Cuts out of an OpenAPI document what the tests need: the GET operations of some paths, and what these refer to.
 * Descriptions and titles are left out.
 *
 * usage: node test/support/specifications/extract.ts <document.json> <extract.json> <path>...
 *
 * test/fixtures/specifications/<name>/README.md says of each extract where its document is from, with version and licence.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import { isJsonRecord } from './json-schema.ts';
import type { JsonRecord } from './json-schema.ts';

const PROSE = new Set(['description', 'title']);

/** Members of "properties" are names, whatever they are called. */
function withoutProse(node: unknown, areNames = false): unknown {
  if (Array.isArray(node)) return node.map((item: unknown) => withoutProse(item));
  if (!isJsonRecord(node)) return node;
  const kept = Object.entries(node).filter(([key]) => areNames || !PROSE.has(key));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, withoutProse(value, key === 'properties' && !areNames)]),
  );
}

function referencesIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(referencesIn);
  if (!isJsonRecord(node)) return [];
  const own = node['$ref'];
  const others = Object.values(node).flatMap(referencesIn);
  return typeof own === 'string' ? [own.replace('#/components/schemas/', ''), ...others] : others;
}

function extract(document: JsonRecord, paths: readonly string[]): JsonRecord {
  const all = document['paths'] as Readonly<Record<string, JsonRecord>>;
  const { schemas, securitySchemes } = document['components'] as Readonly<
    Record<string, JsonRecord>
  >;
  const wanted = paths.map((path) => {
    const operation = all[path]?.['get'];
    if (operation === undefined) throw new Error(`the document has no GET ${path}`);
    return [path, { get: operation }] as const;
  });
  const names = new Set<string>();
  const open = referencesIn(wanted);
  const visit = (name: string): void => {
    if (names.has(name)) return;
    names.add(name);
    referencesIn(schemas?.[name]).forEach(visit);
  };
  open.forEach(visit);
  const used = [...names].toSorted().map((name) => [name, schemas?.[name]]);
  return {
    openapi: document['openapi'],
    info: document['info'],
    paths: Object.fromEntries(wanted),
    components: { schemas: Object.fromEntries(used), securitySchemes },
  };
}

const [from, to, ...paths] = process.argv.slice(2);
if (from === undefined || to === undefined || paths.length === 0) {
  throw new Error('usage: extract.ts <document.json> <extract.json> <path>...');
}
const document = JSON.parse(readFileSync(from, 'utf8')) as JsonRecord;
const { info, ...rest } = extract(document, paths);
const extracted = withoutProse(rest) as JsonRecord;
// A document has to have a title.
writeFileSync(to, `${JSON.stringify({ ...extracted, info }, null, 2)}\n`);
