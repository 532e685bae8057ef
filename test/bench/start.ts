import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { writeDemonstrationConfig } from '../../src/app/demonstration-config.ts';
import { findFreePort } from '../../src/app/processes.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { createSeededRandom, createSilentLogger, createSystemClock } from '../../src/std/std.ts';
import type { Figure } from './main.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const LIMIT_MS = 60_000;

async function untilAnswer(url: string, beginMs: number): Promise<number> {
  while (performance.now() - beginMs < LIMIT_MS) {
    const isReady = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isReady) return (performance.now() - beginMs) / 1000;
    await wait(10);
  }
  throw new Error(`no answer at ${url}`);
}

/** Resident memory in mebibytes; Linux only. */
function residentMebibytes(pid: number): number {
  const [, kibibytes = ''] =
    /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / 1024;
}

async function measureHalf(
  half: 'exporter' | 'responder',
  configFile: string,
  port: number,
): Promise<readonly Figure[]> {
  // The first request of a process loads what it needs, which is not the child's time.
  await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  const beginMs = performance.now();
  const child = spawn(process.execPath, [MAIN, half, '--config', configFile], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  try {
    const healthySeconds = await untilAnswer(`http://127.0.0.1:${port}/-/healthy`, beginMs);
    const readySeconds = await untilAnswer(`http://127.0.0.1:${port}/-/ready`, beginMs);
    await wait(5000);
    const memory = residentMebibytes(child.pid ?? 0);
    return [
      { name: `${half}: cold start to the first answer`, value: healthySeconds, unit: 's' },
      { name: `${half}: cold start to /-/ready`, value: readySeconds, unit: 's' },
      { name: `${half}: resident memory, idle after 5 s`, value: memory, unit: 'MiB' },
    ];
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** Both halves as processes of their own, watching one sandbox CRM; ready means that every probe ran once. */
export async function benchStart(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-bench-'));
  const sandbox = createSandbox({
    databaseFile: join(folder, 'sandbox.sqlite'),
    tls: true,
    clock: createSystemClock(),
    random: createSeededRandom(1),
    logger: createSilentLogger(),
  });
  try {
    const addresses = await sandbox.start();
    const [exporterPort, responderPort] = [await findFreePort(), await findFreePort()];
    const configFile = writeDemonstrationConfig(
      folder,
      [{ name: 'sandbox', addresses, method: 'bearer' }],
      {
        exporterPort,
        responderPort,
        prometheusUrl: 'http://127.0.0.1:9',
      },
    );
    return [
      ...(await measureHalf('exporter', configFile, exporterPort)),
      ...(await measureHalf('responder', configFile, responderPort)),
    ];
  } finally {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
