import type { GoodAnswer, SeenRequest } from './fault-server.ts';
import { answerFetch, textOf } from './fetch-xml-support.ts';
import type { Row } from './fetch-xml-support.ts';

export const TOKEN_PATH = '/contoso.example.com/oauth2/v2.0/token';

const CONTACTS: readonly Row[] = [
  { contactid: 'c1', emailaddress1: 'a@example.com', createdon: '2025-01-01T00:00:00Z' },
  { contactid: 'c2', emailaddress1: null, createdon: '2025-06-01T00:00:00Z' },
  { contactid: 'c3', emailaddress1: 'c@example.com', createdon: '2025-12-01T00:00:00Z' },
].map((contact, index) => ({
  ...contact,
  telephone1: index === 0 ? '+49 30 1' : null,
  _parentcustomerid_value: index === 1 ? null : 'a1',
  parentcustomerid: index === 1 ? null : 'a1',
  modifiedon: contact.createdon,
}));

/** Jobs with their statuscode; source: reference/entities/asyncoperation.md. */
const JOBS: readonly Row[] = [
  { statuscode: 0, createdon: '2026-01-05T08:30:00Z', postponeuntil: null },
  { statuscode: 10, createdon: '2025-12-01T00:00:00Z', postponeuntil: '2026-01-05T08:00:00Z' },
  // A recurring job that is not due, and a workflow that waits for an event.
  { statuscode: 10, createdon: '2025-12-01T00:00:00Z', postponeuntil: '2026-01-06T00:00:00Z' },
  { statuscode: 10, createdon: '2025-11-01T00:00:00Z', postponeuntil: null },
  { statuscode: 20, createdon: '2026-01-05T08:50:00Z', postponeuntil: null },
  { statuscode: 22, createdon: '2026-01-05T08:50:00Z', postponeuntil: null },
  { statuscode: 30, createdon: '2026-01-04T10:00:00Z', completedon: '2026-01-04T10:01:00Z' },
  { statuscode: 31, createdon: '2026-01-04T10:00:00Z', completedon: '2026-01-04T10:01:00Z' },
  { statuscode: 31, createdon: '2026-01-03T10:00:00Z', completedon: '2026-01-03T10:01:00Z' },
].map((job, index) => ({ asyncoperationid: `j${index}`, ...job }));

const ADMINISTRATOR = { roletemplateid: '627090ff-40a3-4053-8790-584edc5be201' };
const SALES = { roletemplateid: null };
/** Users with their roles and teams, as links lead to them. */
const USERS: readonly Row[] = [
  { isdisabled: 0, accessmode: 0, systemuserroles: [ADMINISTRATOR, SALES], teammembership: [] },
  { isdisabled: 0, accessmode: 0, systemuserroles: [SALES], teammembership: [] },
  // Twice an administrator, and one by a team alone.
  {
    isdisabled: 0,
    accessmode: 1,
    systemuserroles: [ADMINISTRATOR],
    teammembership: [{ teamroles: [ADMINISTRATOR] }],
  },
  {
    isdisabled: 0,
    accessmode: 0,
    systemuserroles: [],
    teammembership: [{ teamroles: [ADMINISTRATOR] }],
  },
  { isdisabled: 1, accessmode: 0, systemuserroles: [ADMINISTRATOR], teammembership: [] },
  { isdisabled: 0, accessmode: 4, systemuserroles: [ADMINISTRATOR], teammembership: [] },
  { isdisabled: 0, accessmode: 0, systemuserroles: [], teammembership: [], applicationid: 'app' },
].map((user, index) => ({
  systemuserid: `u${index}`,
  applicationid: null,
  createdon: '2025-01-01T00:00:00Z',
  ...user,
}));

/** Definitions of tables that are audited, and the one row of settings; source: auditing/configure.md. */
export const AUDITED: Readonly<Record<string, readonly Row[]>> = {
  EntityDefinitions: ['account', 'role', 'systemuser', 'team'].map((table) => ({
    LogicalName: table,
    IsAuditEnabled: { Value: true, CanBeChanged: true },
  })),
  organizations: [{ organizationid: 'o1', isauditenabled: true }],
};

export const SETS: Readonly<Record<string, readonly Row[]>> = {
  ...AUDITED,
  accounts: [],
  contacts: CONTACTS,
  asyncoperations: JOBS,
  systemusers: USERS,
  audits: [],
  emails: [],
};

/** A refusal as the Web API writes it. */
export function refusal(
  status: number,
  code: string,
  headers: Record<string, string> = {},
): GoodAnswer {
  return { status, body: { error: { code, message: 'a message' } }, headers };
}

/** Answers with tokens that last for an hour; source: entra-docs, v2-oauth2-client-creds-grant-flow. */
export function respondToken({ method, path, body }: SeenRequest): GoodAnswer {
  if (method !== 'POST' || path !== TOKEN_PATH) return { status: 404, body: '' };
  const form = new URLSearchParams(body);
  const isKnown =
    form.get('grant_type') === 'client_credentials' && form.get('client_secret') === 's3cret';
  if (!isKnown) return { status: 401, body: { error: 'invalid_client' } };
  // That of the environment, also where the authority is another server.
  if (!/^https?:\/\/127\.0\.0\.1:\d+\/\.default$/.test(form.get('scope') ?? '')) {
    return { status: 400, body: { error: 'invalid_scope' } };
  }
  return { body: { token_type: 'Bearer', expires_in: 3599, access_token: 'token-s3cret' } };
}

/** A server of Dataverse; sources: webapi/query-data-web-api.md, fetchxml/page-results.md, fetchxml/aggregate-data.md. */
export function createResponder(
  sets: Readonly<Record<string, readonly Row[]>> = SETS,
  aggregateLimit = 50_000,
): (request: SeenRequest) => GoodAnswer {
  return (request) => {
    const url = new URL(request.path, 'http://crm.test');
    if (url.pathname === TOKEN_PATH) return respondToken(request);
    if (request.method !== 'GET') return { status: 405, body: '' };
    if (request.headers['authorization'] !== 'Bearer token-s3cret') {
      const challenge =
        'Bearer authorization_uri=https://login.microsoftonline.com/x/oauth2/authorize, resource_id=x';
      const headers = { 'www-authenticate': challenge, 'content-type': 'text/plain' };
      return { status: 401, body: '', headers };
    }
    const resource = url.pathname.replace('/api/data/v9.2/', '');
    if (resource === 'WhoAmI') return { body: { UserId: 'u9', OrganizationId: 'o1' } };
    const rows = Object.hasOwn(sets, resource) ? sets[resource] : undefined;
    if (rows === undefined) return refusal(404, '0x80060888');
    const xml = url.searchParams.get('fetchXml');
    if (xml !== null) {
      const found = answerFetch(xml, rows, aggregateLimit);
      return found === undefined ? refusal(400, '0x8004E023') : { body: { value: found } };
    }
    return respondOdata(request, url.searchParams, rows.filter(namedBy(url.searchParams)));
  };
}

/** Table definitions are asked for by their names, and are given without pages (webapi/query-metadata-web-api.md). */
function namedBy(query: URLSearchParams): (row: Row) => boolean {
  const names = [...(query.get('$filter') ?? '').matchAll(/LogicalName eq '(\w+)'/g)];
  return (row) => names.length === 0 || names.some(([, name]) => name === row['LogicalName']);
}

function respondOdata(
  { headers, path }: SeenRequest,
  query: URLSearchParams,
  rows: readonly Row[],
): GoodAnswer {
  const select = query.get('$select')?.split(',');
  const lost = select?.find((name) => rows.length > 0 && rows[0]?.[name] === undefined);
  if (lost !== undefined) return refusal(400, '0x80060888');
  const [by = 'createdon', order = 'asc'] = query.get('$orderby')?.split(' ') ?? [];
  const size = /maxpagesize=(\d+)/.exec(String(headers['prefer']))?.[1];
  const limit = Number(query.get('$top') ?? size ?? 5000);
  const from = Number(query.get('$skiptoken') ?? 0);
  const isDated = query.get('$filter') === 'createdon ne null';
  const sorted = rows
    .filter((row) => !isDated || row['createdon'] !== null)
    .toSorted((a, b) => (textOf(a[by]) < textOf(b[by]) === (order === 'asc') ? -1 : 1));
  const page = sorted.slice(from, from + limit);
  const shown = page.map((row) =>
    Object.fromEntries((select ?? Object.keys(row)).map((name) => [name, row[name] ?? null])),
  );
  const hasMore = query.get('$top') === null && from + limit < rows.length;
  const base = `http://${String(headers['host'])}${path.replace(/&\$skiptoken=.*/, '')}`;
  const link = hasMore ? { '@odata.nextLink': `${base}&$skiptoken=${from + limit}` } : {};
  return { body: { '@odata.context': 'x', value: shown, ...link } };
}
