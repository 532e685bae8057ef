import { afterEach, describe, expect, it } from 'vitest';

import { startMockServer } from '../../../support/specifications/mock-server.ts';
import type { MockOptions, MockServer } from '../../../support/specifications/mock-server.ts';
import { createSpecification } from '../../../support/specifications/open-api.ts';

const PERSON = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    name: { type: 'string', nullable: true, maxLength: 12 },
    type: {
      oneOf: [
        { type: 'string', enum: ['a', 'b'] },
        { type: 'string', maxLength: 0 },
      ],
    },
    friend: { $ref: '#/components/schemas/Person' },
    since: { type: 'string', format: 'date-time' },
    code: { type: 'string', pattern: '^[A-Z]{2}\\d{3}$' },
  },
  required: ['id', 'name', 'type', 'code'],
};
const json = (schema: object): object => ({ 'application/json': { schema } });
const DOCUMENT = {
  openapi: '3.0.3',
  servers: [{ url: 'https://crm.test/v1' }],
  paths: {
    '/people': {
      get: {
        security: [{ key: [] }],
        parameters: [
          { name: 'limit', in: 'query', required: true, schema: { type: 'integer' } },
          { name: 'order', in: 'query', schema: { type: 'string', enum: ['id', 'name'] } },
        ],
        responses: {
          '200': { content: json({ type: 'array', items: PERSON }) },
          '401': { content: json({ type: 'object', required: ['error'] }) },
        },
      },
      post: {
        requestBody: {
          required: true,
          content: json({
            type: 'object',
            properties: { query: { type: 'string' } },
            required: ['query'],
          }),
        },
        responses: { '200': { content: json({ $ref: 'shared.json#/components/schemas/Total' }) } },
      },
    },
    '/people/{id}': {
      get: {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
        responses: { '200': { content: json({ $ref: '#/components/schemas/Person' }) } },
      },
    },
  },
  components: {
    schemas: { Person: PERSON },
    securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } },
  },
};
const SHARED = {
  components: { schemas: { Total: { type: 'object', required: ['total'], properties: { total: { type: 'integer' } } } } },
}; // prettier-ignore

const open: MockServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(options: Partial<MockOptions> = {}): Promise<MockServer> {
  const documents = { 'crm.json': DOCUMENT, 'shared.json': SHARED };
  const specification = createSpecification({ documents, offering: ['crm.json'] });
  const server = await startMockServer({ specification, ...options });
  open.push(server);
  return server;
}

async function ask(
  { url }: MockServer,
  path: string,
  init: RequestInit = { headers: { 'x-key': '1' } },
): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(`${url}${path}`, init);
  return { status: answer.status, body: await answer.json() };
}

const post = (body: string, type = 'application/json'): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': type },
  body,
});

describe('a mock server of a specification', () => {
  it.each([
    ['/v1/animals', undefined, 'no such operation'],
    ['/people?limit=1', undefined, 'no such operation'],
    ['/v1/people', undefined, 'limit is missing'],
    ['/v1/people?limit=many', undefined, 'limit: '],
    ['/v1/people?limit=1&limit=2', undefined, 'more than once'],
    ['/v1/people?limit=1&order=age', undefined, 'order: '],
    ['/v1/people?limit=1&offset=2', undefined, 'no parameter is called offset'],
    ['/v1/people/one', undefined, 'id: '],
    ['/v1/people', { method: 'POST' }, 'the body is missing'],
    ['/v1/people', post('{}'), 'the body is wrong'],
    ['/v1/people', post('{"query":1}'), 'the body is wrong'],
    ['/v1/people', post('{"query":"a","more":1}'), 'called more'],
    ['/v1/people', post('query=a', 'text/plain'), 'no body of the type "text/plain"'],
    ['/v1/people/1', { method: 'DELETE' }, 'no such operation'],
  ])('refuses %s %j: %s', async (path, init, problem) => {
    const server = await start();
    expect((await ask(server, path, init)).status).toBeGreaterThanOrEqual(400);
    expect(server.refused).toEqual([expect.stringContaining(problem)]);
  });

  it('lets through what its test knows to be forgotten, and nothing else', async () => {
    const undocumented = [{ template: '/v1/people', parameter: /^offset=\d+$/, why: 'a test' }];
    const server = await start({ undocumented });
    expect((await ask(server, '/v1/people?limit=1&offset=2')).status).toBe(200);
    expect((await ask(server, '/v1/people?limit=1&offset=x')).status).toBe(400);
  });

  it('answers who is nobody with its own 401', async () => {
    const server = await start();
    const { status, body } = await ask(server, '/v1/people?limit=1', {});
    expect([status, body, server.refused]).toEqual([401, expect.anything(), []]);
    expect(server.used.size).toBe(0);
  });

  it('answers the same for the same seed, and many things for many', async () => {
    const server = await start();
    const answers = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      for (const mode of ['complete', 'sparse'] as const) {
        server.setSeed(seed, mode);
        const [one, two] = [await ask(server, '/v1/people/7'), await ask(server, '/v1/people/7')];
        expect(one).toEqual(two);
        expect(one.status).toBe(200);
        answers.add(JSON.stringify(one.body));
      }
    }
    expect(answers.size).toBeGreaterThan(30);
    expect(server.refused).toEqual([]);
    expect([...server.used]).toEqual(['GET /v1/people/{id}']);
  });

  it('never answers what its own schema forbids', async () => {
    const server = await start({ settle: () => ({ total: 'many' }) });
    expect((await ask(server, '/v1/people', post('{"query":"a"}'))).status).toBe(500);
    expect(server.refused).toEqual([expect.stringContaining('an invalid answer was made')]);
  });
});
