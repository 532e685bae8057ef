import { expect, it } from 'vitest';

import { connectorOf, yamlOfDocument } from '../../../support/connector-support.ts';
import { startFaultServer } from '../../../support/fault-server.ts';
import type { SeenRequest } from '../../../support/fault-server.ts';
import { isJsonRecord } from '../../../support/specifications/json-schema.ts';
import { describeSpecification } from './describe.ts';

type Connection = { readonly objects: Readonly<Record<string, { readonly fields: object }>> };
const EXAMPLE = (yamlOfDocument('docs/connectors/rest.md', 1) as { connection: Connection })
  .connection;

/** Where a list and its total are. */
const TOTALS: Readonly<
  Record<string, readonly [block: string | undefined, list: string, total: string]>
> = {
  '/api/accounts/': ['active_accounts', 'open_accounts', 'open_accounts_count'],
  '/api/contacts/': [undefined, 'results', 'count'],
  '/api/leads/': ['open_leads', 'open_leads', 'leads_count'],
  '/api/opportunities/': [undefined, 'opportunities', 'opportunities_count'],
  '/api/users/': ['active_users', 'active_users', 'active_users_count'],
};

/** A total is that of all pages: the first one has two records to come, which the second brings or not. */
function settle(body: unknown, { path }: SeenRequest): unknown {
  const url = new URL(path, 'http://crm.test');
  const [block, list, total] = TOTALS[url.pathname] ?? [];
  if (list === undefined || total === undefined || !isJsonRecord(body)) return body;
  const owner = block === undefined ? body : body[block];
  if (!isJsonRecord(owner)) return body;
  const records: unknown = owner[list];
  const offset = Number(url.searchParams.get('offset') ?? 0);
  const count = offset + (Array.isArray(records) ? records.length : 0);
  const settled = { ...owner, [total]: offset === 0 ? count + 2 : count };
  return block === undefined ? settled : { ...body, [block]: settled };
}

describeSpecification({
  name: 'Django-CRM, as docs/connectors/rest.md describes it,',
  source: { fixtures: ['django-crm/openapi.json'] },
  create: (url) => connectorOf({ ...EXAMPLE, url }, { DJANGO_CRM_TOKEN: 'bcrm_pat_1' }),
  objects: Object.fromEntries(
    Object.entries(EXAMPLE.objects).map(([name, { fields }]) => [name, Object.keys(fields)]),
  ),
  settle,
  outside: ({ method, path }) =>
    method === 'GET' && path === '/healthz/'
      ? { body: '<title>healthz</title>', headers: { 'content-type': 'text/html' } }
      : undefined,
  undocumented: Object.keys(TOTALS).map((template) => ({
    template,
    parameter: /^(limit|offset)=\d+$/,
    why: 'its views page by the LimitOffsetPagination of Django REST framework, which the generator overlooks',
  })),
  uses: ['/api/profile/', ...Object.keys(TOTALS)].map((path) => `GET ${path}`),
  refusals: {
    accounts: { reasons: ['bad_payload'], why: 'the list may end before its total' },
  },
});

it.each([
  ['Organization context is required. Please login again.', 'authentication'],
  ['This token is not scoped for read access to contacts.', 'authorization'],
])('reads 403 with "%s", as the real server answers, as %s', async (detail, reason) => {
  const server = await startFaultServer({ respond: () => ({ status: 403, body: { detail } }) });
  const connector = connectorOf(
    { ...EXAMPLE, url: server.url },
    { DJANGO_CRM_TOKEN: 'bcrm_pat_1' },
  );
  try {
    const outcome = await connector.scan?.({ timeoutMs: 5000 }, 'contacts', ['id'], () => true);
    expect(outcome).toMatchObject({ ok: false, failure: { reason } });
  } finally {
    await connector.close();
    await server.close();
  }
});
