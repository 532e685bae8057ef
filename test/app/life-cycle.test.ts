import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startAll, startExporter, startResponder } from '../../src/app/app.ts';
import type { LoadedConfig } from '../../src/config/config.ts';
import { openSqlite } from '../../src/store/store.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { createTestRuntime, rewriteConfig, writeSmallConfig } from '../support/app-site.ts';
import { createTemporaryFolder } from '../support/responder.ts';

function temporaryFolder(): string {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.path;
}

/** A port that something else holds until the test ends. */
async function occupyPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function listenAt(loaded: LoadedConfig, half: 'exporter' | 'responder', listen: string) {
  return rewriteConfig(join(loaded.folder, 'crmwatch.yaml'), (config) => {
    config[half] = { ...(config[half] as object), listen };
  });
}

describe('starting and stopping', () => {
  it('says which port is in use, and leaves nothing running or locked', async () => {
    const good = writeSmallConfig(temporaryFolder());
    const port = await occupyPort();
    const loaded = listenAt(good, 'exporter', `127.0.0.1:${port}`);
    await expect(startAll(loaded, createTestRuntime())).rejects.toMatchObject({
      code: 'address_in_use',
      message: `exporter: 127.0.0.1:${port} is already in use`,
      remedy: `stop the program that listens on 127.0.0.1:${port}, or configure another port for the exporter`,
    });
    // The responder had listened already and held the database; the same configuration starts at once.
    const running = await startAll(
      listenAt(loaded, 'exporter', '127.0.0.1:0'),
      createTestRuntime(),
    );
    await running.stop();
    expect(existsSync(join(loaded.folder, 'data/incidents.sqlite-wal'))).toBe(false);
  });

  it('frees the port of a responder that could not start', async () => {
    const port = await occupyPort();
    const loaded = listenAt(writeSmallConfig(temporaryFolder()), 'responder', `127.0.0.1:${port}`);
    await expect(startResponder(loaded, createTestRuntime())).rejects.toMatchObject({
      code: 'address_in_use',
      message: `responder: 127.0.0.1:${port} is already in use`,
    });
  });

  it('refuses to let the network change incidents, and says what to configure', async () => {
    const loaded = listenAt(writeSmallConfig(temporaryFolder()), 'responder', '0.0.0.0:0');
    await expect(startResponder(loaded, createTestRuntime())).rejects.toMatchObject({
      code: 'listen_refused',
      message:
        'responder: refuses to listen on 0.0.0.0: console_token and senders not configured, so anybody on the network could change incidents',
      remedy: 'configure console_token and senders under responder, or listen on 127.0.0.1',
    });
  });

  it('listens on all interfaces once both tokens are there, and asks for them', async () => {
    const loaded = writeSmallConfig(temporaryFolder());
    writeFileSync(join(loaded.folder, 'token'), 'correct-horse');
    const protectedConfig = rewriteConfig(join(loaded.folder, 'crmwatch.yaml'), (config) => {
      config['responder'] = {
        ...(config['responder'] as object),
        listen: '0.0.0.0:0',
        console_token: { file: 'token' },
        senders: [{ name: 'alertmanager', token: { file: 'token' } }],
      };
    });
    const running = await startResponder(protectedConfig, createTestRuntime());
    const { port } = new URL(running.url);
    const api = `http://127.0.0.1:${port}/api/v1/incidents`;
    const headers = { authorization: 'Bearer correct-horse' };
    expect((await fetch(api)).status).toBe(401);
    expect((await fetch(api, { headers })).status).toBe(200);
    const intake = `http://127.0.0.1:${port}/api/v1/alerts/alertmanager`;
    const body = createWebhookBody([createAlert()]);
    expect((await fetch(intake, { method: 'POST', body })).status).toBe(401);
    expect((await fetch(intake, { method: 'POST', body, headers })).status).toBe(200);
    await running.stop();
  });

  it('starts twice from one folder, one after the other, and stops as often as it is told to', async () => {
    const loaded = writeSmallConfig(temporaryFolder());
    for (const delivery of [1, 2]) {
      const running = await startAll(loaded, createTestRuntime());
      const response = await fetch(`${running.responderUrl}/api/v1/alerts/alertmanager`, {
        method: 'POST',
        body: createWebhookBody([createAlert()]),
      });
      expect(await response.json(), `delivery ${delivery}`).toMatchObject({ status: 'accepted' });
      const health = await fetch(`${running.exporterUrl}/-/healthy`);
      expect(health.status).toBe(200);
      await health.text();
      await Promise.all([running.stop(), running.stop()]);
      await running.stop();
      await expect(fetch(running.responderUrl)).rejects.toThrow('fetch failed');
      await expect(fetch(running.exporterUrl)).rejects.toThrow('fetch failed');
    }
  });

  it('refuses a database that a newer version wrote, and leaves it as it is', async () => {
    const loaded = writeSmallConfig(temporaryFolder());
    await (await startResponder(loaded, createTestRuntime())).stop();
    const file = join(loaded.folder, 'data/incidents.sqlite');
    const sqlite = openSqlite(file);
    sqlite.run("INSERT INTO schema_steps VALUES ('incidents', 99, 'from the future', 'x', 0)");
    sqlite.close();
    await expect(startResponder(loaded, createTestRuntime())).rejects.toMatchObject({
      code: 'store_incompatible',
      message: `the database ${file} holds step 99 of incidents, which this version does not know: a newer crmwatch wrote it`,
      remedy:
        'run the version of crmwatch that wrote it, restore the backup from before the upgrade, or name another database',
    });
  });

  it('refuses a file that is no database, and a model of another kind', async () => {
    const loaded = writeSmallConfig(temporaryFolder());
    const withModel = (model: string) =>
      rewriteConfig(join(loaded.folder, 'crmwatch.yaml'), (config) => {
        config['responder'] = { ...(config['responder'] as object), model };
      });
    await expect(startResponder(withModel('none.json'), createTestRuntime())).rejects.toMatchObject(
      {
        code: 'model_incompatible',
        message: `there is no file ${join(loaded.folder, 'none.json')}`,
      },
    );
    writeFileSync(join(loaded.folder, 'data/incidents.sqlite'), 'no database at all '.repeat(100));
    await expect(
      startResponder(withModel('model.json'), createTestRuntime()),
    ).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('starts an exporter alone without touching a database', async () => {
    const loaded = writeSmallConfig(temporaryFolder());
    const running = await startExporter(loaded, createTestRuntime());
    expect(await (await fetch(`${running.url}/metrics`)).text()).toContain('crmwatch_build_info');
    await running.stop();
    await running.stop();
    expect(existsSync(join(loaded.folder, 'data'))).toBe(false);
  });
});
