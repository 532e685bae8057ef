import type { SeenRequest } from '../fault-server.ts';
import { isJsonRecord } from './json-schema.ts';
import type { Operation, Place, Specification } from './open-api.ts';

/** A query parameter, or a value of one, that a specification forgot; `why` says how we know of it. */
export type Undocumented = {
  readonly template: string;
  /** Of the parameter as it is sent, decoded, such as "limit=100". */
  readonly parameter: RegExp;
  readonly why: string;
};

/** The parts of a path that fill the parameters of a template; undefined when it is another path. */
export function segmentsOf(
  template: string,
  path: string,
): Readonly<Record<string, string>> | undefined {
  const parts = template.split('/');
  const given = (path.split('?')[0] ?? '').split('/');
  if (parts.length !== given.length) return undefined;
  const segments: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const text = decodeURIComponent(given[index] ?? '');
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined && text !== part) return undefined;
    if (name !== undefined) segments[name] = text;
  }
  return segments;
}

/** Whether a request carries what one of the alternatives of an operation asks for. */
export function isProven({ security, schemes }: Operation, { headers }: SeenRequest): boolean {
  const carries = (name: string): boolean => {
    const { type, in: place, name: header, scheme } = schemes[name] ?? {};
    const authorization = String(headers['authorization'] ?? '');
    if (type === 'apiKey') {
      return place === 'header' && headers[String(header).toLowerCase()] !== undefined;
    }
    if (type !== 'http') return authorization !== '';
    return authorization.toLowerCase().startsWith(`${String(scheme).toLowerCase()} `);
  };
  return security.length === 0 || security.some((each) => Object.keys(each).every(carries));
}

/** What an operation does not allow about a request. */
export function problemsOf(
  specification: Specification,
  operation: Operation,
  request: SeenRequest,
  undocumented: readonly Undocumented[],
): readonly string[] {
  const url = new URL(request.path, 'http://crm.test');
  const segments = segmentsOf(operation.template, request.path) ?? {};
  const problems: string[] = [];
  const names = new Set<string>();
  const isForgotten = (name: string): boolean =>
    undocumented.some(
      ({ template, parameter }) =>
        template === operation.template &&
        parameter.test(`${name}=${url.searchParams.get(name) ?? ''}`),
    );
  for (const parameter of operation.parameters) {
    const name = String(parameter.value['name']);
    const place = parameter.value['in'];
    if (place === 'query') names.add(name);
    const given = givenFor(parameter, { url, segments, request });
    if (given === undefined) {
      if (parameter.value['required'] === true) problems.push(`${name} is missing`);
      continue;
    }
    const problem = problemOfText(specification, parameter, given);
    if (problem !== undefined && !isForgotten(name)) problems.push(`${name}: ${problem}`);
  }
  for (const name of new Set(url.searchParams.keys())) {
    if (!names.has(name) && !isForgotten(name)) problems.push(`no parameter is called ${name}`);
  }
  const problem = problemOfBody(specification, operation, request);
  return problem === undefined ? problems : [...problems, problem];
}

type Given = {
  readonly url: URL;
  readonly segments: Readonly<Record<string, string>>;
  readonly request: SeenRequest;
};

function givenFor({ value }: Place, { url, segments, request }: Given): unknown {
  const name = String(value['name']);
  switch (value['in']) {
    case 'query':
      return url.searchParams.has(name) ? url.searchParams.getAll(name) : undefined;
    case 'path':
      return segments[name];
    case 'header':
      return request.headers[name.toLowerCase()];
    default:
      return undefined;
  }
}

/** Lists come several times, or in one text with commas between (OAS 3.0.3, "Style Values"). */
function problemOfText(
  specification: Specification,
  parameter: Place,
  given: unknown,
): string | undefined {
  const schema = specification.at(parameter, 'schema');
  if (schema === undefined) return undefined;
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (schema.value['type'] !== 'array') {
    return texts.length === 1
      ? problemOfScalar(specification, schema, texts[0])
      : 'it is there more than once';
  }
  const items = specification.at(schema, 'items');
  const all = texts.length === 1 ? String(texts[0]).split(',') : texts;
  if (items === undefined) return undefined;
  return all.map((item) => problemOfScalar(specification, items, item)).find((each) => each);
}

/** A text in a URL may stand for a number. */
function problemOfScalar(
  specification: Specification,
  schema: Place,
  text: unknown,
): string | undefined {
  const asText = specification.validate(schema, text);
  if (asText === undefined) return undefined;
  const number = String(text).trim() === '' ? Number.NaN : Number(text);
  const isNumber = Number.isFinite(number) && specification.validate(schema, number) === undefined;
  const isTruth = ['true', 'false'].includes(String(text));
  const isBoolean = isTruth && specification.validate(schema, text === 'true') === undefined;
  return isNumber || isBoolean ? undefined : asText;
}

function problemOfBody(
  specification: Specification,
  { place }: Operation,
  { body, headers }: SeenRequest,
): string | undefined {
  const expected = specification.at(place, 'requestBody');
  if (expected === undefined) return body === '' ? undefined : 'a body is not expected';
  if (body === '') return expected.value['required'] === true ? 'the body is missing' : undefined;
  const type = (String(headers['content-type'] ?? '').split(';')[0] ?? '').trim();
  const content = specification.at(expected, 'content', type);
  if (content === undefined) return `no body of the type "${type}" is expected`;
  const schema = specification.at(content, 'schema');
  if (schema === undefined) return undefined;
  const document: unknown = JSON.parse(body);
  const problem = specification.validate(schema, document);
  if (problem !== undefined) return `the body is wrong: ${problem}`;
  return isJsonRecord(document) ? unknownMembers(specification, schema, document) : undefined;
}

/** A member that no schema names is a mistake, even where others would be allowed. */
function unknownMembers(
  specification: Specification,
  schema: Place,
  document: Readonly<Record<string, unknown>>,
): string | undefined {
  const properties = specification.at(schema, 'properties');
  if (properties === undefined) return undefined;
  const strange = Object.keys(document).filter((name) => !Object.hasOwn(properties.value, name));
  return strange.length === 0 ? undefined : `nothing in the body is called ${strange.join(', ')}`;
}
