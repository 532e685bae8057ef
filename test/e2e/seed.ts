import type { PostgresServer } from '../support/postgres-server.ts';
import type { TrytonParty, TrytonRpc, TrytonValues } from '../support/tryton-rpc.ts';

export const MONITOR = { login: 'crmwatch', password: 'Kestrow-41hip' } as const;
/** May read two tables and nothing else. */
export const SQL_READER = 'crmwatch_reader';

const FIRST_NAMES = ['Ada', 'Bruno', 'Clara', 'Dmitri', 'Elif', 'Frieda', 'Goran', 'Hanna'];
const LAST_NAMES = [
  'Adler',
  'Brandt',
  'Celik',
  'Dorn',
  'Engel',
  'Falk',
  'Graf',
  'Hahn',
  'Ilic',
  'Jung',
  'Kern',
  'Lenz',
];
const CITIES = ['Berlin', 'Bremen', 'Dresden', 'Erfurt', 'Hamburg', 'Kiel'];
const OPPORTUNITY_COUNT = 60;
const DAY_MS = 86_400_000;

function inventParties(): readonly TrytonParty[] {
  return FIRST_NAMES.flatMap((first, row) =>
    LAST_NAMES.map((last, column) => ({
      name: `${first} ${last}`,
      email: `${first}.${last}@example.com`.toLowerCase(),
      phone: `+4930${2_300_000 + (row * LAST_NAMES.length + column) * 37}`,
      city: CITIES[(row + column) % CITIES.length] ?? 'Berlin',
    })),
  );
}

/** A time as Tryton's JSON-RPC carries it: local to the server, without a zone. */
export function trytonTime(atMs: number): TrytonValues {
  const time = new Date(atMs);
  return {
    __class__: 'datetime',
    year: time.getFullYear(),
    month: time.getMonth() + 1,
    day: time.getDate(),
    hour: time.getHours(),
    minute: time.getMinutes(),
    second: time.getSeconds(),
    microsecond: 0,
  };
}

/**
 * A small company's CRM, written over Tryton's own API: people with e-mail addresses and telephone numbers,
 * opportunities, sales staff, and the monitoring user, who is no administrator.
 */
export async function seedCrm(
  rpc: TrytonRpc,
  database: string,
  postgres: PostgresServer,
): Promise<void> {
  const parties = await rpc.createParties(inventParties());
  await rpc.createOpportunities(
    parties
      .slice(0, OPPORTUNITY_COUNT)
      .map((partyId, index) => ({ description: `Offer ${1000 + index}`, partyId })),
  );
  for (const login of ['amelie', 'bogdan', 'cem']) {
    await rpc.createUser({ login, password: `Vyx-58mz${login}`, groups: ['Sales'] });
  }
  const monitor = await rpc.createUser({ ...MONITOR, groups: ['Sales', 'Sale Opportunity'] });
  const [company] = await rpc.search('company.company', []);
  await rpc.write('res.user', [monitor], { companies: [['add', [company]]], company });
  // As if its scheduler had just done its work; none runs here, so that jobs stand still unless a test moves them.
  const jobs = await rpc.search('ir.cron', []);
  await rpc.write('ir.cron', jobs, { next_call: trytonTime(Date.now() + DAY_MS) });
  await postgres.sql(
    database,
    `CREATE ROLE ${SQL_READER} LOGIN;
     GRANT SELECT ON ir_queue, res_user_login_attempt TO ${SQL_READER}`,
  );
}
