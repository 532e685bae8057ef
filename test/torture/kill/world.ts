import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { dump } from 'js-yaml';

import { createSeededRandom } from '../../../src/std/std.ts';
import type { StoreSource } from '../../../src/store/store.ts';
import { writeModel } from '../../support/app-site.ts';
import { findFreePort } from '../../support/program.ts';

/** What surrounds the responder: a CRM that is well, and a receiver of its notices. */
export type World = {
  readonly configFile: string;
  readonly url: string;
  readonly targets: readonly string[];
  /** Each notice that the receiver answered with 2xx, with the identifier that it is known by. */
  readonly received: readonly Received[];
  /** From now on the receiver takes everything. */
  calm(): void;
  stop(): Promise<void>;
};

export type Received = { readonly id: string; readonly type: string; readonly body: string };

/** Whose alerts a real Alertmanager tells, when there is one. */
export const ALERTMANAGER_TARGETS: readonly string[] = ['am-a', 'am-b'];
const TARGETS: readonly string[] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(
  (letter) => `crm-${letter}`,
);
/** Of notices that the receiver is unable to take while the storm goes on. */
const REFUSED_RATIO = 0.1;

export async function createWorld(
  folder: string,
  source: StoreSource,
  seed: number,
): Promise<World> {
  const received: Received[] = [];
  const random = createSeededRandom(seed);
  let isCalm = false;
  const crm = await serve((_, response) => void response.end('{}'));
  const receiver = await serve((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const isRefused = !isCalm && random.next() < REFUSED_RATIO;
      const body = Buffer.concat(pieces).toString();
      if (!isRefused) {
        const { type } = JSON.parse(body) as { readonly type: string };
        received.push({ id: String(request.headers['webhook-id']), type, body });
      }
      response.writeHead(isRefused ? 503 : 204).end();
    });
  });
  const port = await findFreePort();
  const configFile = join(folder, 'crmwatch.yaml');
  mkdirSync(join(folder, 'secrets'), { recursive: true });
  writeFileSync(
    join(folder, 'secrets/webhook'),
    `whsec_${Buffer.from('a secret of the kill harness').toString('base64')}`,
  );
  const addresses = { crm: crm.url, receiver: receiver.url, port };
  writeFileSync(configFile, dump(configurationOf(writeModel(folder), source, addresses)));
  return {
    configFile,
    url: `http://127.0.0.1:${port}`,
    targets: TARGETS,
    received,
    calm: () => void (isCalm = true),
    async stop() {
      await Promise.all([crm.stop(), receiver.stop()]);
    },
  };
}

type Addresses = { readonly crm: string; readonly receiver: string; readonly port: number };

/** As an operator would write it, except that nothing waits longer than it must. */
function configurationOf(
  model: string,
  source: StoreSource,
  { crm, receiver, port }: Addresses,
): object {
  const connection = {
    platform: 'rest',
    url: crm,
    authentication: { method: 'none' },
    health: { path: '/health' },
  };
  return {
    targets: [...TARGETS, ...ALERTMANAGER_TARGETS].map((name) => ({ name, connection })),
    exporter: { listen: '127.0.0.1:0' },
    responder: {
      listen: `127.0.0.1:${port}`,
      data_folder: 'data',
      ...(source.engine === 'sqlite' ? {} : { store: source }),
      model,
      prometheus: { url: 'http://127.0.0.1:9' },
      diagnosis_delay: '0s',
      verification_interval: '1s',
      // Each recovery ends an incident for good, so that each further episode is one of its own.
      reopen_window: '0s',
      // Every incident is told by itself: what is told of storms as one is the matter of other tests.
      storm: { incidents: 1000, within: '10s', hold: '0s' },
      // Its notices wait while an alert comes and goes, and the harness counts each that is due.
      flapping: { enabled: false },
      notify: [
        { type: 'webhook', name: 'pager', url: receiver, secret: { file: 'secrets/webhook' } },
      ],
    },
  };
}

async function serve(
  listener: RequestListener,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
