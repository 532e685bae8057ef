import { describe, expect, it } from 'vitest';

import type {
  Connector,
  ConnectorDependencies,
} from '../../../src/exporter/connectors/connectors.ts';
import { createSystemClock } from '../../../src/std/std.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Respond, Target } from '../../support/targets.ts';
import {
  CONTACTS,
  TOKEN_PATH,
  createResponder,
  holdsQueriesAlone,
  refusal,
} from './zoho-server.ts';

/** Credits of 24 hours in the Enterprise edition, by its users (crm/developer/docs/api/v4/api-limits.html, and v8). */
const creditsOfEnterprise = (users: number): number => 50_000 + users * 1000;

const COMPOSITE_PATH = '/crm/v8/__composite_requests';
const CALL = { timeoutMs: 5000 };
const respond = createResponder();

const startTarget = createTargets();

function target(
  answer: Respond,
  changes: object,
  dependencies: Partial<ConnectorDependencies> = {},
): Promise<Target> {
  const authentication = {
    method: 'refresh_token',
    client_id: '1000.ABC',
    client_secret: { environment: 'SECRET' },
    refresh_token: { environment: 'REFRESH' },
  };
  return startTarget({
    respond: answer,
    connection: (url) => ({ platform: 'zoho', authentication, accounts_url: url, ...changes }),
    secrets: { SECRET: 's3cret', REFRESH: 'refresh-s3cret' },
    dependencies,
  });
}

const dataOf = (server: FaultServer): readonly SeenRequest[] =>
  server.seen.filter(({ path }) => path !== TOKEN_PATH);

const DEFAULT_FIELDS = { email: 'Email', phone: 'Phone', last_name: 'Last_Name' };
const THREE = { objects: { contacts: { entity: 'Contacts', fields: DEFAULT_FIELDS } } };

describe('several queries of zoho in one request', () => {
  const FIELDS = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`f${index}`, `Field_${index}`]),
  );
  const TWENTY = { objects: { contacts: { entity: 'Contacts', fields: FIELDS } } };
  const MISSING = Object.keys(FIELDS).map((field) => ({ kind: 'missing', field }) as const);
  const counted = (connector: Connector): Promise<unknown> | undefined =>
    connector.aggregate?.(CALL, 'contacts', [{ kind: 'rows' }, ...MISSING]);

  it('asks four times for 20 fields, and once for the records', async () => {
    const [connector, server] = await target(respond, TWENTY);
    expect(await counted(connector)).toMatchObject({
      value: [{ value: 3 }, ...MISSING.map(() => ({ value: 3 }))],
    });
    expect(dataOf(server)).toHaveLength(5);
    const several = dataOf(server).filter(({ path }) => path === COMPOSITE_PATH);
    expect(several.map(({ body }) => holdsQueriesAlone(body))).toEqual([true, true, true, true]);
  });

  it('takes less than a hundredth of the credits of a day for 10 objects of 20 fields every hour', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `Module_${index}`);
    const objects = Object.fromEntries(
      names.map((entity) => [entity.toLowerCase(), { entity, fields: FIELDS }]),
    );
    const modules = Object.fromEntries(names.map((entity) => [entity, CONTACTS]));
    const [connector, server] = await target(createResponder(modules), { objects });
    for (const name of Object.keys(objects)) {
      expect(await connector.aggregate?.(CALL, name, [{ kind: 'rows' }, ...MISSING])).toMatchObject(
        { ok: true },
      );
    }
    // Each request is one credit (api/v8/composite-overview.html, COQL-Limitations.html).
    const creditsADay = dataOf(server).length * 24;
    expect(creditsADay).toBe(1200);
    expect(creditsADay).toBeLessThan(creditsOfEnterprise(100) / 100);
    // docs/connectors/zoho.md names the least of such organisations.
    expect(creditsADay).toBeLessThan(creditsOfEnterprise(71) / 100);
    expect(creditsADay).toBeGreaterThanOrEqual(creditsOfEnterprise(70) / 100);
  });

  it('asks four times more for 20 fields that are nowhere empty', async () => {
    const filled = CONTACTS.map((contact) => ({
      ...contact,
      ...Object.fromEntries(Object.values(FIELDS).map((field) => [field, 'x'])),
    }));
    const [connector, server] = await target(createResponder({ Contacts: filled }), TWENTY);
    expect(await counted(connector)).toMatchObject({
      value: [{ value: 3 }, ...MISSING.map(() => ({ value: 0 }))],
    });
    expect(dataOf(server)).toHaveLength(9);
  });

  it.each([
    ['has no scope for several in one', refusal(401, 'OAUTH_SCOPE_MISMATCH')],
    ['takes no several in one', refusal(404, 'INVALID_URL_PATTERN')],
    ['finds that so many at once are too many', refusal(429, 'TOO_MANY_REQUESTS')],
    ['answers them in a form that is not known', { body: { __composite_requests: [] } }],
  ])(
    'asks once for each of 20 fields where Zoho %s, and tries no more for an hour',
    async (_name, answer) => {
      let nowMs = 0;
      const clock = { ...createSystemClock(), monotonicMs: () => nowMs };
      const answering = (request: SeenRequest): GoodAnswer =>
        request.path === COMPOSITE_PATH ? answer : respond(request);
      const [connector, server] = await target(answering, TWENTY, { clock });
      for (const requests of [22, 22 + 21]) {
        expect(await counted(connector)).toMatchObject({
          value: [{ value: 3 }, ...MISSING.map(() => ({ value: 3 }))],
        });
        expect(dataOf(server)).toHaveLength(requests);
      }
      nowMs = 3_600_001;
      await counted(connector);
      expect(dataOf(server)).toHaveLength(22 + 21 + 22);
    },
  );

  it('takes no number for that of another field, whatever the order of the answers', async () => {
    const asked = ['email', 'phone', 'last_name'].map(
      (field) => ({ kind: 'missing', field }) as const,
    );
    const shuffled =
      (turn: (entries: unknown[]) => unknown[]) =>
      (request: SeenRequest): GoodAnswer => {
        const answer = respond(request);
        if (request.path !== COMPOSITE_PATH) return answer;
        const { __composite_requests: entries } = answer.body as Record<string, unknown[]>;
        return { body: { __composite_requests: turn(entries ?? []) } };
      };
    for (const turn of [
      (entries: unknown[]) => entries.toReversed(),
      ([a, b, c]: unknown[]) => [b, a, c],
      ([a, b, c]: unknown[]) => [a, c, b],
    ]) {
      const [connector] = await target(shuffled(turn), THREE);
      expect(await connector.aggregate?.(CALL, 'contacts', asked)).toMatchObject({
        value: [{ value: 1 }, { value: 2 }, { value: 0 }],
      });
    }
  });

  it('takes no field for full because another one is, where one cannot be grouped', async () => {
    const rows = CONTACTS.map((contact) => ({ ...contact, Title: 'x' }));
    const whole = createResponder({ Contacts: rows });
    const [connector] = await target(
      (request) => {
        const answer = whole(request);
        if (request.path !== COMPOSITE_PATH) return answer;
        const { __composite_requests: entries = [] } = answer.body as Record<string, unknown[]>;
        const isFilled = request.body.includes('is not null');
        const response = { headers: {}, status_code: 400, body: { code: 'INVALID_QUERY' } };
        const [first, ...others] = entries;
        // The second field cannot be grouped, and the answers to it and to the first change places.
        const turned = isFilled
          ? entries.toReversed()
          : [{ details: { response } }, first, ...others.slice(1)];
        return { body: { __composite_requests: turned } };
      },
      {
        objects: {
          contacts: {
            entity: 'Contacts',
            fields: { last_name: 'Last_Name', phone: 'Phone', title: 'Title' },
          },
        },
      },
    );
    const asked = ['last_name', 'phone', 'title'].map(
      (field) => ({ kind: 'missing', field }) as const,
    );
    expect(await connector.aggregate?.(CALL, 'contacts', asked)).toMatchObject({
      value: [{ value: 0 }, { value: 2 }, { value: 0 }],
    });
  });

  it('asks alone for what cannot be grouped, and knows the rest', async () => {
    const [connector] = await target((request) => {
      const answer = respond(request);
      if (request.path !== COMPOSITE_PATH) return answer;
      const { __composite_requests: entries } = answer.body as Record<string, unknown[]>;
      const response = { headers: {}, status_code: 400, body: { code: 'INVALID_QUERY' } };
      return {
        body: { __composite_requests: [{ details: { response } }, ...(entries ?? []).slice(1)] },
      };
    }, THREE);
    const asked = ['email', 'phone'].map((field) => ({ kind: 'missing', field }) as const);
    expect(await connector.aggregate?.(CALL, 'contacts', asked)).toMatchObject({
      value: [{ value: 1 }, { value: 2 }],
    });
  });
});
