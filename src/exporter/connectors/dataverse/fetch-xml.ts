/** A part of a query that is written and escaped already. */
export type Xml = string;

type Attributes = Readonly<Record<string, string>>;

function element(name: string, attributes: Attributes, children: readonly Xml[] = []): Xml {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  return `<${name}${written.join('')}>${children.join('')}</${name}>`;
}

/** What would end a text or an attribute (XML 1.0, section 2.4), also without a name for it in the configuration. */
function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');
}

/**
 * Queries of Dataverse in XML. Source: MicrosoftDocs/powerapps-docs,
 * powerapps-docs/developer/data-platform/fetchxml/ (overview, aggregate-data, filter-rows, join-tables).
 */
export const fetchXml = {
  /** A query that computes: its parts are aggregates, groups, filters and links. */
  aggregate: (entity: string, parts: readonly Xml[]): Xml =>
    element('fetch', { aggregate: 'true' }, [element('entity', { name: entity }, parts)]),
  /** A query for the first records. */
  top: (entity: string, size: number, parts: readonly Xml[]): Xml =>
    element('fetch', { top: String(size) }, [element('entity', { name: entity }, parts)]),
  /** A query for records, each once, however many links lead to it. */
  distinct: (entity: string, parts: readonly Xml[]): Xml =>
    element('fetch', { distinct: 'true' }, [element('entity', { name: entity }, parts)]),
  attribute: (name: string): Xml => element('attribute', { name }),
  /** `count` counts records, and `countcolumn` those with a value in the column. */
  count: (kind: 'count' | 'countcolumn', name: string, alias: string): Xml =>
    element('attribute', { name, alias, aggregate: kind }),
  group: (name: string, alias: string): Xml =>
    element('attribute', { name, alias, groupby: 'true' }),
  rising: (attribute: string): Xml => element('order', { attribute }),
  filter: (type: 'and' | 'or', parts: readonly Xml[]): Xml => element('filter', { type }, parts),
  condition: (attribute: string, operator: string, value?: string): Xml =>
    element('condition', { attribute, operator, ...(value === undefined ? {} : { value }) }),
  isIn: (attribute: string, values: readonly number[]): Xml =>
    element(
      'condition',
      { attribute, operator: 'in' },
      values.map((value) => element('value', {}, [String(value)])),
    ),
  /** Leads on to a table by its column `from`, which the table before has too, or has as `to`. */
  link: (name: string, from: string, parts: readonly Xml[], to: string = from): Xml =>
    element('link-entity', { name, from, to }, parts),
} as const;

/** A time as conditions take it, in UTC. */
export function toFetchTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
