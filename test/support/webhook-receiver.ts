import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export type ReceivedWebhook = { readonly type: string; readonly data: unknown };

/** Takes signed webhooks and checks their signatures with the library of Standard Webhooks itself. */
export type WebhookReceiver = {
  readonly url: string;
  readonly secret: string;
  /** With a good signature. */
  readonly accepted: readonly ReceivedWebhook[];
  /** Why the others were turned away. */
  readonly refused: readonly string[];
  /** While it is out of order it answers 503 to everything. */
  setOutOfOrder(isOutOfOrder: boolean): void;
  stop(): Promise<void>;
};

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const secret = `whsec_${Buffer.from('a secret of the end-to-end suite').toString('base64')}`;
  const accepted: ReceivedWebhook[] = [];
  const refused: string[] = [];
  let outOfOrder = false;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      response.statusCode = outOfOrder ? 503 : 204;
      if (!outOfOrder) {
        try {
          const headers = request.headers as Record<string, string>;
          accepted.push(
            new Webhook(secret).verify(Buffer.concat(pieces), headers) as ReceivedWebhook,
          );
        } catch (error) {
          refused.push((error as Error).message);
          response.statusCode = 400;
        }
      }
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    secret,
    accepted,
    refused,
    setOutOfOrder(isOutOfOrder) {
      outOfOrder = isOutOfOrder;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
