import { z } from 'zod';
import { changeHeadersOf } from './decode-request.ts';
import type { Operation } from './operation.ts';
import { PROBLEM_KINDS } from './problem.ts';
import type { ProblemKind } from './problem.ts';
import { COMPONENTS, problemDocument } from './schemas.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const API_VERSION = '1';
const PROBLEM = reference(problemDocument);

/** How every operation may refuse, and what those with parameters, bodies or changes may besides. */
const COMMON: readonly ProblemKind[] = [
  'invalid-request',
  'unauthenticated',
  'forbidden',
  'method-not-allowed',
  'wrong-host',
  'too-many-attempts',
  'internal',
  'unavailable',
];
const OF_CHANGES: readonly ProblemKind[] = ['cross-site'];
const OF_BODIES: readonly ProblemKind[] = ['too-large', 'unsupported-media-type', 'invalid-body'];

/** All kinds in which an operation may refuse. */
export function problemsOf(operation: Operation): readonly ProblemKind[] {
  return [
    ...COMMON,
    ...(operation.method === 'GET' ? [] : OF_CHANGES),
    ...(operation.body === undefined ? [] : OF_BODIES),
    ...operation.problems,
  ];
}

/** `/incidents/:id` as OpenAPI writes it. */
export function openApiPath(path: string): string {
  return path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
}

function withoutMarks(schema: object): JsonObject {
  const { $schema: _dialect, $id: _id, ...rest } = schema as Record<string, unknown>;
  return rest;
}

function reference(schema: z.ZodType): JsonObject {
  const id = COMPONENTS.get(schema)?.id;
  if (id !== undefined) return { $ref: `#/components/schemas/${id}` };
  return withoutMarks(z.toJSONSchema(schema));
}

export type ParameterDefinition = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonObject;
};

const HEADER_NAMES: Readonly<Record<string, string>> = {
  'idempotency-key': 'Idempotency-Key',
  'if-match': 'If-Match',
};

function parametersIn(
  place: ParameterDefinition['in'],
  schema: z.ZodType,
): readonly ParameterDefinition[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as { description?: string };
    return {
      name: HEADER_NAMES[name] ?? name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

export function parametersOf(operation: Operation): readonly ParameterDefinition[] {
  return [
    ...parametersIn('path', operation.pathParameters),
    ...parametersIn('query', operation.query),
    ...(operation.method === 'GET' ? [] : parametersIn('header', changeHeadersOf(operation))),
  ];
}

function responsesOf(operation: Operation): JsonObject {
  const answers = Object.entries(operation.responses).map(([status, response]) => {
    const { description, schema, contentType = 'application/json', headers = {} } = response;
    const mediaType = contentType.split(';')[0] ?? contentType;
    const told = Object.entries(headers).map(([name, text]) => [
      name,
      { description: text, schema: { type: 'string' } },
    ]);
    return [
      status,
      {
        description,
        ...(told.length === 0 ? {} : { headers: Object.fromEntries(told) }),
        content: { [mediaType]: { schema: reference(schema) } },
      },
    ] as const;
  });
  const kinds = Map.groupBy(problemsOf(operation), (kind) => PROBLEM_KINDS[kind].status);
  const problems = [...kinds]
    .toSorted(([left], [right]) => left - right)
    .map(([status, names]) => {
      const description = names.map((name) => `\`${name}\`: ${PROBLEM_KINDS[name].meaning}.`);
      const content = { 'application/problem+json': { schema: PROBLEM } };
      return [String(status), { description: description.join(' '), content }] as const;
    });
  return Object.fromEntries([...answers, ...problems]);
}

function operationObject(operation: Operation): JsonObject {
  const { id, summary, description, role, body } = operation;
  const parameters = parametersOf(operation);
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    'x-crmwatch-role': role,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.isRequired,
            content: { 'application/json': { schema: reference(body.schema) } },
          },
        }),
    responses: responsesOf(operation),
  };
}

/** The API as an OpenAPI 3.1 document, made of the schemas by which requests are decoded. */
export function openApiDocument(operations: readonly Operation[]): JsonObject {
  const paths = Map.groupBy(operations, ({ path }) => openApiPath(path));
  const { schemas } = z.toJSONSchema(COMPONENTS, { uri: (id) => `#/components/schemas/${id}` });
  return {
    openapi: '3.1.1',
    info: {
      title: 'crmwatch responder',
      version: API_VERSION,
      description:
        'Times are milliseconds since the epoch. Errors are problem documents (RFC 9457); docs/API.md lists their kinds.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }, { session: [] }],
    paths: Object.fromEntries(
      [...paths].map(([path, group]) => [
        path,
        Object.fromEntries(
          group.map((operation) => [operation.method.toLowerCase(), operationObject(operation)]),
        ),
      ]),
    ),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'crmwatch_session' },
      },
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([name, schema]) => [name, withoutMarks(schema)]),
      ),
    },
  };
}
