import { RequestEnd } from './failures.ts';
import type { HttpRequest } from './outcome.ts';

/** What is sent in one exchange; redirects change it. */
export type Step = Pick<HttpRequest, 'method' | 'headers' | 'body'> & { readonly url: URL };

export type RedirectAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
};

/** 300 asks for a choice and 304 is about a cache that crmwatch does not have: both are answers. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Says which headers describe a body and so must go when the body goes. */
const BODY_HEADERS = /^content-/i;

/**
 * The next step of a redirect, or undefined when the answer is none to follow. Methods change as RFC 9110,
 * sections 15.4.2 to 15.4.9, says: 303 becomes GET; a POST becomes GET for 301 and 302, as every browser has it;
 * 307 and 308 repeat the request. Throws RequestEnd for one that leaves its origin (scheme, host and port):
 * whoever answers must not be able to send our credentials, or us, elsewhere. What the answer names is not
 * repeated in the failure, because an answer can hold anything.
 */
export function nextStep(step: Step, answer: RedirectAnswer, place: string): Step | undefined {
  const { location } = answer.headers;
  if (!REDIRECTS.has(answer.status) || location === undefined) return undefined;
  if (!URL.canParse(location, step.url)) {
    throw new RequestEnd('bad_payload', `${place} redirects to something that is no address`);
  }
  const url = new URL(location, step.url);
  const hasUserInfo = url.username !== '' || url.password !== '';
  if (url.origin !== step.url.origin || hasUserInfo) {
    const detail = 'redirects to another scheme, host or port, which is never followed';
    throw new RequestEnd('refused_target', `${place} ${detail}`);
  }
  const { method, headers = {}, body } = step;
  const becomesGet =
    (answer.status === 303 && method !== 'GET') ||
    ((answer.status === 301 || answer.status === 302) && method === 'POST');
  if (!becomesGet) return { method, headers, url, ...(body === undefined ? {} : { body }) };
  const kept = Object.entries(headers).filter(([name]) => !BODY_HEADERS.test(name));
  return { method: 'GET', headers: Object.fromEntries(kept), url };
}
