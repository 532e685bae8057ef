export type JsonRecord = Readonly<Record<string, unknown>>;

export function isJsonRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What OpenAPI 3.0 says in its own words, in those of JSON Schema 2020-12 (OAS 3.0.3, "Schema Object"), throughout a
 * document. "oneOf" becomes "anyOf", because generated documents list alternatives that overlap, such as an e-mail
 * address or an empty text.
 */
export function toJsonSchema(node: unknown, toAddress: (reference: string) => string): unknown {
  if (Array.isArray(node)) return node.map((item: unknown) => toJsonSchema(item, toAddress));
  if (!isJsonRecord(node)) return node;
  const reference = node['$ref'];
  // What stands beside a reference has no meaning in 3.0.
  if (typeof reference === 'string') return { $ref: toAddress(reference) };
  const converted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(node)) {
    // Examples are values, in which nothing has another meaning.
    converted[name] = name === 'example' ? value : toJsonSchema(value, toAddress);
  }
  if (Array.isArray(converted['oneOf'])) {
    converted['anyOf'] = converted['oneOf'];
    delete converted['oneOf'];
  }
  for (const [exclusive, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof converted[exclusive] !== 'boolean') continue;
    if (converted[exclusive]) converted[exclusive] = converted[bound];
    else delete converted[exclusive];
  }
  return converted['nullable'] === true ? orNull(converted) : converted;
}

function orNull({ nullable: _nullable, ...schema }: JsonRecord): JsonRecord {
  const { type, enum: values } = schema;
  if (Array.isArray(values)) {
    const wider = Array.isArray(type) ? type : [type, 'null'];
    return { ...schema, enum: [...values, null], ...(type === undefined ? {} : { type: wider }) };
  }
  if (typeof type === 'string') return { ...schema, type: [type, 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}
