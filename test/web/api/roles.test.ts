import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mountApi } from '../../../src/web/api/mount-api.ts';
import { openApiPath, parametersOf } from '../../../src/web/api/open-api.ts';
import { OPERATIONS } from '../../../src/web/api/registry.ts';
import { createEventStreams } from '../../../src/web/event-stream.ts';
import { ROLES, isRoleEnough } from '../../../src/responder/accounts/accounts.ts';
import type { Role } from '../../../src/responder/accounts/accounts.ts';
import { createFakeResponder } from '../../support/fake-services.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { send } from '../../support/start-web.ts';

/** The API for somebody of this role. */
async function startAs(role: Role) {
  const clock = createManualClock();
  const service = createFakeResponder(clock);
  const streams = createEventStreams(service, clock, () => {});
  const identify = () => ({
    actor: 'Mia',
    role,
    scopes: null,
    means: 'bearer',
    signedIn: true,
    formToken: '',
  });
  const app = express();
  mountApi(app, {
    service,
    streams,
    access: { identify, refusal: () => null } as never,
    hosts: [],
    areAnswersChecked: true,
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    streams.closeAll();
    server.closeAllConnections();
    server.close();
  });
  return { service, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Whether the role was enough; a stream that does not end has begun by then. */
async function isAdmitted(url: string, method: string, path: string): Promise<boolean> {
  if (!path.endsWith('/events')) return (await send(`${url}${path}`, { method })).status !== 403;
  const controller = new AbortController();
  const { status } = await fetch(`${url}${path}`, { method, signal: controller.signal });
  controller.abort();
  return status !== 403;
}

describe('every operation', () => {
  it.each(ROLES)('is there for the role %s when it is enough, and else refused', async (role) => {
    const { url, service } = await startAs(role);
    for (const operation of OPERATIONS) {
      const path = operation.path.replace(':id', 'inc_none');
      const verdict = await isAdmitted(url, operation.method, path);
      expect(verdict, operation.id).toBe(isRoleEnough(role, operation.role));
    }
    expect(service.actions).toEqual([]);
  });

  it('says which role it needs', async () => {
    const { url, service } = await startAs('viewer');
    const id = service.incidents[0]?.id ?? '';
    const answer = await send(`${url}/api/v1/incidents/${id}/close`, { method: 'POST' });
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      403,
      {
        type: 'urn:crmwatch:problem:forbidden',
        detail: 'This needs the role responder; Mia has the role viewer.',
      },
    ]);
    expect(service.actions).toEqual([]);
  });

  it('has a name of its own, an address of this version, and parameters for all of its address', () => {
    const ids = OPERATIONS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const operation of OPERATIONS) {
      expect(operation.path).toMatch(/^\/api\/v1\//);
      const inPath = parametersOf(operation).filter((parameter) => parameter.in === 'path');
      const wanted = [...openApiPath(operation.path).matchAll(/\{(\w+)\}/g)].map(
        ([, name]) => name,
      );
      expect(inPath.map(({ name }) => name)).toEqual(wanted);
      // Whoever only looks changes nothing.
      expect(operation.method === 'GET' || operation.role !== 'viewer').toBe(true);
    }
  });
});
