import { isDeepStrictEqual } from 'node:util';
import type { Express, Request, Response } from 'express';
import { sha256Hex } from '../../std/std.ts';
import type { Access } from '../access/access.ts';
import { demandOf } from '../access/demands.ts';
import { denialOf, describeDenial } from '../access/guard.ts';
import type { Identity } from '../access/identity.ts';
import { againOf } from '../failures.ts';
import type { Handler } from '../routes.ts';
import type { ChangeOptions } from '../services.ts';
import { decodeBody, decodeChangeHeaders, decodePath, decodeQuery } from './decode-request.ts';
import { sequencesOf } from './entity-tag.ts';
import type { ApiServices, Operation, Reply, ResponseDefinition } from './operation.ts';
import { sendProblem } from './problem.ts';
import type { ApiProblem } from './problem.ts';
import { openApiDocument } from './open-api.ts';
import { OPERATIONS } from './registry.ts';

export type ApiOptions = ApiServices & {
  readonly access: Access;
  readonly hosts: readonly string[];
  /** Holds every answer against its schema, and fails when it breaks it: for tests. */
  readonly areAnswersChecked: boolean;
};

const METHODS = {
  GET: 'get',
  POST: 'post',
  PUT: 'put',
  PATCH: 'patch',
  DELETE: 'delete',
} as const;

/** Routes every operation of the table; what is not in it is 405 with `Allow`. */
export function mountApi(app: Express, options: ApiOptions): void {
  const inProgress = new Set<string>();
  for (const [path, operations] of Map.groupBy(OPERATIONS, (operation) => operation.path)) {
    const handler = serve(operations, options, inProgress);
    // Each by its own method, so that a look at the routes of the application shows what there is.
    for (const { method } of operations) app[METHODS[method]](path, handler);
    app.all(path, handler);
  }
}

/** All that may be done at one address. */
function serve(
  operations: readonly Operation[],
  options: ApiOptions,
  inProgress: Set<string>,
): Handler {
  const allowed = operations.map(({ method }) => method).join(', ');
  return async (request, response) => {
    const operation = operations.find(({ method }) => method === asGet(request.method));
    const reply = await admit(operation, allowed, request, options);
    if ('problem' in reply) sendProblem(request, response, reply.problem);
    else await carryOut(reply, { request, response }, options, inProgress);
  };
}

/** Node leaves the body of an answer to HEAD away by itself. */
function asGet(method: string): string {
  return method === 'HEAD' ? 'GET' : method;
}

let document: unknown;

/** Made when it is asked for: most responders never are. */
function describeApi(): unknown {
  document ??= openApiDocument(OPERATIONS);
  return document;
}

type Admitted = { readonly operation: Operation; readonly identity: Identity };
type Refused = { readonly problem: ApiProblem };

/** Who asks, whether they may, and whether their browser was made to ask by another site. */
async function admit(
  operation: Operation | undefined,
  allowed: string,
  request: Request,
  { access, hosts }: ApiOptions,
): Promise<Admitted | Refused> {
  const refusal = access.refusal(request);
  const identity = refusal === null ? access.identify(request) : null;
  if (refusal?.status === 429) {
    const { message: detail, remedy } = refusal;
    return { problem: { kind: 'too-many-attempts', detail, remedy, headers: againOf(429) } };
  }
  if (identity === null) {
    const detail = refusal?.message ?? 'no valid token came with the request';
    const remedy = refusal?.remedy ?? 'send "Authorization: Bearer …" with a token that is valid';
    const headers = { 'WWW-Authenticate': 'Bearer realm="crmwatch"' };
    return { problem: { kind: 'unauthenticated', detail, remedy, headers } };
  }
  if (operation === undefined) {
    const detail = `${request.method} is not possible here`;
    const headers = { Allow: allowed };
    return { problem: { kind: 'method-not-allowed', detail, remedy: `use ${allowed}`, headers } };
  }
  const { method, path, role } = operation;
  const ofArea = demandOf(path, method);
  if (ofArea === 'anybody') throw new Error(`${path} must not be open to anybody`);
  const demand = { role, scope: ofArea.scope };
  const denial = denialOf(identity, demand, { request, isProgram: true, hosts });
  if (denial !== null) {
    const { message, remedy } = describeDenial(denial, identity, demand);
    const kind = denial === 'cross_site' ? 'cross-site' : 'forbidden';
    return { problem: { kind, detail: message, remedy } };
  }
  return { operation, identity };
}

type Exchange = { readonly request: Request; readonly response: Response };

async function carryOut(
  { operation, identity }: Admitted,
  { request, response }: Exchange,
  options: ApiOptions,
  inProgress: Set<string>,
): Promise<void> {
  const path = decodePath(operation, request);
  if (!path.ok) return sendProblem(request, response, path.problem);
  const query = decodeQuery(operation, request);
  if (!query.ok) return sendProblem(request, response, query.problem);
  const headers = decodeChangeHeaders(operation, request);
  if (operation.method !== 'GET' && !headers.ok) {
    return sendProblem(request, response, headers.problem);
  }
  const body = await decodeBody(operation, request, response);
  if (!body.ok) return sendProblem(request, response, body.problem);

  const isChange = operation.method !== 'GET' && headers.ok;
  const key = isChange ? headers.value['idempotency-key'] : undefined;
  const holder = key === undefined ? null : JSON.stringify([identity.actor, key]);
  if (holder !== null && inProgress.has(holder)) {
    const detail = 'a request with this idempotency key is still being carried out';
    const again = { 'Retry-After': '1' };
    const problem = { kind: 'request-in-progress', detail, headers: again } as const;
    return sendProblem(request, response, problem);
  }
  if (holder !== null) inProgress.add(holder);
  try {
    const fingerprint = sha256Hex(JSON.stringify([operation.id, path.value, body.value ?? null]));
    const reply = await operation.handle({
      ...options,
      identity,
      path: path.value,
      query: query.value,
      body: body.value,
      describeApi,
      options: {
        ...changeOptions(isChange ? headers.value['if-match'] : undefined),
        ...(key === undefined ? {} : { once: { actor: identity.actor, key, fingerprint } }),
      },
      request,
      response,
    });
    send(operation, { request, response }, reply, options.areAnswersChecked);
  } finally {
    if (holder !== null) inProgress.delete(holder);
  }
}

function changeOptions(ifMatch: string | undefined): ChangeOptions {
  const expectedSequences = sequencesOf(ifMatch);
  return expectedSequences === undefined ? {} : { expectedSequences };
}

function send(
  operation: Operation,
  { request, response }: Exchange,
  reply: Reply,
  isChecked: boolean,
): void {
  if (reply === 'sent') return;
  if ('problem' in reply) return sendProblem(request, response, reply.problem);
  const { status, body, headers = {} } = reply;
  const definition = operation.responses[status];
  if (definition === undefined) throw new Error(`${operation.id} does not define ${status}`);
  if (isChecked) assertFits(operation.id, definition.schema, body);
  response.status(status).set(headers).set('Cache-Control', 'no-store');
  response.setHeader('Content-Type', definition.contentType ?? 'application/json');
  response.end(definition.contentType === undefined ? JSON.stringify(body) : String(body));
}

/** A schema leaves out the fields that it does not know, so what comes out of it must also be what went in. */
function assertFits(id: string, schema: ResponseDefinition['schema'], body: unknown): void {
  const sent: unknown = JSON.parse(JSON.stringify(body));
  const known: unknown = JSON.parse(JSON.stringify(schema.parse(body)));
  if (!isDeepStrictEqual(sent, known)) throw new Error(`${id} answers more than its schema says`);
}
