import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { startAlertmanager } from '../../support/alertmanager.ts';
import type { Ledger, Sent, ToldAlert } from './ledger.ts';
import type { Load } from './load.ts';
import { ALERTMANAGER_TARGETS } from './world.ts';

export type AlertmanagerLoadOptions = {
  readonly folder: string;
  readonly url: string;
  readonly ledger: Ledger;
};

const PACE_MS = 400;
const PATH = '/api/v1/alerts/alertmanager';

type Payload = {
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved';
    readonly labels: Readonly<Record<string, string>>;
    readonly startsAt: string;
    readonly endsAt: string;
    readonly fingerprint: string;
  }[];
};

/**
 * A real Alertmanager that tells of alerts which fire and are resolved again and again. What it sends goes by way of a
 * server that writes it down and passes it on unchanged, so that the ledger knows what it was answered.
 */
export async function startAlertmanagerLoad(options: AlertmanagerLoadOptions): Promise<Load> {
  const { folder, ledger } = options;
  const recorder = await startRecorder(options);
  const alertmanager = await startAlertmanager({
    folder: join(folder, 'alertmanager'),
    configuration: configurationOf(recorder.url),
  });
  const ending = new AbortController();
  const abandoned = new AbortController();

  const isAccepted = (target: string, told: Pick<ToldAlert, 'status' | 'startsAtMs'>): boolean =>
    ledger
      .all()
      .some(
        ({ status, alerts, body }) =>
          status === 200 &&
          body.includes(`"${target}"`) &&
          alerts.some((one) => one.status === told.status && one.startsAtMs === told.startsAtMs),
      );

  async function run(target: string): Promise<void> {
    while (!ending.signal.aborted) await fireAndResolve(target);
  }

  /** Waits for each to arrive: Alertmanager tells no resolve of a firing that it could not tell. */
  async function fireAndResolve(target: string): Promise<void> {
    const startsAtMs = Date.now();
    await repeatUntilAccepted(target, { status: 'firing', startsAtMs });
    await repeatUntilAccepted(target, { status: 'resolved', startsAtMs });
  }

  /** As Prometheus does, it goes on telling of what is and of what is over. */
  async function repeatUntilAccepted(
    target: string,
    told: Pick<ToldAlert, 'status' | 'startsAtMs'>,
  ): Promise<void> {
    const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
    const end = told.status === 'resolved' ? { endedAgo: 0 } : {};
    while (!isAccepted(target, told) && !abandoned.signal.aborted) {
      await alertmanager.post({ labels, startedAtMs: told.startsAtMs, ...end });
      await wait(PACE_MS);
    }
  }

  const running = Promise.all(ALERTMANAGER_TARGETS.map(run));
  // Who waits for it hears of its failure; until then it is nobody's.
  running.catch(() => {});
  return {
    async end() {
      ending.abort();
      try {
        await running;
      } finally {
        await alertmanager.stop();
        await recorder.stop();
      }
    },
    abandon() {
      ending.abort();
      abandoned.abort();
    },
  };
}

function configurationOf(url: string): object {
  return {
    route: {
      receiver: 'crmwatch',
      group_by: ['target'],
      group_wait: '50ms',
      group_interval: '300ms',
      repeat_interval: '2s',
    },
    receivers: [
      { name: 'crmwatch', webhook_configs: [{ url: `${url}${PATH}`, send_resolved: true }] },
    ],
  };
}

type Recorder = { readonly url: string; stop(): Promise<void> };

async function startRecorder({ url, ledger }: AlertmanagerLoadOptions): Promise<Recorder> {
  let number = 0;
  /** Alertmanager sends the very same bytes again when nothing changed: one delivery, tried again. */
  const idOf = new Map<string, string>();

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const known = idOf.get(body);
    const id = known ?? `am${++number}`;
    if (known === undefined) {
      idOf.set(body, id);
      ledger.add({ id, body, alerts: alertsOf(body), mayLapse: true });
    }
    const answer = await fetch(`${url}${PATH}`, { method: 'POST', body });
    const text = await answer.text();
    note(ledger, id, answer.status);
    response.writeHead(answer.status).end(text);
  }

  const server = createServer((request, response) => {
    // A responder that is dead answers nothing, and so does this.
    pass(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An answer of 200 is owed for ever, whatever a later repetition was answered. */
function note(ledger: Ledger, id: string, status: number): void {
  const before: Sent | undefined = ledger.all().find((sent) => sent.id === id);
  ledger.tried(id, before?.status === 200 ? 200 : status);
}

function alertsOf(body: string): readonly ToldAlert[] {
  return (JSON.parse(body) as Payload).alerts.map(({ fingerprint, status, startsAt, endsAt }) => ({
    fingerprint,
    status,
    startsAtMs: Date.parse(startsAt),
    endsAtMs: status === 'firing' ? null : Date.parse(endsAt),
  }));
}
