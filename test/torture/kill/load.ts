import { setTimeout as wait } from 'node:timers/promises';

import { createSeededRandom } from '../../../src/std/std.ts';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import type { Random } from '../../../src/std/std.ts';
import { alertOf, bodyOf } from './ledger.ts';
import type { Ledger } from './ledger.ts';

export type LoadOptions = {
  readonly seed: number;
  /** Where the responder listens, when it does. */
  readonly url: string;
  /** One sender each, which works on one alert after the other. */
  readonly targets: readonly string[];
  readonly ledger: Ledger;
};

export type Load = {
  /** Resolves every alert that still fires; resolves once all that was begun is answered. */
  end(): Promise<void>;
  /** Gives up at once, answered or not. */
  abandon(): void;
};

type Sender = {
  readonly target: string;
  readonly random: Random;
  startsAtMs: number;
  endsAtMs: number | null;
  /** Whole deliveries of before, to be sent again unchanged as a peer or a confused queue would. */
  readonly past: { readonly alerts: readonly AlertEvent[]; readonly atMs: number }[];
};

const PAUSE_MS = 15;
/** Doubled with each failed attempt, up to the limit. */
const RETRY_MS = 50;
const RETRY_LIMIT_MS = 400;
const ANSWER_LIMIT_MS = 15_000;
const PAST_KEPT = 10;
/** Alertmanager tries for five minutes at most; what comes later than that is no late delivery but a new firing. */
const LATE_LIMIT_MS = 120_000;
const INTAKE = '/api/v1/alerts/alertmanager';

/**
 * Senders as Alertmanager is one: each tells firing, repeat and resolve of its target in order, tries again on
 * everything but 2xx and 4xx, and goes on only when it was answered. Now and then a delivery comes twice at once, or
 * again long after, or cannot be read.
 */
export function startLoad({ seed, url, targets, ledger }: LoadOptions): Load {
  const ending = new AbortController();
  const abandoned = new AbortController();
  let number = 0;

  async function send(body: string, id: string): Promise<void> {
    for (let pauseMs = RETRY_MS; ; pauseMs = Math.min(pauseMs * 2, RETRY_LIMIT_MS)) {
      const status = await post(`${url}${INTAKE}`, body);
      ledger.tried(id, status);
      if (abandoned.signal.aborted || (status !== null && status < 500)) return;
      await wait(pauseMs);
    }
  }

  async function tell(sender: Sender, alerts: readonly AlertEvent[]): Promise<void> {
    const id = `d${++number}`;
    const body = bodyOf(id, alerts);
    ledger.add({ id, body, alerts });
    await (sender.random.next() < 0.15
      ? Promise.all([send(body, id), send(body, id)])
      : send(body, id));
    sender.past.push({ alerts, atMs: performance.now() });
    if (sender.past.length > PAST_KEPT) sender.past.shift();
  }

  async function tellNonsense(): Promise<void> {
    const id = `d${++number}`;
    const body = `{"version":"4","groupKey":"${id}","alerts":[`;
    ledger.add({ id, body, alerts: [] });
    await send(body, id);
  }

  async function step(sender: Sender): Promise<void> {
    const chance = sender.random.next();
    const isFiring = sender.endsAtMs === null;
    if (chance < 0.05) return tellNonsense();
    if (chance < 0.15) {
      const old = sender.past[Math.floor(sender.random.next() * sender.past.length)];
      const isLate = old !== undefined && performance.now() - old.atMs < LATE_LIMIT_MS;
      return isLate ? tell(sender, old.alerts) : undefined;
    }
    if (chance < 0.5 && isFiring) return tell(sender, [alertNow(sender)]);
    await (isFiring ? resolve(sender) : fire(sender));
  }

  async function fire(sender: Sender): Promise<void> {
    // Never before the end of the last episode, however quick the machine.
    sender.startsAtMs = Math.max(Date.now(), (sender.endsAtMs ?? 0) + 2);
    sender.endsAtMs = null;
    await tell(sender, [alertNow(sender)]);
  }

  async function resolve(sender: Sender): Promise<void> {
    sender.endsAtMs = Math.max(Date.now(), sender.startsAtMs + 1);
    await tell(sender, [alertNow(sender)]);
  }

  async function run(target: string, index: number): Promise<void> {
    const random = createSeededRandom(seed * 1009 + index);
    const sender: Sender = { target, random, startsAtMs: 0, endsAtMs: 0, past: [] };
    while (!ending.signal.aborted) {
      await step(sender);
      await wait(PAUSE_MS * random.next());
    }
    if (sender.endsAtMs === null) await resolve(sender);
  }

  const running = Promise.all(targets.map(run));
  // Who waits for it hears of its failure; until then it is nobody's.
  running.catch(() => {});
  return {
    async end() {
      ending.abort();
      await running;
    },
    abandon() {
      ending.abort();
      abandoned.abort();
    },
  };
}

function alertNow({ target, startsAtMs, endsAtMs }: Sender): AlertEvent {
  return alertOf(target, { startsAtMs, endsAtMs });
}

/** The status of the answer; null when there was none. */
async function post(url: string, body: string): Promise<number | null> {
  try {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const answer = await fetch(url, { method: 'POST', body, signal });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}
