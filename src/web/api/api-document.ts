import { openApiDocument, openApiPath, parametersOf, problemsOf } from './open-api.ts';
import type { ParameterDefinition } from './open-api.ts';
import type { Operation } from './operation.ts';
import { PROBLEM_KINDS, problemType } from './problem.ts';
import type { ProblemKind } from './problem.ts';
import { OPERATIONS } from './registry.ts';
import { COMPONENTS } from './schemas.ts';

const INTRODUCTION = `# The API of the responder

This page is written by \`crmwatch generate\` from the table of operations that also routes, decodes and checks them. The
same as an OpenAPI 3.1 document is [openapi.json](openapi.json), and every responder serves it at \`/api/v1/openapi.json\`.

## What holds for all of it

- **Who asks** is told by \`Authorization: Bearer …\` or the session of the console. The role that an operation needs stands
  with it: \`viewer\` looks, \`responder\` acts on incidents, \`admin\` administers.
- **Times** are milliseconds since 1970-01-01T00:00:00Z, in fields whose names end in \`AtMs\`.
- **Bodies** are JSON objects in UTF-8 of at most 64 kB. Unknown fields and unknown or repeated parameters are refused: one
  that is misspelt must not be ignored. Answers may gain fields within \`v1\`; readers ignore those that they do not know.
  \`Accept\` is not looked at: each operation has one form.
- **Lists** come in pages. \`next\` (and the header \`Link\`, RFC 8288) is the address of the next page. A cursor holds a position
  by value, so nothing is skipped or doubled when incidents come in between; it belongs to its filters.
- **Changes see what you saw** (optional): send the \`ETag\` of an incident as \`If-Match\`, and the change is made only if the incident
  still has it. The comparison happens in the transaction of the change. Otherwise the answer is 412 with the incident as it
  is. The tag is the number of entries in its journal; notes of notifications in the timeline do not change it.
- **Changes happen once** (optional): send an \`Idempotency-Key\` of your own with a change, and send the same request again as often as you
  like. For 24 hours the first answer is given again, with \`Idempotency-Replayed: true\`, also by another replica and after a restart:
  key and answer are committed together with the change. The key belongs to whoever sent it. With another request it is refused
  (422), and while the first is under way (409). What changed nothing is not kept: a refusal may be tried again. \`If-Match\` is no
  part of the request in this sense.
- **Errors** are problem documents (RFC 9457, \`application/problem+json\`). Programs look at \`type\`; \`problems\` names each place with a
  remedy. The intake of alerts (\`/api/v1/alerts/…\`) is apart: senders read nothing but the status, so it answers in plain text.
- **The event stream** delivers in the order of the journal, whose ids are those of the stream: they rise by one from commit to commit,
  whichever replica writes.`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

type SchemaFacts = {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: string | number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
};

/** A schema in a few words; what it says in full stands in the OpenAPI document. */
function typeText(schema: Readonly<Record<string, unknown>>): string {
  const {
    type,
    enum: values,
    default: standard,
    minimum,
    maximum,
    maxLength,
  } = schema as SchemaFacts;
  const limits = [
    ...(values === undefined ? [] : [values.map((value) => `\`${value}\``).join(', ')]),
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(maximum === undefined ? [] : [`to ${maximum}`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(standard === undefined ? [] : [`otherwise \`${standard}\``]),
  ];
  return [values === undefined ? (type ?? '') : '', ...limits]
    .filter((part) => part !== '')
    .join(', ');
}

function parameterRow({
  name,
  in: place,
  required,
  schema,
  description = '',
}: ParameterDefinition): readonly string[] {
  return [`\`${name}\``, required ? `${place}, required` : place, typeText(schema), description];
}

function bodyText({ body }: Operation): readonly string[] {
  if (body === undefined) return [];
  const name = COMPONENTS.get(body.schema)?.id ?? 'object';
  return [`Body: \`${name}\`${body.isRequired ? '' : ', may be left out'}.`, ''];
}

function operationText(operation: Operation): string {
  const { method, path, summary, description, role, responses } = operation;
  const parameters = parametersOf(operation);
  const answers = Object.entries(responses).map(([status, response]) => {
    const name = COMPONENTS.get(response.schema)?.id ?? response.contentType ?? 'object';
    const headers = Object.keys(response.headers ?? {}).map((header) => `\`${header}\``);
    return [status, `\`${name}\``, response.description, headers.join(', ')];
  });
  const refusals = problemsOf(operation).map((kind) => `\`${kind}\``);
  return [
    `### ${method} ${openApiPath(path)}`,
    '',
    `${summary}. Role: \`${role}\`. Operation \`${operation.id}\`.`,
    '',
    ...(description === undefined ? [] : [description, '']),
    ...(parameters.length === 0
      ? []
      : [table(['Parameter', 'In', 'Type', 'What'], parameters.map(parameterRow)), '']),
    ...bodyText(operation),
    table(['Status', 'Content', 'What', 'Headers'], answers),
    '',
    `Problems: ${refusals.join(', ')}.`,
  ].join('\n');
}

function problemRow([kind, { status, meaning }]: [
  string,
  { status: number; meaning: string },
]): readonly string[] {
  return [`\`${problemType(kind as ProblemKind)}\``, String(status), meaning];
}

/** docs/API.md. */
export function renderApiDocument(): string {
  return [
    INTRODUCTION,
    '',
    '## Problems',
    '',
    table(['type', 'Status', 'Meaning'], Object.entries(PROBLEM_KINDS).map(problemRow)),
    '',
    '## Operations',
    '',
    OPERATIONS.map(operationText).join('\n\n'),
    '',
  ].join('\n');
}

/** docs/openapi.json. */
export function renderOpenApi(): string {
  return `${JSON.stringify(openApiDocument(OPERATIONS), null, 2)}\n`;
}
