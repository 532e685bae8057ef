import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSystemClock } from '../../src/std/std.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { writeSmallConfig } from '../support/app-site.ts';
import type { Figure } from './main.ts';

const ALERTS = 20_000;
/** With this much text an alert is 1.5 kB, as those of kube-prometheus are. */
const DESCRIPTION =
  'The share of requests that fail is above the threshold for a long time. '.repeat(15);
const MEGABYTE = 1024 * 1024;

function bigBody(): Buffer {
  const alerts = Array.from({ length: ALERTS }, (_, index) =>
    createAlert({
      labels: {
        alertname: 'CrmApiSlow',
        target: `crm-${index % 50}`,
        instance: `10.0.${index >> 8}.${index & 255}:9100`,
        call: `call-${index}`,
        severity: 'warning',
      },
      annotations: { summary: `call ${index} is slow`, description: DESCRIPTION },
    }),
  );
  return Buffer.from(createWebhookBody(alerts));
}

async function post(url: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent: false };
    const sent = request(`${url}/api/v1/alerts/alertmanager`, options, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** Of a process since its start, by the kernel. */
function peakMegabytes(processId: number | undefined): number {
  const status = readFileSync(`/proc/${processId}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** One post of 20,000 alerts to a responder in a process of its own, from the first byte to the durable answer. */
export async function benchBigPost(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-bench-'));
  const { source } = writeSmallConfig(folder);
  const program = join(import.meta.dirname, '../support/responder-child.ts');
  const child = spawn(process.execPath, [program, source.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = line.toString().trim();
    const body = bigBody();
    const clock = createSystemClock();
    const start = clock.monotonicMs();
    const status = await post(url, body);
    const seconds = (clock.monotonicMs() - start) / 1000;
    if (status !== 200) throw new Error(`the responder answered ${status}`);
    const of = `one post of ${ALERTS} alerts (${(body.length / MEGABYTE).toFixed(0)} MB)`;
    return [
      { name: of, value: seconds, unit: 's' },
      { name: `${of}: peak memory of the responder`, value: peakMegabytes(child.pid), unit: 'MB' },
    ];
  } finally {
    const ended = once(child, 'exit');
    // It would first work through the storm.
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}
