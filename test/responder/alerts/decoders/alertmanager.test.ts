import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeAlertmanagerWebhook,
  fingerprintOf,
} from '../../../../src/responder/alerts/alerts.ts';
import { START_MS, createAlert, createWebhookBody } from '../../../support/alerts.ts';

const SOURCE = { sender: 'am', receivedAtMs: START_MS };

/** As Alertmanager 0.34 posts it, with keys that its documentation does not name. */
const PAYLOAD = {
  receiver: 'crm\\.hook',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'CrmApiSlow', target: 'shop', severity: 'warning' },
      annotations: { summary: 'API of shop is slow' },
      startsAt: '2026-01-05T10:00:00.123456789+01:00',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus:9090/graph',
      fingerprint: 'f3b2c1d4e5a69788',
    },
  ],
  groupLabels: { target: 'shop' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager:9093',
  version: '4',
  groupKey: '{}:{target="shop"}',
  truncatedAlerts: 3,
  notification_reason: 'first notification',
  routeLabels: {},
};

type Alert = (typeof PAYLOAD)['alerts'][number];

function decodeWith(changes: Partial<Record<keyof Alert, unknown>>): unknown {
  const alert = { ...PAYLOAD.alerts[0], ...changes };
  return decodeAlertmanagerWebhook(JSON.stringify({ ...PAYLOAD, alerts: [alert] }), SOURCE);
}

describe("Alertmanager's webhook", () => {
  it('is decoded, with unknown keys tolerated and no end while it fires', () => {
    const decoded = decodeAlertmanagerWebhook(Buffer.from(JSON.stringify(PAYLOAD)), SOURCE);
    expect(decoded).toMatchObject({
      ok: true,
      groupKey: '{}:{target="shop"}',
      truncatedAlerts: 3,
      problems: [],
      events: [
        {
          sender: 'am',
          fingerprint: 'f3b2c1d4e5a69788',
          status: 'firing',
          name: 'CrmApiSlow',
          startsAtMs: Date.UTC(2026, 0, 5, 9, 0, 0, 123),
          endsAtMs: null,
          receivedAtMs: START_MS,
        },
      ],
    });
  });

  it('says the end of a resolved alert', () => {
    const decoded = decodeWith({ status: 'resolved', endsAt: '2026-01-05T09:30:00Z' });
    expect(decoded).toMatchObject({ events: [{ endsAtMs: Date.UTC(2026, 0, 5, 9, 30) }] });
  });

  it('gets the fingerprint that Alertmanager would give when it has none', () => {
    // Both from prometheus/common, model/signature_test.go.
    expect(fingerprintOf({})).toBe('cbf29ce484222325');
    const labels = { name: 'garland, briggs', fear: 'love is not enough' };
    expect(BigInt(`0x${fingerprintOf(labels)}`)).toBe(5799056148416392346n);
    const decoded = decodeWith({ fingerprint: undefined });
    const expected = fingerprintOf({
      severity: 'warning',
      target: 'shop',
      alertname: 'CrmApiSlow',
    });
    expect(decoded).toMatchObject({ events: [{ fingerprint: expected }] });
  });

  it.each([
    ['status', { status: 'pending' }, 'alerts[0].status', 'found text "pending"'],
    ['labels', { labels: { alertname: 5 } }, 'alerts[0].labels', 'found a map'],
    ['no name', { labels: { target: 'shop' } }, 'alerts[0].labels.alertname', 'found nothing'],
    ['annotations', { annotations: [] }, 'alerts[0].annotations', 'found a list'],
    ['startsAt', { startsAt: 'yesterday' }, 'alerts[0].startsAt', 'found text "yesterday"'],
    ['endsAt', { endsAt: 17 }, 'alerts[0].endsAt', 'found number 17'],
  ])('refuses a wrong %s with its place', (_, changes, place, message) => {
    const decoded = decodeWith(changes);
    expect(decoded).toMatchObject({ ok: false, problems: [{ place }] });
    expect(JSON.stringify(decoded)).toContain(JSON.stringify(message).slice(1, -1));
  });

  it.each([
    ['', 'no JSON'],
    ['{"version":"4","alerts":[', 'no JSON'],
    ['[]', 'expected a map, found a list'],
    ['{"version":"3","alerts":[]}', 'expected text \\"4\\"'],
    ['{"version":"4"}', 'expected a list, found nothing'],
  ])('refuses the body %j', (body, message) => {
    const decoded = decodeAlertmanagerWebhook(body, SOURCE);
    expect(decoded.ok).toBe(false);
    expect(JSON.stringify(decoded.problems)).toContain(message);
  });

  it('does not lose the readable alerts of a delivery to one that is not', () => {
    const body = { ...PAYLOAD, alerts: [{ status: 'x' }, PAYLOAD.alerts[0], null] };
    const decoded = decodeAlertmanagerWebhook(JSON.stringify(body), SOURCE);
    expect(decoded).toMatchObject({ ok: true, events: [{ name: 'CrmApiSlow' }] });
    expect(decoded.problems.map(({ place }) => place)).toEqual(['alerts[0].status', 'alerts[2]']);
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(typeof decodeAlertmanagerWebhook(body, SOURCE).ok).toBe('boolean');
      }),
    );
    const alert = fc.dictionary(
      fc.constantFrom(...Object.keys(PAYLOAD.alerts[0] ?? {})),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.array(alert), (alerts) => {
        const body = JSON.stringify({ version: '4', alerts });
        expect(typeof decodeAlertmanagerWebhook(body, SOURCE).ok).toBe('boolean');
      }),
    );
  });

  it('gives back the events that a body was made of', () => {
    const events = [createAlert(), createAlert({ status: 'resolved', endsAtMs: START_MS })];
    const decoded = decodeAlertmanagerWebhook(createWebhookBody(events), SOURCE);
    expect(decoded).toMatchObject({ ok: true, events });
  });
});
