import type { Role } from '../../../src/responder/accounts/accounts.ts';

export type Person = Role | 'anonymous';
export const PERSONS: readonly Person[] = ['anonymous', 'viewer', 'responder', 'admin'];

/**
 * `passes`: the handler of the route decides. `forbidden`: 403. `signs in`: sent to the login form. `unauthorised`:
 * 401. Every other method is 405 for everybody.
 */
export type Verdict = 'passes' | 'forbidden' | 'signs in' | 'unauthorised';

type Row = readonly [anonymous: Verdict, viewer: Verdict, responder: Verdict, admin: Verdict];

const PUBLIC: Row = ['passes', 'passes', 'passes', 'passes'];
/** Senders of alerts have tokens of their own, which no person has. */
const SENDERS: Row = ['unauthorised', 'unauthorised', 'unauthorised', 'unauthorised'];
const PAGE: Row = ['signs in', 'passes', 'passes', 'passes'];
const FORM_OF_ANYBODY: Row = ['signs in', 'passes', 'passes', 'passes'];
const FORM_OF_RESPONDERS: Row = ['signs in', 'forbidden', 'passes', 'passes'];
const READ_API: Row = ['unauthorised', 'passes', 'passes', 'passes'];
const WRITE_API: Row = ['unauthorised', 'forbidden', 'passes', 'passes'];

const ADMINISTRATION: Row = ['unauthorised', 'forbidden', 'forbidden', 'passes'];

/** Every route of the responder with every method that it has. A route that is not here fails the matrix test. */
export const MATRIX: Readonly<Record<string, Row>> = {
  'POST /api/v1/alerts/alertmanager': SENDERS,
  'POST /api/v1/alerts/generic': SENDERS,
  'POST /api/v1/alerts/grafana': SENDERS,
  'POST /api/v1/alerts/nagios': SENDERS,
  'POST /api/v1/alerts/zabbix': SENDERS,
  'GET /-/healthy': PUBLIC,
  'GET /-/ready': PUBLIC,
  'GET /metrics': PUBLIC,
  'GET /assets/*': PUBLIC,
  'GET /login': PUBLIC,
  'POST /login': PUBLIC,
  'GET /login/oidc': PUBLIC,
  'GET /login/oidc/callback': PUBLIC,
  'POST /logout': FORM_OF_ANYBODY,
  'POST /name': FORM_OF_ANYBODY,
  'GET /': PAGE,
  'GET /events': READ_API,
  'GET /incidents/:id': PAGE,
  'GET /incidents/:id/review': PAGE,
  'GET /incidents/:id/review.md': PAGE,
  'POST /incidents/:id/acknowledge': FORM_OF_RESPONDERS,
  'POST /incidents/:id/comment': FORM_OF_RESPONDERS,
  'POST /incidents/:id/diagnosis': FORM_OF_RESPONDERS,
  'POST /incidents/:id/close': FORM_OF_RESPONDERS,
  'POST /incidents/:id/merge': FORM_OF_RESPONDERS,
  'POST /incidents/:id/merge/undo': FORM_OF_RESPONDERS,
  'POST /incidents/:id/split': FORM_OF_RESPONDERS,
  'POST /incidents/:id/split/undo': FORM_OF_RESPONDERS,
  'GET /api/v1/incidents': READ_API,
  'GET /api/v1/incidents/:id': READ_API,
  'POST /api/v1/incidents/:id/acknowledge': WRITE_API,
  'POST /api/v1/incidents/:id/comment': WRITE_API,
  'POST /api/v1/incidents/:id/diagnosis': WRITE_API,
  'POST /api/v1/incidents/:id/close': WRITE_API,
  'POST /api/v1/incidents/:id/reopen': WRITE_API,
  'POST /api/v1/incidents/:id/merge': WRITE_API,
  'POST /api/v1/incidents/:id/merge/undo': WRITE_API,
  'POST /api/v1/incidents/:id/split': WRITE_API,
  'POST /api/v1/incidents/:id/split/undo': WRITE_API,
  'GET /api/v1/incidents/:id/journal': READ_API,
  'GET /api/v1/incidents/:id/review': READ_API,
  'GET /api/v1/events': READ_API,
  'GET /api/v1/openapi.json': READ_API,
  'GET /api/v1/statistics': READ_API,
  'GET /maintenance': PAGE,
  'POST /maintenance': FORM_OF_RESPONDERS,
  'GET /maintenance/:id': PAGE,
  'POST /maintenance/:id/extend': FORM_OF_RESPONDERS,
  'POST /maintenance/:id/end': FORM_OF_RESPONDERS,
  'GET /api/v1/maintenance': READ_API,
  'POST /api/v1/maintenance': WRITE_API,
  'GET /api/v1/maintenance/:id': READ_API,
  'POST /api/v1/maintenance/:id/extend': WRITE_API,
  'POST /api/v1/maintenance/:id/end': WRITE_API,
  'GET /quarantine': PAGE,
  'GET /quarantine/:id': PAGE,
  'GET /quarantine/:id/body': PAGE,
  'POST /quarantine/replay': FORM_OF_RESPONDERS,
  'POST /quarantine/:id/replay': FORM_OF_RESPONDERS,
  'POST /quarantine/:id/discard': ['signs in', 'forbidden', 'forbidden', 'passes'],
  'GET /api/v1/quarantine': READ_API,
  'GET /api/v1/quarantine/:id': READ_API,
  'GET /api/v1/quarantine/:id/body': READ_API,
  'POST /api/v1/quarantine/replay': WRITE_API,
  'POST /api/v1/quarantine/:id/replay': WRITE_API,
  'POST /api/v1/quarantine/:id/discard': ADMINISTRATION,
  'GET /api/v1/tokens': ADMINISTRATION,
  'POST /api/v1/tokens': ADMINISTRATION,
  'POST /api/v1/tokens/:id/revoke': ADMINISTRATION,
};

export function verdictOf(route: string, person: Person): Verdict {
  const row = MATRIX[route];
  if (row === undefined) throw new Error(`"${route}" is not in test/web/access/matrix.ts`);
  return row[PERSONS.indexOf(person)] ?? 'forbidden';
}
