import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';

import { isJsonRecord, toJsonSchema } from './json-schema.ts';
import type { JsonRecord } from './json-schema.ts';

/** Part of a document, and where it is, as an address that the validator understands. */
export type Place = { readonly value: JsonRecord; readonly address: string };

export type Operation = {
  readonly method: string;
  /** With the base of its server, such as /api/v2/persons. */
  readonly template: string;
  readonly place: Place;
  /** Each alternative names the schemes that it takes together; an empty list takes anyone. */
  readonly security: readonly JsonRecord[];
  readonly schemes: Readonly<Record<string, JsonRecord>>;
  /** Those of the path come first. */
  readonly parameters: readonly Place[];
};

/** Some OpenAPI documents (3.0 or 3.1) that belong together. */
export type Specification = {
  readonly operations: readonly Operation[];
  /** What is at a member of a place, wherever its references lead; undefined when there is none. */
  at(place: Place, ...path: readonly string[]): Place | undefined;
  /** What is wrong with a value; undefined when nothing is. */
  validate(schema: Place, value: unknown): string | undefined;
};

export type SpecificationOptions = {
  /** By the names of their files, which references between them end with. */
  readonly documents: Readonly<Record<string, unknown>>;
  /** Whose operations there are, when others only hold what these refer to. */
  readonly offering?: readonly string[];
  /** Where the paths of a document begin; the path of its first server when it is not here. */
  readonly bases?: Readonly<Record<string, string>>;
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const ORIGIN = 'https://specification.test/';
/** Generated values keep to these by how they are made, and requests hold none of them. */
const FORMATS = Object.fromEntries(
  ['date', 'date-time', 'decimal', 'double', 'email', 'float', 'int32', 'int64', 'uri', 'uuid'].map(
    (name) => [name, true as const],
  ),
);

export function createSpecification(options: SpecificationOptions): Specification {
  const settings = {
    strict: false,
    validateSchema: false,
    logger: false,
    formats: FORMATS,
  } as const;
  const ajv = new Ajv2020(settings);
  const checks = new Map<string, ValidateFunction>();
  const converted: Record<string, JsonRecord> = {};
  for (const [name, document] of Object.entries(options.documents)) {
    const schema = toJsonSchema(document, (reference) => addressOf(reference, name));
    if (!isJsonRecord(schema)) throw new Error(`${name} holds no OpenAPI document`);
    converted[name] = schema;
    ajv.addSchema(schema, `${ORIGIN}${name}`);
  }

  function resolve(place: {
    readonly value: unknown;
    readonly address: string;
  }): Place | undefined {
    const { value, address } = place;
    if (!isJsonRecord(value)) return undefined;
    const reference = value['$ref'];
    return typeof reference === 'string' ? lookUp(reference) : { value, address };
  }

  function lookUp(address: string): Place {
    const [file = '', pointer = ''] = address.slice(ORIGIN.length).split('#');
    let found: unknown = converted[file];
    for (const part of pointer.split('/').slice(1)) {
      found = isJsonRecord(found) ? found[unescapePart(part)] : undefined;
    }
    const place = resolve({ value: found, address });
    if (place === undefined) throw new Error(`${address} leads nowhere`);
    return place;
  }

  function at(place: Place, ...path: readonly string[]): Place | undefined {
    let found: Place | undefined = place;
    for (const part of path) {
      if (found === undefined || !Object.hasOwn(found.value, part)) return undefined;
      found = resolve({
        value: found.value[part],
        address: `${found.address}/${escapePart(part)}`,
      });
    }
    return found;
  }

  const offering = options.offering ?? Object.keys(options.documents);
  const operations = offering.flatMap((name) => {
    const root = lookUp(`${ORIGIN}${name}#`);
    const base = options.bases?.[name] ?? pathOfServer(root.value);
    return operationsOf(root, base, at);
  });
  return {
    // Literal paths come before those with parameters, as servers match them.
    operations: operations.toSorted((a, b) => parametersIn(a) - parametersIn(b)),
    at,
    validate({ address }, value) {
      const check = checks.get(address) ?? ajv.compile({ $ref: address });
      checks.set(address, check);
      return check(value) ? undefined : ajv.errorsText(check.errors, { dataVar: '' });
    },
  };
}

function operationsOf(root: Place, base: string, at: Specification['at']): readonly Operation[] {
  const schemes = at(root, 'components', 'securitySchemes');
  const names = Object.keys(schemes?.value ?? {});
  const paths = at(root, 'paths');
  return Object.keys(paths?.value ?? {}).flatMap((path) =>
    METHODS.flatMap((method) => {
      const item = paths === undefined ? undefined : at(paths, path);
      const place = item === undefined ? undefined : at(item, method);
      if (item === undefined || place === undefined) return [];
      const security = place.value['security'] ?? root.value['security'];
      return [
        {
          method: method.toUpperCase(),
          template: `${base}${path}`,
          place,
          security: Array.isArray(security) ? security.filter(isJsonRecord) : [],
          schemes: Object.fromEntries(
            names.map((name) => [name, (schemes && at(schemes, name))?.value ?? {}]),
          ),
          parameters: [item, place].flatMap((owner) => listAt(owner, 'parameters', at)),
        },
      ];
    }),
  );
}

/** The members of a list, each wherever its reference leads. */
function listAt(owner: Place, name: string, at: Specification['at']): readonly Place[] {
  const list = owner.value[name];
  if (!Array.isArray(list)) return [];
  const holder = { value: Object.fromEntries(list.entries()), address: `${owner.address}/${name}` };
  return list.flatMap((_item, index) => at(holder, String(index)) ?? []);
}

function parametersIn({ template }: Operation): number {
  return template.split('{').length - 1;
}

function pathOfServer({ servers }: JsonRecord): string {
  const first: unknown = Array.isArray(servers) ? servers[0] : undefined;
  const url = isJsonRecord(first) ? first['url'] : undefined;
  return typeof url === 'string' ? new URL(url, ORIGIN).pathname.replace(/\/$/, '') : '';
}

/** References to other files are kept by the names of these, wherever they were published. */
function addressOf(reference: string, own: string): string {
  const [file = '', pointer = ''] = reference.split('#');
  return `${ORIGIN}${file === '' ? own : (file.split('/').at(-1) ?? own)}#${pointer}`;
}

function escapePart(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function unescapePart(part: string): string {
  return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
}
