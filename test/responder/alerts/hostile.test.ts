import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CUT_ANNOTATION,
  DECODERS,
  EVENT_LIMITS,
  SOURCE_KINDS,
  decodeDelivery,
  fingerprintOf,
} from '../../../src/responder/alerts/alerts.ts';
import type { RawDelivery } from '../../../src/responder/alerts/alerts.ts';
import { START_MS, createAlert, createWebhookBody } from '../../support/alerts.ts';
import { SOURCE, decodeWhole, readFixture } from './decoders/support.ts';

const FIXTURES = [
  ['grafana', 'grafana.json'],
  ['nagios', 'nagios-service.txt'],
  ['nagios', 'nagios-host.txt'],
  ['zabbix', 'zabbix-problem.json'],
] as const;

function deliver(body: Buffer, encoding: string): RawDelivery {
  return { body, encoding, sender: 'am', kind: 'alertmanager', receivedAtMs: START_MS };
}

function decodeAlert(changes: Parameters<typeof createAlert>[0]) {
  const [event] = decodeWhole('alertmanager', createWebhookBody([createAlert(changes)]));
  if (event === undefined) throw new Error('the alert is lost');
  return event;
}

describe('hostile deliveries', () => {
  it.each(SOURCE_KINDS)(
    'never make the decoder of %s throw or give an event without bounds',
    (kind) => {
      const keys = ['version', 'alerts', 'events', 'status', 'labels', 'name', 'HOSTNAME', 'host'];
      const value = fc.oneof(fc.jsonValue(), fc.constantFrom('1', '4', 'firing', 'resolved', '0'));
      const body = fc.oneof(
        fc.string(),
        fc.json(),
        fc.dictionary(fc.constantFrom(...keys), value).map((map) => JSON.stringify(map)),
      );
      fc.assert(
        fc.property(body, (text) => {
          const decoded = DECODERS[kind](Buffer.from(text), SOURCE);
          if (!decoded.ok) expect(decoded.problems.length).toBeGreaterThan(0);
          else for (const event of decoded.events) expect(event.name).not.toBe('');
        }),
      );
    },
  );

  it.each(FIXTURES)(
    'of %s cut or changed anywhere in %s are read or refused, never more',
    (kind, file) => {
      const whole = readFixture(file);
      const places = fc.nat(whole.length);
      fc.assert(
        fc.property(places, places, fc.string({ maxLength: 5 }), (from, length, text) => {
          const body = whole.slice(0, from) + text + whole.slice(from + length);
          expect(typeof DECODERS[kind](body, SOURCE).ok).toBe('boolean');
        }),
      );
    },
  );

  it('with 10,000 labels keep the alert, with those that say what it is about', () => {
    const many = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [`a${index}`, `value ${index}`]),
    );
    const labels = { ...many, alertname: 'CrmApiSlow', target: 'shop', severity: 'critical' };
    const event = decodeAlert({ labels, fingerprint: '' });
    expect(Object.keys(event.labels)).toHaveLength(EVENT_LIMITS.labels);
    expect(event.labels).toMatchObject({ alertname: 'CrmApiSlow', target: 'shop' });
    expect(event.annotations[CUT_ANNOTATION]).toBe('9875 more');
    expect(event.fingerprint).toBe(fingerprintOf(labels));
  });

  it('with a value of a megabyte keep its beginning and the identity of the whole', () => {
    const labels = { alertname: 'CrmApiSlow', path: 'x'.repeat(1_000_000) };
    const event = decodeAlert({ labels, fingerprint: '' });
    expect(event.labels['path']).toBe(`${'x'.repeat(EVENT_LIMITS.labelCharacters)}… [cut]`);
    expect(event.annotations[CUT_ANNOTATION]).toBe('path (1000000 characters)');
    expect(event.fingerprint).toBe(fingerprintOf(labels));
    const other = decodeAlert({ labels: { ...labels, path: `${labels.path}y` }, fingerprint: '' });
    expect(other.fingerprint).not.toBe(event.fingerprint);
  });

  it('never make an event larger than the limit, whatever their texts', () => {
    const texts = fc.dictionary(fc.string({ maxLength: 400 }), fc.string({ maxLength: 30_000 }));
    fc.assert(
      fc.property(texts, texts, (labels, annotations) => {
        const event = decodeAlert({ labels: { ...labels, alertname: 'A' }, annotations });
        const kept = [...Object.entries(event.labels), ...Object.entries(event.annotations)].flat();
        const size = kept.join('').length;
        expect(size).toBeLessThan(EVENT_LIMITS.characters * 1.2);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['0001-01-01T00:00:00Z', false],
    ['1999-12-31T23:59:59Z', false],
    ['9999-12-31T23:59:59Z', false],
    ['2026-01-08T09:00:00Z', false],
    ['2026-01-05T09:10:00Z', true],
    ['2000-01-01T00:00:00Z', true],
  ])('that start at %s are believed: %s', (startsAt, isBelieved) => {
    const alert = { status: 'firing', labels: { alertname: 'A' }, startsAt };
    const [event] = decodeWhole('alertmanager', { version: '4', alerts: [alert] });
    expect(event?.startsAtMs).toBe(isBelieved ? Date.parse(startsAt) : START_MS);
    expect(event !== undefined && CUT_ANNOTATION in event.annotations).toBe(!isBelieved);
  });

  it('have no control characters left that people would not see', () => {
    const summary =
      'red\u001b[31m \u202Egnp.exe \u0000\u0007 two\nlines\tand <script>alert(1)</script>';
    const event = decodeAlert({ annotations: { summary } });
    expect(event.annotations['summary']).toBe(
      'red�[31m �gnp.exe �� two\nlines\tand <script>alert(1)</script>',
    );
  });

  it('with keys of the prototype are plain data', () => {
    const body =
      '{"version":"4","alerts":[{"status":"firing","startsAt":"2026-01-05T09:00:00Z",' +
      '"labels":{"alertname":"A","__proto__":"x","constructor":"y"}}]}';
    const [event] = decodeWhole('alertmanager', body);
    expect(Object.entries(event?.labels ?? {})).toContainEqual(['__proto__', 'x']);
    expect(Object.getPrototypeOf(event?.labels)).toBe(Object.prototype);
  });

  it('nested a million deep are refused', () => {
    for (const kind of SOURCE_KINDS) {
      expect(DECODERS[kind]('['.repeat(1_000_000), SOURCE).ok).toBe(false);
    }
  });
});

describe('compressed deliveries', () => {
  const body = Buffer.from(createWebhookBody([createAlert()]));

  it.each([
    ['gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['br', brotliCompressSync(body)],
    ['identity', body],
    ['', body],
  ])('by %j are read', (encoding, compressed) => {
    expect(decodeDelivery(deliver(compressed, encoding))).toMatchObject({
      ok: true,
      events: [{ name: 'CrmUnreachable' }],
    });
  });

  it('that inflate without end are stopped and refused', () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    expect(decodeDelivery(deliver(bomb, 'gzip'))).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining('inflates to more than') }],
    });
  });

  it.each([
    ['gzip', Buffer.from('no gzip'), 'cannot be inflated'],
    ['zstd', body, 'zstd is not known'],
    ['constructor', body, 'not known'],
  ])('by %s that cannot be inflated are refused', (encoding, bytes, message) => {
    const decoded = decodeDelivery(deliver(bytes, encoding));
    expect(JSON.stringify(decoded)).toContain(message);
    expect(decoded.ok).toBe(false);
  });
});
