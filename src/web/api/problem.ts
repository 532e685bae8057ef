import type { Request, Response } from 'express';
import type { Problem as PlacedProblem } from '../../std/std.ts';

type Kind = { readonly status: number; readonly title: string; readonly meaning: string };

export type ProblemKind =
  | 'invalid-request'
  | 'invalid-cursor'
  | 'unauthenticated'
  | 'forbidden'
  | 'cross-site'
  | 'not-found'
  | 'method-not-allowed'
  | 'not-possible'
  | 'request-in-progress'
  | 'stale'
  | 'too-large'
  | 'unsupported-media-type'
  | 'wrong-host'
  | 'invalid-body'
  | 'key-reused'
  | 'unprocessable'
  | 'too-many-attempts'
  | 'internal'
  | 'unavailable';

/** Every way in which the API refuses, by the last part of its `type`. Released kinds are never renamed. */
export const PROBLEM_KINDS: Readonly<Record<ProblemKind, Kind>> = {
  'invalid-request': {
    status: 400,
    title: 'Not understood',
    meaning:
      'a parameter, a header or the form of the body cannot be read; `problems` names every place',
  },
  'invalid-body': {
    status: 400,
    title: 'The body does not fit',
    meaning: 'it is JSON, but not what this operation takes; `problems` names every place',
  },
  'invalid-cursor': {
    status: 400,
    title: 'Unusable cursor',
    meaning: 'the cursor was changed, or belongs to a list with other filters; begin anew without',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid token',
    meaning: 'no token or session came with the request, or it is no longer valid',
  },
  forbidden: {
    status: 403,
    title: 'Role not sufficient',
    meaning: 'whoever asks is known, but their role may not do this',
  },
  'cross-site': {
    status: 403,
    title: 'Request of another site',
    meaning: 'a browser says that a page of another site makes this change; nothing was changed',
  },
  'not-found': { status: 404, title: 'Not found', meaning: 'nothing is at this address' },
  'method-not-allowed': {
    status: 405,
    title: 'Method not possible here',
    meaning: 'the address exists; `Allow` names the methods that it takes',
  },
  'not-possible': {
    status: 409,
    title: 'Not possible now',
    meaning: 'the state of the incident does not allow it, or it is done already',
  },
  'request-in-progress': {
    status: 409,
    title: 'Still being carried out',
    meaning: 'a request with this idempotency key is under way; send it again in a second',
  },
  stale: {
    status: 412,
    title: 'The incident has moved on',
    meaning:
      'it is not as `If-Match` says; `current` and `ETag` tell how it is; nothing was changed',
  },
  'too-large': {
    status: 413,
    title: 'Too large',
    meaning: 'the body is larger than 64 kB',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Not JSON',
    meaning: 'the body has another type or encoding than JSON in UTF-8',
  },
  'wrong-host': {
    status: 421,
    title: 'Another host was asked for',
    meaning: 'the server does not answer for the name in `Host`',
  },
  'key-reused': {
    status: 422,
    title: 'Idempotency key used before',
    meaning: 'the same key came with another request; every request needs a key of its own',
  },
  unprocessable: {
    status: 422,
    title: 'Not possible so',
    meaning: 'the body fits its schema, but its values are out of range or do not go together',
  },
  'too-many-attempts': {
    status: 429,
    title: 'Too many wrong tokens',
    meaning:
      'many wrong tokens came from this address; `Retry-After` says when to try again, and a token that was good before gets through all the same',
  },
  internal: {
    status: 500,
    title: 'That went wrong',
    meaning: 'a defect of crmwatch; its log has the details',
  },
  unavailable: {
    status: 503,
    title: 'Not possible right now',
    meaning: 'the database cannot be used, or too many ask at once; try again later',
  },
};

/** One refusal before it is sent. */
export type ApiProblem = {
  readonly kind: ProblemKind;
  /** What is wrong with this request, in a sentence. */
  readonly detail: string;
  /** What to do; becomes a remedy of `problems`. */
  readonly remedy?: string;
  readonly problems?: readonly PlacedProblem[];
  /** The incident as it is, with `stale`. */
  readonly current?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The answer of every write whose idempotency key came with something else. */
export const KEY_REUSED: ApiProblem = {
  kind: 'key-reused',
  detail: 'the idempotency key came with another request before',
  remedy: 'use a new key for every new request',
};

export function problemType(kind: ProblemKind): string {
  return `urn:crmwatch:problem:${kind}`;
}

/** Whether errors at this address are problem documents: all of the API but the intake, whose senders read no JSON. */
export function isApiPath(address: string): boolean {
  return address.startsWith('/api/') && !address.startsWith('/api/v1/alerts/');
}

/** Sends a problem document (RFC 9457). `instance` is the address without its query, which may hold a search. */
export function sendProblem(request: Request, response: Response, problem: ApiProblem): void {
  const { kind, detail, remedy, problems = [], current, headers = {} } = problem;
  const { status, title } = PROBLEM_KINDS[kind];
  const [instance = ''] = request.originalUrl.split('?');
  const hints = remedy === undefined ? [] : [{ place: 'request', message: detail, remedy }];
  const document = {
    type: problemType(kind),
    title,
    status,
    detail,
    instance: instance.slice(0, 500),
    problems: [...problems, ...hints],
    ...(current === undefined ? {} : { current }),
  };
  response.status(status).set(headers).set('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'application/problem+json');
  response.end(JSON.stringify(document));
}

const KIND_OF_STATUS: Readonly<Record<number, ProblemKind>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'not-possible',
  413: 'too-large',
  415: 'unsupported-media-type',
  421: 'wrong-host',
  429: 'too-many-attempts',
  503: 'unavailable',
};

/** The kind that stands for a status which an HTTP library or a handler outside the table gave. */
export function kindOfStatus(status: number): ProblemKind {
  return KIND_OF_STATUS[status] ?? (status >= 500 ? 'internal' : 'invalid-request');
}
