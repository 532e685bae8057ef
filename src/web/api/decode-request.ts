import express from 'express';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { errorMessage } from '../../std/std.ts';
import type { Problem } from '../../std/std.ts';
import type { Operation } from './operation.ts';
import { kindOfStatus } from './problem.ts';
import type { ApiProblem } from './problem.ts';

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: ApiProblem };

const BODY_LIMIT = '64kb';
const MAXIMUM_PROBLEMS = 20;
const MAXIMUM_ECHO = 60;

type ChangeHeaders = {
  'idempotency-key'?: string | undefined;
  'if-match'?: string | undefined;
};

const idempotencyKey = z
  .string()
  .regex(/^[!-~]{1,255}$/, 'is not 1 to 255 visible ASCII characters')
  .optional()
  .describe(
    'Chosen by the caller for each change. The same key with the same request gives the first answer again for 24 hours, and nothing is done twice.',
  );
const ofEveryChange: z.ZodType<ChangeHeaders> = z.object({ 'idempotency-key': idempotencyKey });
const withCondition: z.ZodType<ChangeHeaders> = z.object({
  'idempotency-key': idempotencyKey,
  'if-match': z
    .string()
    .optional()
    .describe('The `ETag` that was seen. The change is made only if the incident still has it.'),
});

/** The headers that a change understands. */
export function changeHeadersOf({
  hasEntityTag,
}: Pick<Operation, 'hasEntityTag'>): z.ZodType<ChangeHeaders> {
  return hasEntityTag === false ? ofEveryChange : withCondition;
}

/** What is wrong, in words, without giving back more than a little of what was sent. */
function toProblem(issue: z.core.$ZodIssue, base: string): Problem {
  const inner = issue.path.map(String).join('.').slice(0, MAXIMUM_ECHO);
  const place = [base, inner].filter((part) => part !== '').join('.') || 'request';
  switch (issue.code) {
    case 'unrecognized_keys': {
      const keys = issue.keys.map((key) => key.slice(0, MAXIMUM_ECHO)).slice(0, 5);
      return { place, message: `"${keys.join('", "')}" is not known here`, remedy: 'leave it out' };
    }
    case 'invalid_value': {
      const remedy = `use one of: ${issue.values.map(String).join(', ')}`;
      return { place, message: 'has another value than is possible', remedy };
    }
    case 'invalid_type':
      return { place, message: `is not of type ${issue.expected}`, remedy: 'see docs/API.md' };
    case 'too_small':
      return { place, message: 'is too small', remedy: `use at least ${issue.minimum}` };
    case 'too_big':
      return { place, message: 'is too large', remedy: `use at most ${issue.maximum}` };
    default:
      return { place, message: issue.message, remedy: 'see docs/API.md' };
  }
}

function decodeBy<T>(
  schema: z.ZodType<T>,
  value: unknown,
  told: { readonly kind: ApiProblem['kind']; readonly base: string; readonly what: string },
): Decoded<T> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const problems = result.error.issues
    .slice(0, MAXIMUM_PROBLEMS)
    .map((issue) => toProblem(issue, told.base));
  const list = problems.map(({ place, message }) => `${place} ${message}`).join('; ');
  return {
    ok: false,
    problem: { kind: told.kind, detail: `${told.what}: ${list}`.slice(0, 1000), problems },
  };
}

const integerNames = new WeakMap<z.ZodType, ReadonlySet<string>>();

/** Which parameters of a query are numbers, by their schema. */
function integersOf(schema: z.ZodType): ReadonlySet<string> {
  const cached = integerNames.get(schema);
  if (cached !== undefined) return cached;
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  const names = Object.entries(properties).filter(
    ([, property]) => typeof property === 'object' && property.type === 'integer',
  );
  const found = new Set(names.map(([name]) => name));
  integerNames.set(schema, found);
  return found;
}

export function decodePath(operation: Operation, request: Request): Decoded<unknown> {
  const told = { kind: 'invalid-request', base: '', what: 'the address cannot be used' } as const;
  return decodeBy(operation.pathParameters, { ...request.params }, told);
}

/** Unknown and repeated parameters are refused: a filter with a typing error must not show everything. */
export function decodeQuery(operation: Operation, request: Request): Decoded<unknown> {
  const told = { kind: 'invalid-request', base: '', what: 'the query cannot be used' } as const;
  const index = request.originalUrl.indexOf('?');
  const search = new URLSearchParams(index < 0 ? '' : request.originalUrl.slice(index + 1));
  const integers = integersOf(operation.query);
  const values: [string, unknown][] = [];
  for (const [name, text] of search) {
    if (values.some(([known]) => known === name)) {
      const place = name.slice(0, MAXIMUM_ECHO);
      const problems = [{ place, message: 'is there more than once', remedy: 'send it once' }];
      return {
        ok: false,
        problem: { kind: 'invalid-request', detail: `${place} is repeated`, problems },
      };
    }
    const isNumber = integers.has(name) && /^-?\d{1,15}$/.test(text);
    values.push([name, isNumber ? Number(text) : text]);
  }
  return decodeBy(operation.query, Object.fromEntries(values), told);
}

export function decodeChangeHeaders(
  operation: Operation,
  request: Request,
): Decoded<ChangeHeaders> {
  const told = { kind: 'invalid-request', base: '', what: 'a header cannot be used' } as const;
  if (operation.hasEntityTag === false && request.headers['if-match'] !== undefined) {
    const message = 'is not known here: nothing has an entity tag';
    const problems = [{ place: 'if-match', message, remedy: 'leave it out' }];
    return { ok: false, problem: { kind: told.kind, detail: `if-match ${message}`, problems } };
  }
  return decodeBy(changeHeadersOf(operation), request.headers, told);
}

const parseJson = express.json({ limit: BODY_LIMIT, type: 'application/json', strict: false });

function hasBody(request: Request): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined ||
    (request.headers['content-length'] ?? '0') !== '0'
  );
}

/** Reads at most 64 kB of JSON, also when it is compressed, and decodes it. */
export async function decodeBody(
  operation: Operation,
  request: Request,
  response: Response,
): Promise<Decoded<unknown>> {
  if (operation.body === undefined) return { ok: true, value: undefined };
  const { schema, isRequired } = operation.body;
  if (hasBody(request)) {
    if (request.is('application/json') === false) {
      const detail = 'the body is not said to be JSON';
      const remedy = 'send JSON with "Content-Type: application/json"';
      return { ok: false, problem: { kind: 'unsupported-media-type', detail, remedy } };
    }
    const failure = await new Promise<unknown>((resolve) => {
      parseJson(request, response, resolve);
    });
    if (failure !== undefined) return { ok: false, problem: unreadable(failure) };
  }
  const told = { kind: 'invalid-body', base: 'body', what: 'the body does not fit' } as const;
  const fallback = isRequired ? undefined : {};
  return decodeBy(schema, hasBody(request) ? request.body : fallback, told);
}

function unreadable(failure: unknown): ApiProblem {
  const status = (failure as { status?: unknown }).status;
  const kind = typeof status === 'number' ? kindOfStatus(status) : 'invalid-request';
  const detail = `the body cannot be read: ${errorMessage(failure)}`.slice(0, 300);
  const remedy = 'send JSON in UTF-8 of at most 64 kB';
  return { kind, detail, remedy };
}
