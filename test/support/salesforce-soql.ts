/** As much of SOQL as the connector asks in: conditions, one grouping, an order by one field and a limit. */
export type SoqlQuery = {
  readonly columns: readonly string[];
  readonly entity: string;
  readonly where?: Condition;
  readonly groupBy: readonly string[];
  readonly isRepeatedOnly: boolean;
  readonly orderBy: string;
  readonly limit: number;
};

export type SoqlRecord = Readonly<Record<string, unknown>>;

export type Comparison = {
  readonly kind: 'compare';
  readonly field: string;
  readonly operator: string;
  readonly value: unknown;
};

export type Condition =
  | { readonly kind: 'and'; readonly parts: readonly Condition[] }
  | { readonly kind: 'or'; readonly parts: readonly Condition[] }
  | Comparison;

const CLAUSES =
  /^SELECT (.+?) FROM (\w+)(?: WHERE (.+?))?(?: GROUP BY (.+?))?( HAVING COUNT\(Id\) > 1)?(?: ORDER BY (\w+)(?: ASC NULLS LAST)?)?(?: LIMIT (\d+))?$/;

/** Throws on what is not understood, like the parser of Salesforce. */
export function parseSoql(text: string): SoqlQuery {
  const [, columns = '', entity = '', where, groupBy, having, orderBy = 'Id', limit] =
    CLAUSES.exec(text) ?? [];
  if (entity === '') throw new SyntaxError(`no query: ${text}`);
  return {
    columns: columns.split(', '),
    entity,
    ...(where === undefined ? {} : { where: parseCondition(where) }),
    groupBy: groupBy?.split(', ') ?? [],
    isRepeatedOnly: having !== undefined,
    orderBy,
    limit: limit === undefined ? Infinity : Number(limit),
  };
}

const TOKEN = /\s*(\(|\)|'[^'\\]*'|!=|<=|>=|=|<|>|,|[\w.:+-]+)/y;

function parseCondition(text: string): Condition {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new SyntaxError(`no condition: ${text}`);
    tokens.push(token);
  }
  const condition = parseAny(tokens);
  if (tokens.length > 0) throw new SyntaxError(`unexpected ${tokens[0]} in ${text}`);
  return condition;
}

/** SOQL takes AND and OR together between brackets alone. */
function parseAny(tokens: string[]): Condition {
  const parts = [parseOne(tokens)];
  const word = tokens[0];
  if (word !== 'AND' && word !== 'OR') return parts[0] as Condition;
  while (tokens[0] === word) {
    tokens.shift();
    parts.push(parseOne(tokens));
  }
  return { kind: word === 'AND' ? 'and' : 'or', parts };
}

function parseOne(tokens: string[]): Condition {
  const first = tokens.shift();
  if (first === '(') {
    const inner = parseAny(tokens);
    if (tokens.shift() !== ')') throw new SyntaxError('a bracket is open');
    return inner;
  }
  const operator = tokens.shift();
  if (first === undefined || operator === undefined) throw new SyntaxError('half a condition');
  if (operator !== 'IN') {
    return { kind: 'compare', field: first, operator, value: valueOf(tokens.shift()) };
  }
  const values: unknown[] = [];
  if (tokens.shift() !== '(') throw new SyntaxError('IN without a list');
  for (;;) {
    values.push(valueOf(tokens.shift()));
    const next = tokens.shift();
    if (next === ')') return { kind: 'compare', field: first, operator, value: values };
    if (next !== ',') throw new SyntaxError('a list without an end');
  }
}

/** Texts are quoted; numbers, times and days are not. */
function valueOf(token: string | undefined): unknown {
  if (token === 'null') return null;
  if (token === 'true' || token === 'false') return token === 'true';
  if (token?.startsWith("'") === true) return token.slice(1, -1);
  if (token !== undefined && /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(token)) {
    return { literal: token };
  }
  if (token !== undefined && /^\d+$/.test(token)) return Number(token);
  throw new SyntaxError(`no value: ${token}`);
}

/** The value at a field, which may lead through other records: PermissionSet.Name. */
export function valueAtField(record: unknown, field: string): unknown {
  let found: unknown = record;
  for (const part of field.split('.')) {
    found = (found as Readonly<Record<string, unknown>> | null | undefined)?.[part];
  }
  return found ?? null;
}

export function fulfils(record: SoqlRecord, condition: Condition | undefined): boolean {
  if (condition === undefined) return true;
  if (condition.kind === 'and') return condition.parts.every((part) => fulfils(record, part));
  if (condition.kind === 'or') return condition.parts.some((part) => fulfils(record, part));
  const { field, operator, value } = condition;
  const own = valueAtField(record, field);
  const wanted = comparable(value);
  switch (operator) {
    case '=':
      return own === wanted;
    case '!=':
      return own !== wanted;
    case 'IN':
      return Array.isArray(value) && value.includes(own);
    case 'LIKE':
      return isLike(String(own), String(value));
    default:
      return own !== null && isOrdered(comparable(own), operator, wanted);
  }
}

/** Without regard to case; only an end of any kind is asked for. */
function isLike(own: string, pattern: string): boolean {
  const [text, wanted] = [own.toLowerCase(), pattern.toLowerCase()];
  return wanted.endsWith('%') ? text.startsWith(wanted.slice(0, -1)) : text === wanted;
}

function comparable(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'literal' in value) {
    return comparable(value.literal);
  }
  const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
  return isTime ? Date.parse(value.replace('+0000', 'Z')) : value;
}

function isOrdered(one: unknown, operator: string, other: unknown): boolean {
  if (typeof one !== typeof other) throw new SyntaxError('values of different types');
  const isLess = (one as string) < (other as string);
  if (one === other) return operator.endsWith('=');
  return isLess === operator.startsWith('<');
}

/** Every field that a condition names, with the value that it is compared to. */
export function comparisonsIn(condition: Condition | undefined): readonly Comparison[] {
  if (condition === undefined) return [];
  return condition.kind === 'compare' ? [condition] : condition.parts.flatMap(comparisonsIn);
}
