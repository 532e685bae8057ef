import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { createSandboxControl } from '../../src/sandbox/sandbox.ts';
import type { SandboxControl } from '../../src/sandbox/sandbox.ts';
import { startSandbox } from './support.ts';
import type { TestSandbox } from './support.ts';

function controlOf({ addresses }: TestSandbox): SandboxControl {
  return createSandboxControl({ url: addresses.controlUrl, token: addresses.controlToken });
}

describe('the control server and its client', () => {
  it('lists, breaks and mends faults', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const control = controlOf(crm);
    expect(await control.faults()).toEqual(crm.sandbox.faults());
    expect(await control.break('login_page')).toMatchObject({ broken: true, intensity: 0.6 });
    expect((await crm.ask('/health')).text).toContain('<form');
    expect(await control.break('login_page', { intensity: 0.2 })).toMatchObject({
      intensity: 0.2,
      brokenSince: new Date(crm.clock.now()).toISOString(),
    });
    const mended = await control.mend('login_page');
    expect(mended.broken).toBe(false);
    expect(mended.intensity).toBeUndefined();
    expect((await control.mend('login_page')).broken).toBe(false);
    expect((await crm.ask('/health')).json()).toMatchObject({ status: 'ok' });
  });

  it('still works while the CRM itself is down', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const control = controlOf(crm);
    await control.break('service_stopped');
    await control.break('database_locked');
    const broken = (await control.faults()).filter((fault) => fault.broken);
    expect(broken.map((fault) => fault.id)).toEqual(['service_stopped', 'database_locked']);
    await expect(control.break('emails_missing')).rejects.toMatchObject({
      code: 'store_unavailable',
    });
    await control.mend('database_locked');
    await control.mend('service_stopped');
    expect((await crm.ask('/api/me')).status).toBe(200);
  });

  it('names the known faults when asked for another, and refuses wrong intensities', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const control = controlOf(crm);
    for (const id of ['coffee_spilled', '../faults', '__proto__']) {
      await expect(control.break(id)).rejects.toMatchObject({
        code: 'unknown_fault',
        remedy: expect.stringContaining('service_stopped'),
      });
    }
    for (const intensity of [-0.1, 1.1]) {
      await expect(control.break('login_page', { intensity })).rejects.toMatchObject({
        code: 'usage',
      });
    }
  });

  it('answers nobody without the control token, and 404 with the known ids', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const { controlUrl, controlToken, token } = crm.addresses;
    const ask = async (path: string, bearer: string, init: RequestInit = {}): Promise<Response> =>
      fetch(controlUrl + path, { ...init, headers: { Authorization: `Bearer ${bearer}` } });
    expect((await fetch(`${controlUrl}/faults`)).status).toBe(401);
    expect((await ask('/faults', token)).status).toBe(401);
    const unknown = await ask('/faults/nonsense/break', controlToken, { method: 'POST' });
    expect(unknown.status).toBe(404);
    expect(await unknown.text()).toContain('records_deleted');
    expect((await ask('/faults/login_page/break', controlToken)).status).toBe(404);
    const body = { method: 'POST', body: '{"intensity":"much"}' };
    expect((await ask('/faults/login_page/break', controlToken, body)).status).toBe(400);
    expect(crm.sandbox.faults().some((fault) => fault.broken)).toBe(false);
  });

  it('says that no sandbox answers, and what to do', async () => {
    const crm = await startSandbox({ customers: 20 });
    const { controlUrl, url } = crm.addresses;
    const wrongToken = createSandboxControl({ url: controlUrl, token: 'wrong' });
    await expect(wrongToken.faults()).rejects.toThrow('it answered 401');
    const wrongServer = createSandboxControl({ url, token: 'wrong' });
    await expect(wrongServer.mend('login_page')).rejects.toThrow('it answered 404');
    await crm.sandbox.break('login_page');
    await expect(wrongServer.faults()).rejects.toThrow('the answer is no JSON');
    await crm[Symbol.asyncDispose]();
    await expect(controlOf(crm).faults()).rejects.toMatchObject({
      code: 'sandbox_unreachable',
      message: expect.stringContaining(controlUrl),
      remedy: expect.stringContaining('npm start'),
    });
  });
});

describe('docs/SANDBOX.md', () => {
  it('describes exactly the faults that there are, in their order', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const documentation = readFileSync(new URL('../../docs/SANDBOX.md', import.meta.url), 'utf8');
    const rows = [...documentation.matchAll(/^\| `(\w+)` +\| (.+?) +\| (.+?) +\|$/gm)];
    expect(rows.map(([, id, title, description]) => ({ id, title, description }))).toEqual(
      crm.sandbox.faults().map(({ id, title, description }) => ({ id, title, description })),
    );
  });
});
