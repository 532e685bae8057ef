import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRuntime, startResponder } from '../../../src/app/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import type { IncidentDetailView, IncidentSummaryView } from '../../../src/console/console.ts';
import { startAlertmanager } from '../../support/alertmanager.ts';
import type { RealAlertmanager } from '../../support/alertmanager.ts';
import { startClusterNetwork } from '../../support/cluster-network.ts';
import type { ClusterNetwork } from '../../support/cluster-network.ts';
import { startCuttableProxy } from '../../support/cuttable-proxy.ts';
import type { CuttableProxy } from '../../support/cuttable-proxy.ts';
import { startDeliveryProxy } from '../../support/delivery-proxy.ts';
import type { DeliveryProxy } from '../../support/delivery-proxy.ts';
import { startWebhookReceiver } from '../../support/webhook-receiver.ts';
import type { WebhookReceiver } from '../../support/webhook-receiver.ts';
import type { SeenIncident, SeenPage } from './judge.ts';
import type { Lane } from './lane.ts';
import type { Scenario } from './scenario.ts';

/** Which Alertmanager, how many of them, and where the responder keeps its incidents. */
export type Setting = {
  /** The path of its program; that of this machine when it is left out. */
  readonly program?: string;
  readonly peers: number;
  /** The key `store` of its configuration; null for a file of its own. */
  readonly store: object | null;
};

/** Everything that plays in one run: Prometheus → peers → the way that can fail → the responder → the on-call's phone. */
export type Stage = {
  readonly peers: readonly RealAlertmanager[];
  /** Null when there is one Alertmanager alone. */
  readonly network: ClusterNetwork | null;
  /** From Prometheus to each peer. */
  readonly lines: readonly CuttableProxy[];
  readonly deliveries: DeliveryProxy;
  incidents(): Promise<readonly IncidentSummaryView[]>;
  /** With its alerts. */
  detail(id: string): Promise<IncidentDetailView>;
  /** With their journals. */
  seen(): Promise<readonly SeenIncident[]>;
  pages(): readonly SeenPage[];
} & AsyncDisposable;

/** The only source of them all: peers are one Alertmanager. */
const SOURCE = 'main';
const ROUTE = { receiver: 'crmwatch', group_by: ['target'], repeat_interval: '1h' };

function alertmanagerConfiguration(url: string, token: string): object {
  const authorization = { credentials: token };
  const webhook = { url, send_resolved: true, max_alerts: 0, http_config: { authorization } };
  return {
    route: { ...ROUTE, group_wait: '500ms', group_interval: '1s' },
    receivers: [{ name: 'crmwatch', webhook_configs: [webhook] }],
  };
}

async function startPeers(
  folder: string,
  { program, peers }: Setting,
  network: ClusterNetwork | null,
  url: string,
): Promise<readonly RealAlertmanager[]> {
  return Promise.all(
    Array.from({ length: peers }, async (_, index) => {
      const address = network?.addresses[index];
      const fellows = network?.addresses.filter((other) => other !== address) ?? [];
      const fellowPorts = fellows.map(({ advertisedPort }) => advertisedPort);
      return startAlertmanager({
        folder: join(folder, `alertmanager-${index}`),
        configuration: alertmanagerConfiguration(`${url}/peer-${index}`, `token-${index}`),
        ...(program === undefined ? {} : { program }),
        ...(address === undefined ? {} : { cluster: { ...address, fellowPorts } }),
      });
    }),
  );
}

function writeConfiguration(
  folder: string,
  lane: Lane,
  peers: readonly RealAlertmanager[],
  pager: WebhookReceiver,
  { scenario, store }: { readonly scenario: Scenario; readonly store: object | null },
): string {
  const secretFile = join(folder, 'pager.secret');
  writeFileSync(secretFile, pager.secret);
  const senders = peers.map((_, index) => {
    const file = join(folder, `peer-${index}.token`);
    writeFileSync(file, `token-${index}`);
    return { name: `peer-${index}`, source: SOURCE, token: { file } };
  });
  const targets = scenario.targets.map(({ name }) => ({
    name,
    connection: {
      platform: 'rest',
      url: `http://${lane.crmAddress}/${name}`,
      authentication: { method: 'none' },
      health: { path: '/health' },
    },
  }));
  const configuration = {
    log_level: 'error',
    targets,
    responder: {
      listen: '127.0.0.1:0',
      prometheus: { url: lane.prometheus.url },
      senders,
      alertmanagers: peers.map(({ url }) => ({ url, source: SOURCE })),
      reconcile_interval: '1s',
      watchdog: { expected: 'never' },
      diagnosis_delay: '100ms',
      verification_interval: '1s',
      reopen_window: scenario.reopens ? '1h' : '0s',
      // What is judged is one incident for each episode, however fast they follow each other.
      flapping: { enabled: false },
      // Every incident is told by itself, and at once: this is not about storms.
      storm: { incidents: 1000, hold: '0s' },
      notify: [{ type: 'webhook', name: 'pager', url: pager.url, secret: { file: secretFile } }],
      ...(store === null ? {} : { store }),
    },
  };
  const file = join(folder, 'crmwatch.yaml');
  writeFileSync(file, JSON.stringify(configuration));
  return file;
}

type Page = { readonly data: { readonly incident: { readonly id: string } } };
type Journal = { readonly entries: SeenIncident['journal'] };

async function ask<T>(url: string, path: string): Promise<T> {
  const answer = await fetch(`${url}/api/v1/incidents${path}`);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return (await answer.json()) as T;
}

export async function setStage(lane: Lane, setting: Setting, scenario: Scenario): Promise<Stage> {
  const folder = lane.place();
  const responder = { url: '' };
  await using undo = new AsyncDisposableStack();
  const deliveries = await startDeliveryProxy(() => `${responder.url}/api/v1/alerts/alertmanager`);
  undo.defer(async () => deliveries.stop());
  const network = setting.peers === 1 ? null : await startClusterNetwork(setting.peers);
  undo.defer(async () => network?.stop());
  const peers = await startPeers(folder, setting, network, deliveries.url);
  undo.defer(async () => void (await Promise.all(peers.map(async (peer) => peer.stop()))));
  const lines = await Promise.all(
    peers.map(async ({ url }) => startCuttableProxy(Number(new URL(url).port))),
  );
  undo.defer(async () => void (await Promise.all(lines.map(async (line) => line.stop()))));
  const pager = await startWebhookReceiver();
  undo.defer(async () => pager.stop());
  for (const { name } of scenario.targets) {
    lane.crms.set(name, { isIll: false, firing: new Set() });
    undo.defer(() => void lane.crms.delete(name));
  }
  const file = writeConfiguration(folder, lane, peers, pager, { scenario, store: setting.store });
  const running = await startResponder(loadConfig(file, {}), createRuntime('silent'));
  undo.defer(async () => running.stop());
  responder.url = running.url;
  await lane.prometheus.tell(lines.map(({ port }) => `127.0.0.1:${port}`));
  const { url } = running;
  const incidents: Stage['incidents'] = async () =>
    (await ask<{ incidents: readonly IncidentSummaryView[] }>(url, '?state=all&limit=200'))
      .incidents;
  const ending = undo.move();
  return {
    peers,
    network,
    lines,
    deliveries,
    incidents,
    detail: async (id) => ask<IncidentDetailView>(url, `/${id}`),
    async seen() {
      const list = await incidents();
      return Promise.all(
        list.map(async (incident) => ({
          ...incident,
          journal: (await ask<Journal>(url, `/${incident.id}/journal?limit=500`)).entries,
        })),
      );
    },
    pages: () =>
      pager.accepted.map(({ type, data }) => {
        const { incident } = data as Page['data'];
        return { type, incidentId: incident.id };
      }),
    [Symbol.asyncDispose]: async () => ending.disposeAsync(),
  };
}
