import type { Request, Response } from 'express';
import type { Accounts } from '../../responder/accounts/accounts.ts';
import { readCookie } from './cookies.ts';
import type { Cookies } from './cookies.ts';

type NewSession = Parameters<Accounts['sessions']['open']>[0];

/** A session and the cookie by which a browser has it. */
export type SessionCookie = {
  open(request: Request, response: Response, session: NewSession): Promise<void>;
  end(request: Request, response: Response): Promise<void>;
};

export function createSessionCookie(
  { sessions }: Pick<Accounts, 'sessions'>,
  cookies: Cookies,
): SessionCookie {
  async function endFormer(request: Request): Promise<void> {
    const id = readCookie(request, cookies.session);
    if (id !== null) await sessions.end(id);
  }
  return {
    async open(request, response, session) {
      // Whatever id was brought along is never taken over: somebody else may know it. If it was good, it ends.
      await endFormer(request);
      const id = await sessions.open(session);
      response.cookie(cookies.session, id, {
        ...cookies.options,
        maxAge: sessions.limits.lifetimeMs,
      });
    },
    async end(request, response) {
      await endFormer(request);
      response.clearCookie(cookies.session, cookies.options);
    },
  };
}
