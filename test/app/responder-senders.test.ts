import { writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startResponder } from '../../src/app/app.ts';
import { createTestRuntime, rewriteConfig, writeSmallConfig } from '../support/app-site.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { makeTestCertificates } from '../support/test-certificates.ts';
import type { KeyPair } from '../support/test-certificates.ts';

const BODY = createWebhookBody([createAlert()]);
const PATH = '/api/v1/alerts/alertmanager';

function temporaryFolder(): string {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.path;
}

/** A responder with this section in its configuration, in `folder`. */
async function start(folder: string, section: Record<string, unknown>): Promise<string> {
  const { source } = writeSmallConfig(folder);
  const loaded = rewriteConfig(source.path, (config) => {
    config['responder'] = { ...(config['responder'] as object), ...section };
  });
  const running = await startResponder(loaded, createTestRuntime());
  onTestFinished(async () => running.stop());
  return running.url;
}

async function metricsOf(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

describe('senders of a running responder', () => {
  it('are known by the new token of a file as soon as it is replaced', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'token'), 'first-token\n');
    const sender = { name: 'am', token: { file: join(folder, 'token') }, kinds: ['alertmanager'] };
    const url = await start(folder, { senders: [sender] });
    const deliver = async (token: string, path = PATH) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${url}${path}`, { method: 'POST', body: BODY, headers })).status;
    };
    expect(await deliver('first-token')).toBe(200);
    writeFileSync(join(folder, 'token'), 'second-token');
    expect(await deliver('first-token')).toBe(401);
    expect(await deliver('second-token')).toBe(200);
    expect(await deliver('second-token', '/api/v1/alerts/grafana')).toBe(403);
    // Emptied, as by an editor that writes in two steps: nobody can tell, and nothing is lost.
    writeFileSync(join(folder, 'token'), '');
    expect(await deliver('second-token')).toBe(503);
    const metrics = await metricsOf(url);
    expect(metrics).toContain(
      'crmwatch_intake_deliveries_total{sender="am",kind="alertmanager"} 2',
    );
    for (const reason of ['unauthorised', 'secrets_unreadable']) {
      expect(metrics).toContain(
        `crmwatch_intake_refusals_total{reason="${reason}",sender="unknown",kind="alertmanager"} 1`,
      );
    }
    expect(metrics).toContain(
      'crmwatch_intake_refusals_total{reason="forbidden",sender="am",kind="grafana"} 1',
    );
  });

  it('are known by their client certificates, over HTTP/1 and HTTP/2', async () => {
    const folder = temporaryFolder();
    const { authority, valid, client, selfSignedExpired } = await makeTestCertificates();
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const tls = {
      cert_file: file('server.crt', valid.cert),
      key_file: file('server.key', valid.key),
      client_ca_file: file('ca.crt', authority),
      client_auth_type: 'VerifyClientCertIfGiven',
    };
    file('web.yml', dump({ tls_server_config: tls }));
    const url = await start(folder, {
      web_config: 'web.yml',
      senders: [{ name: 'am', client_certificate: { names: ['127.0.0.1'] } }],
    });
    expect(url).toMatch(/^https:/);
    expect(await overHttp1(url, authority, client)).toBe(200);
    expect(await overHttp1(url, authority)).toBe(401);
    expect(await overHttp2(url, authority, client)).toBe(200);
    expect(await overHttp2(url, authority)).toBe(401);
    await expect(overHttp1(url, authority, selfSignedExpired)).rejects.toThrow();
  });

  it.each([
    ['rate_limit', { rate_limit: { interval: '1s', burst: 1 } }],
    ['basic_auth_users', { basic_auth_users: { am: `$2y$04$${'a'.repeat(53)}` } }],
  ])('are not stopped by %s of the web configuration, which is refused', async (key, web) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'web.yml'), dump(web));
    await expect(start(folder, { web_config: 'web.yml' })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining(key),
    });
  });
});

async function overHttp1(url: string, ca: string, client?: KeyPair): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', ca, agent: false, ...client };
    const sent = request(`${url}${PATH}`, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.once('error', reject);
    sent.end(BODY);
  });
}

async function overHttp2(url: string, ca: string, client?: KeyPair): Promise<number> {
  const session = connect(url, { ca, ...client });
  try {
    return await new Promise<number>((resolve, reject) => {
      session.once('error', reject);
      const stream = session.request({ ':method': 'POST', ':path': PATH });
      stream.once('response', (headers) => resolve(Number(headers[':status'])));
      stream.once('error', reject);
      stream.end(BODY);
    });
  } finally {
    session.destroy();
  }
}
