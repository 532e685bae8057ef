import type { CookieOptions, Request } from 'express';

/**
 * Names and attributes of our cookies. `Lax`, because a link in a notification, and the way back from an identity
 * provider, come from another site and must find the session; a POST from there never brings it along.
 */
export type Cookies = {
  readonly session: string;
  /** What a sign-in at an identity provider needs on its way back. */
  readonly signIn: string;
  /** Without sign-in: the name for the timeline. */
  readonly name: string;
  readonly options: CookieOptions;
};

/**
 * Over HTTPS the names begin with `__Host-`: browsers then take them from this host alone, over HTTPS alone, so that
 * neither a neighbouring host nor somebody on the line can plant one (RFC 6265bis, section 4.1.3.2).
 */
export function cookiesFor(secure: boolean): Cookies {
  const prefix = secure ? '__Host-' : '';
  return {
    session: `${prefix}crmwatch_session`,
    signIn: `${prefix}crmwatch_sign_in`,
    name: `${prefix}crmwatch_name`,
    options: { httpOnly: true, sameSite: 'lax', path: '/', secure, encode: encodeURIComponent },
  };
}

export function readCookie(request: Pick<Request, 'get'>, name: string): string | null {
  for (const pair of (request.get('cookie') ?? '').split(';')) {
    const [key, value] = pair.trim().split('=');
    if (key === name && value !== undefined) return value;
  }
  return null;
}
