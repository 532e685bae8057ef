import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';

import { connectionDecoder } from '../../../src/exporter/connectors/connectors.ts';
import { decode } from '../../../src/std/std.ts';
import { connectorOf } from '../../support/connector-support.ts';
import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { CALL, EXAMPLE, SINCE_MS, changed, closing, target } from './rest-activity-server.ts';
import type { Connection } from './rest-activity-server.ts';

describe('rest: identities and the life of the API', () => {
  it('fails for the want of rights where the second identity is not given', async () => {
    const [connector] = await target({ changes: { security_authentication: undefined } });
    for (const outcome of [
      await connector.logins?.(CALL, SINCE_MS),
      await connector.auditTrail?.(CALL, SINCE_MS),
      await connector.apiTokens?.(CALL, SINCE_MS),
      await connector.integrations?.(CALL, SINCE_MS),
      await connector.accounts?.(CALL),
      await connector.jobs?.(CALL, SINCE_MS),
    ]) {
      expect(outcome).toMatchObject({ failure: { reason: 'authorization' } });
    }
    expect(await connector.latency?.(CALL)).toMatchObject({ ok: true });
  });

  it('tells the end of each identity, and of none where there is none', async () => {
    const [connector] = await target();
    expect(await connector.credentials?.(CALL)).toMatchObject({
      value: [
        { identity: 'data', endsAtMs: { known: false } },
        { identity: 'security', endsAtMs: { value: Date.UTC(2027, 2, 1) } },
      ],
    });
    const [open_] = await target({ changes: { authentication: { method: 'none' } } });
    expect(await open_.credentials?.(CALL)).toMatchObject({ value: [{ identity: 'security' }] });
  });

  it('opens a session for each identity, and declares both', async () => {
    const session = (path: string, user_: string): object => ({
      method: 'session',
      path,
      user: user_,
      password: { environment: 'CRM_TOKEN' },
      token: '/token',
    });
    const seen: string[] = [];
    const [connector] = await target({
      changes: {
        authentication: session('/session', 'reader'),
        security_authentication: session('/admin/session', 'auditor'),
      },
      answer: ({ path, headers }) => {
        if (path.endsWith('session')) return { body: { token: path } };
        seen.push(`${path} as ${String(headers['authorization'])}`);
        return { body: { data: [], meta: { total: 0 } } };
      },
    });
    await connector.latency?.(CALL);
    await connector.apiTokens?.(CALL, SINCE_MS);
    expect(seen).toEqual([
      '/api/me as Bearer /session',
      '/api/contacts?page=1 as Bearer /session',
      '/api/tokens as Bearer /admin/session',
    ]);
  });

  it('tells when the API ends: what is configured, or the header Sunset of an answer', async () => {
    const sunset = 'Fri, 01 Jan 2027 00:00:00 GMT';
    const answer = ({ path }: SeenRequest): GoodAnswer | undefined =>
      path === '/api/me' ? { body: {}, headers: { sunset } } : undefined;
    const [configured] = await target({ answer });
    expect(await configured.apiRemovals?.(CALL)).toMatchObject({
      value: [{ api: 'rest', removedAtMs: { value: Date.UTC(2028, 0, 1) } }],
    });
    const [told] = await target({ answer, changes: { api_ends: undefined } });
    expect(await told.apiRemovals?.(CALL)).toMatchObject({
      value: [{ api: 'rest', removedAtMs: { value: Date.UTC(2027, 0, 1) } }],
    });
    const [silent] = await target({ changes: { api_ends: undefined } });
    expect(await silent.apiRemovals?.(CALL)).toMatchObject({
      value: [{ api: 'rest', removedAtMs: { known: false, reason: 'empty' } }],
    });
    const [unasked, paths] = await target({ changes: { latency: undefined } });
    expect(await unasked.apiRemovals?.(CALL)).toMatchObject({ ok: true });
    expect(paths).toEqual([]);
  });

  it('asks the status page without credentials, and lets go of it in the end', async () => {
    const seen: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      seen.push(request);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ status: { indicator: 'minor' }, incidents: [{ id: 'x' }] }));
    });
    server.keepAliveTimeout = 0;
    await once(server.listen(0, '127.0.0.1'), 'listening');
    closing({ close: () => server.close() });
    const { port } = server.address() as AddressInfo;
    const page = { format: 'statuspage', url: `http://127.0.0.1:${port}` };
    const [connector] = await target({ changes: { status_page: page } });
    expect(await connector.vendorStatus?.(CALL)).toMatchObject({
      value: { state: { value: 'degraded' }, openIncidents: { value: 1 } },
    });
    expect(seen.map(({ url }) => url)).toEqual(['/api/v2/summary.json']);
    expect(JSON.stringify(seen[0]?.headers)).not.toContain('s3cret');
    const ended = seen.map(async ({ socket }) => socket.destroyed || once(socket, 'close'));
    await connector.close();
    await Promise.all(ended);
  });

  it('refuses a log that would count what happened before the window', () => {
    const problemsOf = (changes: Connection): unknown => {
      const decoded = decode.run(connectionDecoder, { ...EXAMPLE, ...changes });
      return decoded.ok ? [] : decoded.problems;
    };
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf(changed('audit', { path: '/api/audit' }))).toMatchObject([
      { place: 'audit.path', remedy: expect.stringContaining('{since}') },
    ]);
    expect(problemsOf(changed('audit', { path: '/api/audit?since={since_ms}' }))).toMatchObject([
      { place: 'audit.path' },
    ]);
    expect(problemsOf(changed('audit', { path: '/api/audit?s={since_seconds}' }))).toEqual([]);
    expect(problemsOf(changed('logins', { path: '/api/logins' }))).toEqual([]);
    const webhook = { path: '/api/deliveries', items: '/data' };
    expect(problemsOf({ integrations: { webhook } })).toMatchObject([
      { place: 'integrations.webhook.path' },
    ]);
    expect(problemsOf({ integrations: { webhook: { ...webhook, at: '/at' } } })).toEqual([]);
  });

  it('names no query where an allowance is not told', async () => {
    const limits = {
      path: '/api/me?for=ada',
      items: [{ name: 'api_calls', limit: '/a', remaining: '/b' }],
    };
    const [connector] = await target({ changes: { limits } });
    expect(await connector.limits?.(CALL)).toEqual({
      ok: false,
      failure: { reason: 'schema_changed', detail: '/api/me does not tell the limit api_calls' },
    });
  });

  it('leaves out what is not configured', async () => {
    const bare = {
      platform: 'rest',
      url: 'http://127.0.0.1:1',
      authentication: { method: 'none' },
    };
    const connector = connectorOf({ ...bare, integrations: {} });
    expect(Object.keys(connector).sort()).toEqual(['close', 'platform']);
  });
});
