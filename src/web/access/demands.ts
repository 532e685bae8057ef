import type { Role, Scope } from '../../responder/accounts/accounts.ts';

/** The least role that may do something, and the scope that an API token needs for it besides. */
export type Demand = { readonly role: Role; readonly scope: Scope };

type Area = {
  /** The path itself and all below it. */
  readonly path: string;
  readonly read: Demand | 'anybody';
  readonly write: Demand | 'anybody';
};

const LOOK: Demand = { role: 'viewer', scope: 'incidents:read' };
const ACT: Demand = { role: 'responder', scope: 'incidents:write' };
const REPLAY: Demand = { role: 'responder', scope: 'quarantine:write' };
/** What is discarded is never an alert any more. */
const DISCARD: Demand = { role: 'admin', scope: 'quarantine:write' };
const MAINTAIN: Demand = { role: 'responder', scope: 'maintenance:write' };
const ADMINISTER: Demand = { role: 'admin', scope: 'admin' };

/**
 * Who may do what, by area: the longest path that fits decides. A new area is a line here and its routes are lines
 * of the table in test/web/access/matrix.test.ts, which fails for a route that it does not know.
 */
const AREAS: readonly Area[] = [
  { path: '/login', read: 'anybody', write: 'anybody' },
  // Everybody who is signed in may sign out, and choose the name that the timeline shows.
  { path: '/logout', read: LOOK, write: LOOK },
  { path: '/name', read: LOOK, write: LOOK },
  { path: '/incidents', read: LOOK, write: ACT },
  { path: '/api/v1/incidents', read: LOOK, write: ACT },
  { path: '/quarantine', read: LOOK, write: REPLAY },
  { path: '/quarantine/:id/discard', read: LOOK, write: DISCARD },
  { path: '/api/v1/quarantine', read: LOOK, write: REPLAY },
  { path: '/api/v1/quarantine/:id/discard', read: LOOK, write: DISCARD },
  { path: '/maintenance', read: LOOK, write: MAINTAIN },
  { path: '/api/v1/maintenance', read: LOOK, write: MAINTAIN },
  { path: '/api/v1/tokens', read: ADMINISTER, write: ADMINISTER },
];

/** Where nothing is said, a reader may look and nobody but an administrator may change anything. */
const ELSEWHERE: Area = { path: '', read: LOOK, write: ADMINISTER };

export function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** What the path of a route demands, as the route is declared: what a request asks for may be spelled in many ways. */
export function demandOf(path: string, method: string): Demand | 'anybody' {
  const area = AREAS.filter((each) => path === each.path || path.startsWith(`${each.path}/`))
    .toSorted((a, b) => b.path.length - a.path.length)
    .at(0);
  return (area ?? ELSEWHERE)[isReading(method) ? 'read' : 'write'];
}
