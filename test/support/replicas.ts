import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Random } from '../../src/std/std.ts';
import { createAlert, createWebhookBody } from './alerts.ts';
import { writeSmallConfig } from './app-site.ts';
import type { PostgresServer } from './postgres-server.ts';

/** One responder in a process of its own. */
export type Replica = {
  readonly url: string;
  signal(name: NodeJS.Signals): void;
  /** Resolves once the process is gone. */
  end(name: 'SIGTERM' | 'SIGKILL'): Promise<void>;
};

/** Replicas on one database, and whoever hears of their notices. */
export type Cluster = {
  /** Those that run; killing one and starting another is up to the test. */
  readonly replicas: Replica[];
  start(): Promise<Replica>;
  /** The identifiers of the notices as they came, repeats too. */
  readonly heard: readonly string[];
  stop(): Promise<void>;
};

const CHILD = join(import.meta.dirname, 'responder-child.ts');
/** So that a replica that is started anew is there soon. */
const COMPILED = join(import.meta.dirname, '../../node_modules/.cache/crmwatch');

export async function startCluster(
  folder: string,
  server: PostgresServer,
  database: string,
): Promise<Cluster> {
  const heard: string[] = [];
  const receiver = createServer((request, response) => {
    heard.push(String(request.headers['webhook-id']));
    request.resume().once('end', () => response.writeHead(204).end());
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  writeConfig(folder, server, { database, hook: `http://127.0.0.1:${port}/` });
  const children = new Set<ChildProcess>();
  const replicas: Replica[] = [];
  return {
    replicas,
    heard,
    async start() {
      const child = spawn(process.execPath, [CHILD, join(folder, 'crmwatch.yaml')], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
      });
      children.add(child);
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const replica: Replica = {
        url: line.toString().trim(),
        signal: (name) => void child.kill(name),
        async end(name) {
          const exit = once(child, 'exit');
          child.kill(name);
          await exit;
          children.delete(child);
          replicas.splice(replicas.indexOf(replica), 1);
        },
      };
      replicas.push(replica);
      return replica;
    },
    async stop() {
      for (const child of children) child.kill('SIGKILL');
      receiver.closeAllConnections();
      receiver.close();
      await once(receiver, 'close');
    },
  };
}

function writeConfig(
  folder: string,
  { host, port, user }: PostgresServer,
  { database, hook }: { readonly database: string; readonly hook: string },
): void {
  const secret = join(folder, 'hook.secret');
  writeFileSync(
    secret,
    `whsec_${Buffer.from('a secret of the contract suite').toString('base64')}`,
  );
  const { responder } = writeSmallConfig(folder).config;
  writeSmallConfig(folder, {
    responder: {
      listen: '127.0.0.1:0',
      ...(responder.modelFile === undefined ? {} : { model: responder.modelFile }),
      diagnosis_delay: '0s',
      prometheus: { url: 'http://127.0.0.1:9' },
      storm: { incidents: 1000, within: '10s', hold: '0s' },
      watchdog: { expected: 'never' },
      store: { engine: 'postgresql', host, port, user, database, allow_unsafe_durability: true },
      notify: [{ type: 'webhook', name: 'hook', url: hook, secret: { file: secret } }],
    },
  });
}

/** Between two deliveries of one sender: more than this, and the tests would wait for diagnoses. */
const PACE_MS = 300;

/** Like Alertmanager behind a load balancer: the next one takes the next delivery, and one that is not taken comes again. */
export function createGenerator(cluster: Cluster): {
  /** Until one of them has answered 200; gives the target that the alert is about. */
  deliver(): Promise<string>;
  /** Deliveries one after the other, by several senders, until the signal. */
  run(signal: AbortSignal): Promise<readonly string[]>;
} {
  let turn = 0;
  let lastTarget = 0;

  async function isTaken(url: string, body: string): Promise<boolean> {
    try {
      const address = `${url}/api/v1/alerts/alertmanager`;
      const signal = AbortSignal.timeout(5000);
      const response = await fetch(address, { method: 'POST', body, signal });
      await response.text();
      return response.ok;
    } catch {
      return false;
    }
  }

  async function deliver(): Promise<string> {
    const target = `crm${++lastTarget}`;
    const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
    const body = createWebhookBody([createAlert({ labels, startsAtMs: Date.now() })]);
    for (;;) {
      const replica = cluster.replicas[turn++ % Math.max(1, cluster.replicas.length)];
      if (replica !== undefined && (await isTaken(replica.url, body))) return target;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  return {
    deliver,
    async run(signal) {
      const taken: string[] = [];
      const send = async (): Promise<void> => {
        while (!signal.aborted) {
          taken.push(await deliver());
          await new Promise((resolve) => setTimeout(resolve, PACE_MS));
        }
      };
      await Promise.all([send(), send(), send()]);
      return taken;
    },
  };
}

/** Which of them holds a lease, by what their metrics say. */
export async function findHolder(cluster: Cluster, lease: string): Promise<Replica | undefined> {
  for (const replica of cluster.replicas) {
    const page = await (await fetch(`${replica.url}/metrics`)).text();
    if (page.includes(`crmwatch_responder_lease_held{lease="${lease}"} 1`)) return replica;
  }
  return undefined;
}

export function pick<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random.next() * items.length)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}
