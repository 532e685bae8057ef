import { known, unknown } from '../../../std/std.ts';
import type { Connector, ConnectorDependencies } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import { createWebMethods } from '../web/web-methods.ts';
import { createTargetClient } from '../web/web-options.ts';
import { createTwentyApi } from './twenty-api.ts';
import type { TwentyOptions } from './twenty-options.ts';
import { PAGE_SIZE, createAggregate, createScan } from './twenty-quality.ts';

const MEMBERS = 'workspaceMembers';

/** Twenty over GraphQL, which counts what its REST API would have to list. */
export function createTwentyConnector(
  options: TwentyOptions,
  dependencies: ConnectorDependencies,
): Connector {
  const { clock } = dependencies;
  const { objects } = options;
  const http = createTargetClient(options, dependencies);
  const api = createTwentyApi(options, http, dependencies);
  // One that the key must see in any case.
  const entity = Object.values(objects)[0]?.entity ?? MEMBERS;
  return {
    ...createWebMethods({
      platform: 'twenty',
      url: options.url,
      http,
      exchange: api.exchange,
      credential: api.credential,
      ends: options.credential_ends,
      clock,
      health: { path: '/healthz' },
      proof: (budget) => api.askTotal(entity, budget),
      light: (budget) => api.askTotal(entity, budget),
      representative: (budget) => api.askPage(entity, PAGE_SIZE, budget),
    }),
    async accounts(call) {
      const members = await api.count({ entity: MEMBERS, names: [] }, startBudget(call, clock));
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
