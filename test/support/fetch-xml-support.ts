/** A record; links are lists of records. */
export type Row = Readonly<Record<string, unknown>>;

type Node = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  text: string;
};

/** Reads XML without namespaces, comments and declarations; throws where tags do not match. */
function parseXml(text: string): Node {
  const root: Node = { name: '', attributes: {}, children: [], text: '' };
  const stack = [root];
  for (const [, end, name = '', attributes = '', own, between] of text.matchAll(
    /<(\/?)([\w-]+)((?:\s[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/g,
  )) {
    const top = stack.at(-1) ?? root;
    if (between !== undefined) top.text += between;
    else if (end === '/') {
      if (stack.pop()?.name !== name) throw new Error(`</${name}> ends nothing`);
    } else {
      const pairs = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)];
      const node: Node = {
        name,
        attributes: Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, value])),
        children: [],
        text: '',
      };
      top.children.push(node);
      if (own !== '/') stack.push(node);
    }
  }
  const [fetch] = root.children;
  if (fetch?.name !== 'fetch' || stack.length !== 1) throw new Error('no whole query');
  return fetch;
}

/** A plain value as it is compared; nothing for what is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function isFulfilled(row: Row, { attributes, children }: Node): boolean {
  const { attribute = '', operator, value = '' } = attributes;
  const own = row[attribute] ?? null;
  switch (operator) {
    case 'null':
      return own === null;
    case 'not-null':
      return own !== null;
    case 'eq':
      return own !== null && textOf(own) === value;
    case 'in':
      return children.some(({ text }) => own !== null && textOf(own) === text);
    case 'lt':
      return own !== null && Date.parse(textOf(own)) < Date.parse(value);
    case 'le':
      return own !== null && Date.parse(textOf(own)) <= Date.parse(value);
    case 'ge':
      return own !== null && Date.parse(textOf(own)) >= Date.parse(value);
    default:
      throw new Error(`no operator is called ${operator}`);
  }
}

function passes(row: Row, node: Node): boolean {
  switch (node.name) {
    case 'condition':
      return isFulfilled(row, node);
    case 'filter':
      return node.attributes['type'] === 'or'
        ? node.children.some((child) => passes(row, child))
        : node.children.every((child) => passes(row, child));
    case 'link-entity': {
      // A link that has no list of its own stays with the record.
      const linked = row[node.attributes['name'] ?? ''] ?? [row];
      return (linked as readonly Row[]).some((one) =>
        node.children.every((child) => passes(one, child)),
      );
    }
    default:
      return true;
  }
}

/**
 * What Dataverse answers to a query over records of one table: the parts of FetchXML that the connector uses. Undefined
 * when it would have to compute over more than a number of records.
 */
export function answerFetch(
  xml: string,
  rows: readonly Row[],
  aggregateLimit: number,
): readonly Row[] | undefined {
  const fetch = parseXml(xml);
  const parts = fetch.children[0]?.children ?? [];
  const found = rows.filter((row) => parts.every((part) => passes(row, part)));
  const columns = parts.filter(({ name }) => name === 'attribute');
  if (fetch.attributes['aggregate'] === 'true') {
    if (found.length > aggregateLimit) return undefined;
    const group = columns.find(({ attributes }) => attributes['groupby'] === 'true')?.attributes;
    const keys = group === undefined ? [undefined] : found.map((row) => row[group['name'] ?? '']);
    return [...new Set(keys)].map((key) => {
      const members =
        group === undefined ? found : found.filter((row) => row[group['name'] ?? ''] === key);
      return Object.fromEntries(
        columns.map(({ attributes: { name = '', alias = '', aggregate } }) => {
          if (aggregate === undefined) return [alias, key];
          const counted =
            aggregate === 'count' ? members : members.filter((row) => (row[name] ?? null) !== null);
          return [alias, counted.length];
        }),
      );
    });
  }
  const order = parts.find(({ name }) => name === 'order')?.attributes['attribute'] ?? '';
  const names = columns.map(({ attributes }) => attributes['name'] ?? '');
  const sorted = found.toSorted((a, b) => (textOf(a[order]) < textOf(b[order]) ? -1 : 1));
  return sorted
    .slice(0, Number(fetch.attributes['top'] ?? 5000))
    .map((row) => Object.fromEntries(names.map((name) => [name, row[name]])));
}
