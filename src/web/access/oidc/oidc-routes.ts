import type { Express } from 'express';
import { loginPage } from '../../../console/console.ts';
import { sendRefusal } from '../../failures.ts';
import { localPath } from '../../local-path.ts';
import { queryOf, route, sendPage } from '../../routes.ts';
import type { Access } from '../access.ts';

/**
 * Both are GET, as browsers are led there by links and redirects: the policy of our pages lets forms go nowhere else.
 * Neither changes anything for whoever did not begin it in the same browser.
 */
export function mountProviderSignIn(app: Express, access: Access): void {
  const { provider } = access;
  if (provider === null) return;
  route(app, '/login/oidc', {
    GET: async (request, response) => {
      const next = localPath(queryOf(request).get('next') ?? '/');
      const url = await provider.begin(response, next);
      response.set('Cache-Control', 'no-store');
      if (url !== null) {
        response.status(303).set('Location', url).end();
        return;
      }
      const problem = `${provider.label} does not answer. Try again, or sign in with a token.`;
      sendPage(response, 503, loginPage({ ...access.loginView(next), problem }));
    },
  });
  route(app, '/login/oidc/callback', {
    GET: async (request, response) => {
      const outcome = await provider.finish(request, response);
      if ('refusal' in outcome) {
        sendRefusal(request, response, outcome.refusal, null);
        return;
      }
      await access.openSession(request, response, outcome.person);
      response.status(303).set('Cache-Control', 'no-store');
      response.set('Location', localPath(outcome.next)).end();
    },
  });
}
