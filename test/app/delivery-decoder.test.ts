import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createDeliveryDecoder } from '../../src/app/delivery-decoder.ts';
import { decodeDelivery } from '../../src/responder/alerts/alerts.ts';
import type { RawDelivery } from '../../src/responder/alerts/alerts.ts';
import { START_MS, createAlert, createWebhookBody } from '../support/alerts.ts';

const LIMITS = { inlineBytes: 1000, heapMegabytes: 64 };

function deliver(body: Buffer | string, encoding = ''): RawDelivery {
  return {
    body: Buffer.from(body),
    encoding,
    sender: 'am',
    kind: 'alertmanager',
    receivedAtMs: START_MS,
  };
}

function bodyOf(count: number): string {
  return createWebhookBody(
    Array.from({ length: count }, (_, index) =>
      createAlert({ labels: { alertname: 'A', target: `shop${index}` } }),
    ),
  );
}

describe('decoding off the main thread', () => {
  it.each([1, 3, 1234])('gives the same %i events as on it, in their order', async (count) => {
    const delivery = deliver(bodyOf(count));
    expect(await createDeliveryDecoder(LIMITS)(delivery)).toEqual(decodeDelivery(delivery));
  });

  it('inflates there', async () => {
    const delivery = deliver(gzipSync(bodyOf(1)), 'gzip');
    expect(await createDeliveryDecoder()(delivery)).toMatchObject({
      ok: true,
      events: [{ name: 'A' }],
    });
  });

  it('says what is wrong with a large body that is no JSON', async () => {
    const decoded = await createDeliveryDecoder(LIMITS)(deliver('x'.repeat(5000)));
    expect(decoded).toMatchObject({ ok: false, problems: [{ place: '' }] });
  });

  it('builds no tree of more values than fit, and goes on with the next delivery', async () => {
    const decoder = createDeliveryDecoder(LIMITS);
    const tree = `{"version":"4","alerts":[${'[],'.repeat(4_000_000)}0]}`;
    const [huge, inflated, next] = await Promise.all([
      decoder(deliver(tree)),
      decoder(deliver(gzipSync(tree), 'gzip')),
      decoder(deliver(bodyOf(20))),
    ]);
    for (const refused of [huge, inflated]) {
      expect(refused).toMatchObject({
        ok: false,
        problems: [{ message: 'the body holds more than 2000000 values' }],
      });
    }
    expect(next).toMatchObject({ ok: true, events: { length: 20 } });
  });
});
