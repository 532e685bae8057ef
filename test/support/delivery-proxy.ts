import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a delivery on its way from an Alertmanager to the responder. */
export type Way =
  | 'pass'
  /** It is answered with a redirect to the responder, which never sees the delivery itself. */
  | 'redirect'
  /** It is answered with 503, and the responder never sees it. */
  | 'refuse'
  /** The responder commits and answers, and the connection is cut before the answer arrives. */
  | 'cut_after_commit'
  /** It waits until `release` before the responder sees it. */
  | 'hold'
  /** The responder commits and answers, and the answer waits until `release`. */
  | 'hold_answer';

export type Delivery = {
  /** The path that the sender asked for: its own, so that senders can be told apart. */
  readonly path: string;
  readonly way: Way;
  /** When it came, by the clock of this machine. */
  readonly atMs: number;
  readonly groupKey: string;
  readonly truncatedAlerts: number;
  /** `name status` of each alert. */
  readonly alerts: readonly string[];
  /** The common label `target` of its group. */
  readonly target: string | null;
  /** Of the responder; null while there is none. */
  readonly status: number | null;
};

/** A proxy in front of the responder that sees every delivery and can make each step of it go wrong. */
export type DeliveryProxy = {
  readonly url: string;
  readonly deliveries: readonly Delivery[];
  /** Chooses the way of each delivery; `pass` for all until then. */
  steer(choose: (delivery: Delivery) => Way): void;
  release(): void;
  stop(): Promise<void>;
};

type Payload = {
  readonly groupKey: string;
  readonly groupLabels: { readonly target?: string };
  readonly truncatedAlerts: number;
  readonly alerts: readonly { readonly status: string; readonly labels: Record<string, string> }[];
};

/** `target` is asked for at each delivery, since the responder may come back on another port. */
export async function startDeliveryProxy(target: () => string): Promise<DeliveryProxy> {
  const deliveries: Delivery[] = [];
  let choose: (delivery: Delivery) => Way = () => 'pass';
  let released = Promise.withResolvers<void>();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const index = deliveries.length;
    const seen = describeDelivery(request.url ?? '', body);
    const way = choose(seen);
    deliveries.push({ ...seen, way });
    if (way === 'redirect') {
      response.writeHead(301, { location: target() }).end();
      return;
    }
    if (way === 'refuse') {
      deliveries[index] = { ...seen, way, status: 503 };
      response.writeHead(503).end();
      return;
    }
    if (way === 'hold') await released.promise;
    const { authorization } = request.headers;
    const answer = await fetch(target(), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
      },
      body,
    });
    deliveries[index] = { ...seen, way, status: answer.status };
    if (way === 'cut_after_commit') {
      request.socket.destroy();
      return;
    }
    if (way === 'hold_answer') await released.promise;
    response.writeHead(answer.status).end(await answer.text());
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries,
    steer(next) {
      choose = next;
    },
    release() {
      released.resolve();
      released = Promise.withResolvers<void>();
    },
    async stop() {
      released.resolve();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function describeDelivery(path: string, body: Buffer): Delivery {
  const { groupKey, groupLabels, truncatedAlerts, alerts } = JSON.parse(body.toString()) as Payload;
  const target = groupLabels.target ?? null;
  const told = alerts.map(({ status, labels }) => `${labels['alertname'] ?? ''} ${status}`);
  return {
    path,
    way: 'pass',
    atMs: Date.now(),
    groupKey,
    target,
    truncatedAlerts,
    alerts: told,
    status: null,
  };
}
