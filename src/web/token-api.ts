import express from 'express';
import type { Express } from 'express';
import { ROLES, SCOPES } from '../responder/accounts/accounts.ts';
import type { NewApiToken } from '../responder/accounts/accounts.ts';
import { decode } from '../std/std.ts';
import type { Decoder } from '../std/std.ts';
import type { Identity } from './access/identity.ts';
import { sendRefusal } from './failures.ts';
import { route } from './routes.ts';
import type { TokenAdministration } from './services.ts';

const TOKENS = '/api/v1/tokens';
const BODY_LIMIT = '16kb';

const newToken: Decoder<NewApiToken> = decode.transform(
  decode.object({
    name: decode.required(decode.text({ maximumLength: 63 }), 'what the timeline calls its bearer'),
    role: decode.required(decode.choice(ROLES), 'what its bearer may do'),
    scopes: decode.optional(
      decode.list(decode.choice(SCOPES), { minimumLength: 1, maximumLength: SCOPES.length }),
      'what it is good for, within its role; all of that when absent',
    ),
    lifetime: decode.optional(decode.duration(), 'how long it is good, such as 90d'),
  }),
  ({ name, role, scopes, lifetime }) => ({
    name,
    role,
    ...(scopes === undefined ? {} : { scopes }),
    ...(lifetime === undefined ? {} : { lifetimeMs: lifetime }),
  }),
);

/** Tokens of programs, for administrators. A secret is in the answer to its making, and never again. */
export function mountTokenApi(
  app: Express,
  { tokens }: { readonly tokens: TokenAdministration },
): void {
  route(app, TOKENS, {
    GET: async (_request, response) => {
      response.set('Cache-Control', 'no-store').json({ tokens: await tokens.list() });
    },
    POST: [
      express.json({ limit: BODY_LIMIT, type: 'application/json' }),
      async (request, response) => {
        const decoded = decode.run(newToken, request.body);
        if (!decoded.ok) {
          const { problems } = decoded;
          response.status(400).json({ error: 'unusable body', problems });
          return;
        }
        const { actor } = response.locals['identity'] as Identity;
        const creation = await tokens.create(decoded.value, actor);
        if (creation.status === 'created') {
          const { token, secret } = creation;
          response.status(201).set('Cache-Control', 'no-store').json({ token, secret });
          return;
        }
        const { why: message, remedy } = creation;
        sendRefusal(request, response, { status: 400, title: 'Not made', message, remedy }, null);
      },
    ],
  });
  route(app, `${TOKENS}/:id/revoke`, {
    POST: [
      async (request, response) => {
        const { actor } = response.locals['identity'] as Identity;
        const token = await tokens.revoke(String(request.params['id']), actor);
        if (token !== null) {
          response.set('Cache-Control', 'no-store').json({ token });
          return;
        }
        const message = 'There is no token with this id.';
        const refusal = { status: 404, title: 'No such token', message, remedy: `See ${TOKENS}.` };
        sendRefusal(request, response, refusal, null);
      },
    ],
  });
}
