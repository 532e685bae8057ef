/**
 * The load of `npm run bench -- load`, in a process of its own so that it takes nothing from the responder but what any
 * sender takes. It also plays the CRMs, which are always well.
 */
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createDeliveries } from './deliveries.ts';
import { createHistogram } from './histogram.ts';
import type { Histogram } from './histogram.ts';

export type GeneratorOptions = {
  readonly seconds: number;
  readonly windowSeconds: number;
  readonly alertsPerDelivery: number;
  readonly rate: number | null;
  readonly senders: number;
};

/** Of one stretch of time, or of the whole. */
export type LoadWindow = {
  readonly seconds: number;
  /** Answered with 200. */
  readonly alerts: number;
  readonly deliveries: number;
  /** Answered otherwise, or not at all. */
  readonly refused: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maximumMs: number;
  /** Deliveries that were due and not sent yet when it ended. */
  readonly overdue: number;
  /** Processor seconds of the generator. */
  readonly cpuSeconds: number;
};

export type GeneratorMessage =
  | { readonly kind: 'ready'; readonly crmPort: number }
  | { readonly kind: 'window' | 'total'; readonly window: LoadWindow };

/** With more than these under way the sender is the bottleneck, and the delay of the rest is counted in its answers. */
const UNDER_WAY_MAX = 512;
const POST_TIMEOUT_MS = 60_000;

const options = JSON.parse(process.argv[2] ?? '{}') as GeneratorOptions;
const tell = (message: GeneratorMessage): void => void process.send?.(message);

type Count = {
  startedAtMs: number;
  deliveries: number;
  refused: number;
  readonly answers: Histogram;
  cpuMicros: number;
};

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function startCount(): Count {
  const startedAtMs = performance.now();
  const answers = createHistogram();
  return { startedAtMs, deliveries: 0, refused: 0, answers, cpuMicros: cpuMicros() };
}

function toWindow(count: Count, overdue: number): LoadWindow {
  return {
    seconds: (performance.now() - count.startedAtMs) / 1000,
    alerts: count.deliveries * options.alertsPerDelivery,
    deliveries: count.deliveries,
    refused: count.refused,
    p50Ms: count.answers.quantile(0.5),
    p99Ms: count.answers.quantile(0.99),
    maximumMs: count.answers.maximumMs,
    overdue,
    cpuSeconds: (cpuMicros() - count.cpuMicros) / 1e6,
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: UNDER_WAY_MAX });

/** The status; 0 when there was no answer. */
async function post(url: URL, body: string): Promise<number> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(url, { method: 'POST', agent, headers, timeout: POST_TIMEOUT_MS });
    sent.once('response', (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', () => resolve(0));
    });
    sent.once('timeout', () => sent.destroy());
    sent.once('error', () => resolve(0));
    sent.end(body);
  });
}

async function run(url: URL): Promise<void> {
  const deliveries = createDeliveries(options.alertsPerDelivery);
  const total = startCount();
  let own = startCount();
  const beginMs = performance.now();
  const endMs = beginMs + options.seconds * 1000;
  const underWay = new Set<Promise<void>>();

  async function deliver(dueMs: number): Promise<void> {
    const status = await post(url, deliveries.next(Date.now()));
    const durationMs = performance.now() - dueMs;
    for (const count of [total, own]) {
      if (status === 200) count.deliveries += 1;
      else count.refused += 1;
      count.answers.add(durationMs);
    }
  }

  const gapMs = options.rate === null ? 0 : (1000 * options.alertsPerDelivery) / options.rate;
  let dueMs = beginMs;
  const overdue = (): number =>
    gapMs === 0 ? 0 : Math.max(0, Math.floor((performance.now() - dueMs) / gapMs));

  async function keepPace(): Promise<void> {
    while (performance.now() < endMs) {
      for (; dueMs <= performance.now() && underWay.size < UNDER_WAY_MAX; dueMs += gapMs) {
        const delivery = deliver(dueMs);
        underWay.add(delivery);
        void delivery.then(() => underWay.delete(delivery));
      }
      await wait(1);
    }
  }

  async function sendInTurn(): Promise<void> {
    while (performance.now() < endMs) await deliver(performance.now());
  }

  const windows = setInterval(() => {
    tell({ kind: 'window', window: toWindow(own, overdue()) });
    own = startCount();
  }, options.windowSeconds * 1000);
  if (options.rate === null) {
    await Promise.all(Array.from({ length: options.senders }, sendInTurn));
  } else {
    await keepPace();
  }
  clearInterval(windows);
  const left = overdue();
  const sent = toWindow(total, left);
  await Promise.all(underWay);
  // Those that were under way at the end count as well, and the time until their answers does not.
  tell({ kind: 'total', window: { ...toWindow(total, left), seconds: sent.seconds } });
}

const crm = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
await once(crm, 'listening');
process.once('disconnect', () => process.exit(1));
process.on('message', ({ url }: { readonly url: string }) => void run(new URL(url)));
tell({ kind: 'ready', crmPort: (crm.address() as AddressInfo).port });
