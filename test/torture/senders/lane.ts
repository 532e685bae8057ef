import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrometheus } from '../../support/real-prometheus.ts';
import type { RealPrometheus } from '../../support/real-prometheus.ts';

/** How one CRM is now. */
export type CrmState = {
  /** Its health check fails. */
  isIll: boolean;
  /** The parts whose alerts are true. */
  readonly firing: Set<string>;
};

/**
 * What one run after the other uses: a Prometheus, and the CRMs with their exporter's page. Each run brings CRMs of its
 * own names, so that nothing of another run is about them.
 */
export type Lane = {
  readonly prometheus: RealPrometheus;
  /** host:port of the server of all CRMs; the health of one is at `/<name>/health`. */
  readonly crmAddress: string;
  readonly crms: Map<string, CrmState>;
  /** A fresh folder. */
  place(): string;
  stop(): Promise<void>;
};

export const PARTS = ['first', 'second'] as const;

function exporterPage(crms: Lane['crms']): string {
  const lines = [...crms].flatMap(([name, { firing }]) => [
    `crm_target_info{target="${name}"} 1`,
    ...PARTS.map((part) => `trouble{target="${name}",part="${part}"} ${firing.has(part) ? 1 : 0}`),
  ]);
  return `${lines.join('\n')}\n`;
}

export async function startLane(): Promise<Lane> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-senders-'));
  const crms: Lane['crms'] = new Map();
  const server = createServer(({ url = '' }, response) => {
    if (url === '/metrics') {
      response.end(exporterPage(crms));
      return;
    }
    response.statusCode = crms.get(url.split('/')[1] ?? '')?.isIll === false ? 200 : 503;
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const crmAddress = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const prometheus = await startPrometheus({
    folder: join(folder, 'prometheus'),
    exporter: crmAddress,
    rules: [
      {
        alert: 'CrmUnreachable',
        expr: 'max by (target, part) (trouble) > 0',
        labels: { severity: 'critical' },
      },
      // So that one can see whether an Alertmanager is told.
      { alert: 'CrmWatchdog', expr: 'vector(1)', labels: { severity: 'none' } },
    ],
  });
  let places = 0;
  return {
    prometheus,
    crmAddress,
    crms,
    place() {
      const path = join(folder, `run-${places++}`);
      mkdirSync(path);
      return path;
    },
    async stop() {
      await prometheus.stop();
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
