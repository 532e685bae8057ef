import { formTokenOf, post, send } from '../../support/start-web.ts';
import type { RawAnswer } from '../../support/start-web.ts';

export const BROWSER = { Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin' } as const;

/** The cookie that an answer sets, as a browser sends it back; empty when it sets none. */
export function cookieOf({ headers }: Pick<RawAnswer, 'headers'>): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

export type BrowserSession = {
  readonly headers: Record<string, string>;
  readonly formToken: string;
};

/** Signs in by the form, as a browser does that brings `cookie` along. */
export async function signInByForm(
  url: string,
  token: string,
  cookie?: string,
): Promise<BrowserSession> {
  const given = cookie === undefined ? BROWSER : { ...BROWSER, Cookie: cookie };
  const answer = await post(`${url}/login`, { name: '', token }, given);
  const headers = { ...BROWSER, Cookie: cookieOf(answer) };
  return { headers, formToken: formTokenOf((await send(`${url}/`, { headers })).body) };
}
