/** Where something lies in a tree of JSON. */
export type JsonPath = readonly (string | number)[];

/** What no decoder expects: other types, absurd numbers and times, texts that are too much. */
export const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  -1e308,
  '',
  'NaN',
  'Infinity',
  '-1',
  '99999999999999999999',
  '0000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '+275761-01-01T00:00:00Z',
  '\0\u202e\ud800',
  '__proto__',
  'x'.repeat(100_000),
  [],
  [[]],
  {},
  { toString: null, __proto__: [] },
];

/** Every place of a tree, the whole of it first. */
export function pathsOf(value: unknown, path: JsonPath = []): readonly JsonPath[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...inner.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

/** The same tree with another value at one place. */
export function replaceAt(tree: unknown, path: JsonPath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(tree)) {
    return tree.map((item, index) => (index === key ? replaceAt(item, rest, value) : item));
  }
  const fields = Object.entries(tree as object).map(([name, item]) => [
    name,
    name === key ? replaceAt(item, rest, value) : item,
  ]);
  return Object.fromEntries(fields);
}

/** The same tree without one place of a map or a list. */
export function removeAt(tree: unknown, path: JsonPath): unknown {
  const parent = path.slice(0, -1);
  const last = path.at(-1);
  const found = parent.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown>)[key],
    tree,
  );
  const without = Array.isArray(found)
    ? found.filter((_, index) => index !== last)
    : Object.fromEntries(Object.entries(found as object).filter(([name]) => name !== last));
  return replaceAt(tree, parent, without);
}
