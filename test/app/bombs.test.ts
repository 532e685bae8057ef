import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { writeSmallConfig } from '../support/app-site.ts';
import { createTemporaryFolder } from '../support/responder.ts';

const CHILD = join(import.meta.dirname, '../support/responder-child.ts');
/** Of the whole process at its peak. */
const PEAK_MEGABYTES = 512;

/** Linux alone tells the peak of another process. */
function peakMegabytesOf(pid: number): number | null {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return null;
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

it('many bombs at once are refused one after the other, within bounded memory, and alerts still get in', async () => {
  using folder = createTemporaryFolder();
  writeSmallConfig(folder.path);
  const command = [CHILD, join(folder.path, 'crmwatch.yaml')];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const address = `${line.toString().trim()}/api/v1/alerts/alertmanager`;
  const deliver = async (body: Buffer | string, encoding?: string): Promise<number> => {
    const headers: Record<string, string> =
      encoding === undefined ? {} : { 'Content-Encoding': encoding };
    const sent = typeof body === 'string' ? body : new Uint8Array(body);
    const answer = await fetch(address, { method: 'POST', headers, body: sent });
    await answer.text();
    return answer.status;
  };
  expect(await deliver(createWebhookBody([createAlert()]))).toBe(200);

  const zeros = Buffer.alloc(100 * 1024 * 1024);
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const tree = `{"version":"4","alerts":[${'[],'.repeat(15_000_000)}0]}`;
  const bombs: readonly [Buffer, string][] = [
    [gzipSync(zeros), 'gzip'],
    [deflateSync(zeros), 'deflate'],
    [brotliCompressSync(zeros, quick), 'br'],
    [gzipSync(gzipSync(zeros)), 'gzip'],
    [gzipSync(tree), 'gzip'],
  ];
  const answers = await Promise.all(
    [...bombs, ...bombs].map(async ([body, encoding]) => deliver(body, encoding)),
  );
  for (const status of answers) expect([400, 503]).toContain(status);
  expect(answers).toContain(400);
  const labels = { alertname: 'After', target: 'desk', severity: 'critical' };
  expect(await deliver(createWebhookBody([createAlert({ labels })]))).toBe(200);
  const peak = peakMegabytesOf(child.pid ?? 0);
  if (peak !== null) expect(peak).toBeLessThan(PEAK_MEGABYTES);
}, 120_000);
