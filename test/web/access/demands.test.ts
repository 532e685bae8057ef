import { describe, expect, it } from 'vitest';
import { demandOf } from '../../../src/web/access/demands.ts';

describe('what a route demands', () => {
  it.each([
    ['/', 'GET', 'viewer', 'incidents:read'],
    ['/incidents/:id/close', 'POST', 'responder', 'incidents:write'],
    ['/api/v1/incidents/:id', 'GET', 'viewer', 'incidents:read'],
    ['/api/v1/quarantine/:id/discard', 'POST', 'admin', 'quarantine:write'],
    ['/quarantine', 'GET', 'viewer', 'incidents:read'],
    ['/api/v1/maintenance', 'POST', 'responder', 'maintenance:write'],
    ['/api/v1/tokens', 'GET', 'admin', 'admin'],
    ['/api/v1/tokens/:id/revoke', 'POST', 'admin', 'admin'],
  ])('%s by %s: the role %s and the scope %s', (path, method, role, scope) => {
    expect(demandOf(path, method)).toEqual({ role, scope });
  });

  it('asks nobody for a role who is to sign in', () => {
    expect([demandOf('/login', 'GET'), demandOf('/login', 'POST')]).toEqual(['anybody', 'anybody']);
  });

  it('lets nobody but an administrator change what it knows nothing of', () => {
    expect(demandOf('/api/v1/new', 'POST')).toEqual({ role: 'admin', scope: 'admin' });
    expect(demandOf('/loginx', 'GET')).toEqual({ role: 'viewer', scope: 'incidents:read' });
    expect(demandOf('/incidentsx', 'DELETE')).toEqual({ role: 'admin', scope: 'admin' });
  });
});
