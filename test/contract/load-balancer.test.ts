import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { startPostgres } from '../support/postgres-server.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import { findLastingPort, startProgram, waitUntil } from '../support/program.ts';
import type { Program } from '../support/program.ts';
import { startCluster } from '../support/replicas.ts';
import type { Cluster } from '../support/replicas.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import type { TemporaryFolder } from '../support/responder.ts';

/** deploy/nginx.conf, read by a real nginx, in front of real replicas. */
const EXAMPLE = join(import.meta.dirname, '../../deploy/nginx.conf');
const DATABASE = 'balanced';

let folder: TemporaryFolder;
let server: PostgresServer;
let cluster: Cluster;
let nginx: Program;
let url: string;

/** The example with the addresses of the test in place of its own, without TLS and without rights of root. */
function configure(port: number): string {
  let replica = 0;
  const site = readFileSync(EXAMPLE, 'utf8')
    .replaceAll(/server crmwatch-\d:9969/g, () => {
      const { host } = new URL(cluster.replicas[replica++]?.url ?? '');
      return `server ${host}`;
    })
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replaceAll(/^ *ssl_certificate.*\n/gm, '')
    .replace('server_name crmwatch.example.com;', 'server_name 127.0.0.1;');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder.path}/${name};`,
  );
  const path = join(folder.path, 'nginx.conf');
  // Its workers write into a folder that only the user of the test may enter.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    path,
    `daemon off; ${user} pid ${folder.path}/nginx.pid; error_log stderr notice;
     events {}
     http { access_log off; ${temporary.join(' ')}\n${site}\n}\n`,
  );
  return path;
}

beforeAll(async () => {
  folder = createTemporaryFolder();
  server = await startPostgres();
  await server.createDatabase(DATABASE);
  cluster = await startCluster(folder.path, server, DATABASE);
  for (let count = 0; count < 3; count++) await cluster.start();
  const port = await findLastingPort();
  url = `http://127.0.0.1:${port}`;
  nginx = startProgram('nginx', {
    arguments: ['-c', configure(port), '-e', 'stderr'],
    logFile: join(folder.path, 'nginx.log'),
  });
  const isUp = async (): Promise<boolean> =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitUntil(isUp, { timeoutMs: 60_000, everyMs: 100, describe: () => nginx.log() });
});
afterAll(async () => {
  await nginx.stop('SIGQUIT');
  await cluster.stop();
  await server.stop();
  folder[Symbol.dispose]();
});

async function deliver(target: string, padding = ''): Promise<number> {
  const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
  const alert = createAlert({ labels, startsAtMs: Date.now() });
  const annotations = { ...alert.annotations, padding };
  const response = await fetch(`${url}/api/v1/alerts/alertmanager`, {
    method: 'POST',
    body: createWebhookBody([{ ...alert, annotations }]),
  });
  await response.text();
  return response.status;
}

async function listTargets(): Promise<readonly string[]> {
  const rows = await server.sql(DATABASE, 'SELECT target FROM incidents ORDER BY target');
  return rows.split('\n');
}

describe('three replicas behind nginx as deploy/nginx.conf has it', { timeout: 120_000 }, () => {
  it('answer each delivery once with 200 while two of them die, and lose nothing', async () => {
    const sent: string[] = [];
    const send = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index++) {
        const target = `crm${100 + sent.length}`;
        expect(await deliver(target)).toBe(200);
        sent.push(target);
      }
    };
    await send(6);
    await cluster.replicas[0]?.end('SIGKILL');
    await send(6);
    await cluster.replicas[0]?.end('SIGTERM');
    await send(6);
    await waitUntil(async () => (await listTargets()).length >= sent.length, {
      timeoutMs: 60_000,
      everyMs: 200,
      describe: () => 'not all deliveries are incidents',
    });
    expect(await listTargets()).toEqual(sent);
  });

  it('take a delivery that is larger than what nginx takes by itself', async () => {
    expect(await deliver('large', 'x'.repeat(3_000_000))).toBe(200);
  });

  it('stream events through it as they happen', async () => {
    const end = new AbortController();
    const stream = await fetch(`${url}/events`, {
      headers: { accept: 'text/event-stream' },
      signal: end.signal,
    });
    expect(stream.status).toBe(200);
    expect(await deliver('streamed')).toBe(200);
    let heard = '';
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      heard += chunk;
      if (heard.includes('alert_fired')) break;
    }
    end.abort();
    expect(heard).toContain('alert_fired');
  });
});
