import { z } from 'zod';
import { ROLES, SCOPES } from '../../../responder/accounts/accounts.ts';
import type { ApiToken } from '../../../responder/accounts/accounts.ts';
import { decode } from '../../../std/std.ts';
import { defineOperation } from '../operation.ts';
import type { Operation, Reply } from '../operation.ts';
import { atMs, named, noParameters, printable } from '../schemas.ts';

const PATH = '/api/v1/tokens';

const token: z.ZodType<ApiToken> = named(
  'ApiToken',
  z.object({
    id: z.string().describe('Stands in the token itself and in the log; it is no secret.'),
    name: z.string(),
    role: z.enum(ROLES),
    scopes: z.array(z.enum(SCOPES)),
    createdBy: z.string(),
    createdAtMs: atMs,
    expiresAtMs: atMs,
    lastUsedAtMs: atMs.nullable().describe('To the hour; null when it was never used.'),
    revokedBy: z.string().nullable(),
    revokedAtMs: atMs.nullable(),
  }),
);

const lifetime = z
  .string()
  .regex(/^(\d{1,9}(ms|[smhdw])){1,6}$/, 'is no duration such as 12h or 90d')
  .meta({ maxLength: 72 })
  .describe('How long it is good, such as `90d`.');

const newToken = named(
  'NewApiToken',
  z.strictObject({
    name: printable(63).describe('What the timeline calls its bearer.'),
    role: z.enum(ROLES).describe('What its bearer may do.'),
    scopes: z
      .array(z.enum(SCOPES))
      .min(1)
      .max(SCOPES.length)
      .optional()
      .describe('What it is good for, within its role; all of that when absent.'),
    lifetime: lifetime.optional(),
  }),
);

export const listTokens: Operation = defineOperation({
  id: 'listTokens',
  method: 'GET',
  path: PATH,
  role: 'admin',
  summary: 'Tokens of programs, without their secrets',
  pathParameters: noParameters,
  query: noParameters,
  responses: {
    200: {
      description: 'All that are known, revoked and ended ones too.',
      schema: named('ApiTokens', z.object({ tokens: z.array(token) })),
    },
  },
  problems: [],
  handle: async ({ service }) => ({ status: 200, body: { tokens: await service.tokens.list() } }),
});

const outOfRange: Reply = {
  problem: { kind: 'unprocessable', detail: 'the lifetime is longer than can be counted' },
};

export const createToken: Operation = defineOperation({
  id: 'createToken',
  method: 'POST',
  path: PATH,
  role: 'admin',
  summary: 'Make a token for a program',
  description:
    'The secret is in this answer and never again. So it is not kept for a repeated request either: an `Idempotency-Key` has no effect here.',
  pathParameters: noParameters,
  query: noParameters,
  body: { schema: newToken, isRequired: true },
  hasEntityTag: false,
  responses: {
    201: {
      description: 'It is made.',
      schema: named('CreatedApiToken', z.object({ token, secret: z.string() })),
    },
  },
  problems: ['request-in-progress', 'unprocessable'],
  async handle({ service, body, identity: { actor } }): Promise<Reply> {
    const { name, role, scopes, lifetime: told } = body;
    const lifetimeMs = told === undefined ? undefined : decode.parseDurationMs(told);
    if (told !== undefined && lifetimeMs === undefined) return outOfRange;
    const creation = await service.tokens.create(
      {
        name,
        role,
        ...(scopes === undefined ? {} : { scopes }),
        ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
      },
      actor,
    );
    if (creation.status === 'created') {
      return { status: 201, body: { token: creation.token, secret: creation.secret } };
    }
    const { why: detail, remedy } = creation;
    return { problem: { kind: 'unprocessable', detail, remedy } };
  },
});

export const revokeToken: Operation = defineOperation({
  id: 'revokeToken',
  method: 'POST',
  path: `${PATH}/:id/revoke`,
  role: 'admin',
  summary: 'Revoke a token at once',
  pathParameters: z.strictObject({
    id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'is no identifier'),
  }),
  query: noParameters,
  hasEntityTag: false,
  responses: {
    200: {
      description: 'It is revoked, or was already.',
      schema: named('RevokedApiToken', z.object({ token })),
    },
  },
  problems: ['not-found', 'request-in-progress'],
  async handle({ service, path: { id }, identity: { actor } }): Promise<Reply> {
    const revoked = await service.tokens.revoke(id, actor);
    if (revoked !== null) return { status: 200, body: { token: revoked } };
    const detail = `there is no token ${id}`;
    return { problem: { kind: 'not-found', detail, remedy: `take one from ${PATH}` } };
  },
});
