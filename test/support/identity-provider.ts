import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { onTestFinished, vi } from 'vitest';

export const CLIENT = { id: 'crmwatch', secret: 'a-secret-that-only-the-client-has' } as const;

/** Claims by the name that somebody signs in with. */
export type People = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export type IdentityProvider = {
  readonly issuer: string;
  /** Signs somebody in as a browser does; gives the address that the provider sends them back to. */
  signIn(authorizationUrl: string, login: string): Promise<string>;
  stop(): Promise<void>;
};

/**
 * A certified provider (npm oidc-provider) on loopback; `publicUrl` is that of the client. To a browser, `localhost` is
 * another site than 127.0.0.1.
 */
export async function startIdentityProvider(
  publicUrl: string,
  people: People,
  host: '127.0.0.1' | 'localhost' = '127.0.0.1',
): Promise<IdentityProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://${host}:${(server.address() as AddressInfo).port}`;
  // It warns of what only a provider for more than a test needs.
  const silenced = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'info')];
  for (const spy of silenced) spy.mockImplementation(() => {});
  onTestFinished(() => silenced.forEach((spy) => spy.mockRestore()));
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${publicUrl}/login/oidc/callback`],
        post_logout_redirect_uris: [`${publicUrl}/login`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    cookies: { keys: ['for tests alone'] },
    claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email'] },
    pkce: { required: () => true },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people[id] }),
    }),
    // Consent was given once for all; what is tested is the sign-in.
    async loadExistingGrant({ oidc }) {
      const { client, session, provider: own } = oidc;
      const grant = new own.Grant({
        ...(client === undefined ? {} : { clientId: client.clientId }),
        ...(session?.accountId === undefined ? {} : { accountId: session.accountId }),
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  server.on('request', provider.callback());
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await stopping;
  };
  onTestFinished(stop);
  return { issuer, stop, signIn: async (url, login) => walk(issuer, url, login) };
}

/** Follows the provider's redirects with its cookies, fills in its form, and stops where it leads away. */
async function walk(issuer: string, start: string, login: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = start;
  let body: URLSearchParams | undefined;
  for (let step = 0; step < 10; step++) {
    if (!url.startsWith(issuer)) return url;
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { Cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    const page = await answer.text();
    if (location !== null) {
      url = new URL(location, url).href;
      body = undefined;
      continue;
    }
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
    if (action === undefined) throw new Error(`the provider shows: ${page.slice(0, 500)}`);
    url = new URL(action, url).href;
    body = new URLSearchParams({ prompt: 'login', login, password: 'any' });
  }
  throw new Error('the provider leads nowhere');
}
