import { known, unknown } from '../../../std/std.ts';
import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import { unknownApiTokens } from '../web/unknown-facts.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { readApiTokens } from './twenty-activity.ts';
import { createTwentyApi } from './twenty-api.ts';
import type { TwentyOptions } from './twenty-options.ts';
import { PAGE_SIZE, createAggregate, createScan } from './twenty-quality.ts';

const MEMBERS = 'workspaceMembers';
const NO_KEYS = unknownApiTokens(
  unknown(
    'not_permitted',
    'the role of the key may not see API keys: give one that may in security_authentication',
  ),
);

/** Twenty over GraphQL, which counts what its REST API would have to list. */
export function createTwentyConnector(
  options: TwentyOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { authentication, security_authentication: watcher, objects, url } = options;
  const http = createTargetClient(options, dependencies);
  const api = createTwentyApi(url, authentication, http, dependencies);
  const security =
    watcher === undefined ? undefined : createTwentyApi(url, watcher, http, dependencies);
  // One that the key must see in any case.
  const entity = Object.values(objects)[0]?.entity ?? MEMBERS;
  return {
    ...createWebMethods({
      platform: 'twenty',
      url,
      http,
      exchange: api.exchange,
      credential: api.credential,
      security: security?.credential,
      options,
      dependencies,
      apis: [{ api: 'graphql' }, { api: 'rest' }],
      health: { path: '/healthz' },
      proof: (budget) => api.askTotal(entity, budget),
      light: (budget) => api.askTotal(entity, budget),
      representative: (budget) => api.askPage(entity, PAGE_SIZE, budget),
    }),
    async apiTokens(call, nowMs) {
      const tokens = await readApiTokens(security ?? api, nowMs, startBudget(call, clock));
      // Nobody has said that the key for data may see keys.
      const isExpected = security === undefined && !tokens.ok;
      return isExpected && tokens.failure.reason === 'authorization' ? succeed(NO_KEYS) : tokens;
    },
    async accounts(call) {
      const question = { entity: MEMBERS, names: [] };
      const members = await (security ?? api).count(question, startBudget(call, clock));
      if (!members.ok) return members;
      return succeed({
        activeUsers: known(members.value.total),
        privilegedUsers: unknown('not_supported', 'Twenty shows roles in its settings alone'),
        secondFactorUsers: unknown('not_supported', 'the API of Twenty lists no second factors'),
      });
    },
    aggregate: createAggregate({ api, objects, clock }),
    scan: createScan({ api, objects, clock }),
  };
}
