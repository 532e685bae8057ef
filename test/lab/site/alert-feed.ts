import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { NO_MASK, decodeDelivery } from '../../../src/responder/alerts/alerts.ts';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { wordsOfAlert } from '../../../src/responder/evidence/evidence.ts';
import type { EvidenceAlert } from '../../../src/responder/evidence/evidence.ts';

/** Stands where the responder would: takes what the real Alertmanager delivers, and keeps what fires. */
export type AlertFeed = {
  /** host:port, for the configurations of Prometheus and Alertmanager. */
  readonly address: string;
  /** What fires about a target, and about the exporter that watches it alone. */
  firing(target: string, exporter: string): readonly EvidenceAlert[];
  stop(): Promise<void>;
};

/** Alerts by fingerprint, as the deliveries tell them. Pure but for the map. */
export function noteEvents(firing: Map<string, AlertEvent>, events: readonly AlertEvent[]): void {
  for (const event of events) {
    if (event.status === 'resolved') firing.delete(event.fingerprint);
    else if (event.name !== 'CrmWatchdog') firing.set(event.fingerprint, event);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function startAlertFeed(now: () => number): Promise<AlertFeed> {
  const firing = new Map<string, AlertEvent>();
  async function take(request: IncomingMessage): Promise<number> {
    const body = await readBody(request);
    // Prometheus scrapes what it takes for the responder.
    if (request.method === 'GET') return 200;
    const source = { kind: 'alertmanager', sender: 'alertmanager', encoding: '' } as const;
    const decoded = decodeDelivery({ ...source, body, receivedAtMs: now() }, NO_MASK);
    if (!decoded.ok) return 400;
    noteEvents(firing, decoded.events);
    return 200;
  }
  const server = createServer((request, response) => {
    take(request).then(
      (status) => response.writeHead(status, { 'Content-Type': 'text/plain' }).end(),
      () => response.destroy(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    firing: (target, exporter) =>
      [...firing.values()]
        .filter(({ labels }) =>
          labels['target'] === undefined
            ? labels['instance'] === exporter
            : labels['target'] === target,
        )
        .map(({ name, labels, annotations, startsAtMs }) => ({
          name,
          severity: labels['severity'] ?? 'none',
          labels,
          startsAtMs,
          words: wordsOfAlert({ labels, annotations }),
        })),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
