import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  PERSONAL_DATA_KINDS,
  createMask,
  decodeDelivery,
  fingerprintOf,
  isMasked,
} from '../../../src/responder/alerts/alerts.ts';
import type { MaskingRules } from '../../../src/responder/alerts/alerts.ts';
import { START_MS, createAlert, createWebhookBody } from '../../support/alerts.ts';

const KEY = Buffer.alloc(32, 7);
const ALL: MaskingRules = { kinds: PERSONAL_DATA_KINDS, names: ['user'], patterns: [] };
const mask = createMask({ ...ALL, key: KEY });

/** With every pseudonym shown as its kind alone. */
function shape(text: string): string {
  return text.replaceAll(/\[(\w+):[0-9a-f]{12}\]/g, '<$1>');
}

describe('masking of a text', () => {
  it.each([
    ['mail Anna.O’Neil+crm@Example.co.uk now', 'mail Anna.O’<email> now'],
    ['?user=anna%40example.com&x=1', '?user=<email>&x=1'],
    ['jörg@müller.de,', '<email>,'],
    ['postgres@localhost', 'postgres@localhost'],
    ['call +49 30 1234567 or 0049 (30) 123456-7.', 'call <phone> or <phone>.'],
    ['+1-202-555-0143', '<phone>'],
    ['2026-11-28T12:00:00+0100', '2026-11-28T12:00:00+0100'],
    ['1764333333000 ms, 00123456789', '1764333333000 ms, 00123456789'],
    ['to DE89 3704 0044 0532 0130 00 was booked', 'to <iban> was booked'],
    ['GB82WEST12345698765432', '<iban>'],
    ['DE89370400440532013001', 'DE89370400440532013001'],
    ['card 4111 1111 1111 1111, 378282246310005', 'card <card>, <card>'],
    ['4111 1111 1111 1112', '4111 1111 1111 1112'],
    ['1764333333000000000', '1764333333000000000'],
    ['from 192.168.1.20:8443, ::1 and 2001:db8::7.', 'from <ip>:8443, <ip> and <ip>.'],
    ['version 1.2.3.400 at 12:34:56', 'version 1.2.3.400 at 12:34:56'],
    ['', ''],
  ])('makes "%s" into "%s"', (text, expected) => {
    expect(shape(mask.text(text))).toBe(expected);
  });

  it('keeps equal values equal, whatever their form, and different ones different', () => {
    expect(mask.text('ANNA@EXAMPLE.COM')).toBe(mask.text('anna%40example.com'));
    expect(mask.text('+49 30 123456')).toBe(mask.text('0049-30 123456'));
    expect(mask.text('DE89370400440532013000')).toBe(mask.text('de89 3704 0044 0532 0130 00'));
    expect(mask.text('anna@example.com')).not.toBe(mask.text('anne@example.com'));
  });

  it('gives other pseudonyms with another key', () => {
    const other = createMask({ ...ALL, key: Buffer.alloc(32, 8) });
    expect(other.text('anna@example.com')).not.toBe(mask.text('anna@example.com'));
  });

  it('leaves what was masked before as it is', () => {
    const words = fc.constantFrom(
      'anna@example.com',
      '+49 30 1234567',
      'DE89370400440532013000',
      '4111111111111111',
      '10.0.0.1',
      ' ',
      'x',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 5 }))), (parts) => {
        const once = mask.text(parts.join(' '));
        expect(mask.text(once)).toBe(once);
        expect(mask.value('user', mask.value('user', once))).toBe(mask.value('user', once));
      }),
    );
  });

  it('takes out every e-mail address, wherever it stands', () => {
    fc.assert(
      fc.property(fc.emailAddress({ size: 'small' }), fc.string(), (address, before) => {
        const plain = /^[\w.+-]+@[\w.-]+\.[a-z]{2,}$/i.test(address);
        fc.pre(plain);
        expect(mask.text(`${before} ${address} `)).not.toContain(address);
      }),
    );
  });

  it('is quick on long texts that look like much', () => {
    const texts = ['a', '1', '+1', 'DE12 ', '1.', 'a@', ':', 'a.'].map((each) =>
      each.repeat(10_000).slice(0, 10_000),
    );
    const beganAt = performance.now();
    for (const text of texts) mask.text(text);
    // Some 30 ms; a pattern that backtracks needs minutes.
    expect(performance.now() - beganAt).toBeLessThan(5000);
  });

  it('masks all texts of a value, and the whole value of a name', () => {
    expect(mask.deep({ a: ['x', 'anna@example.com'], n: 1, no: null })).toEqual({
      a: ['x', mask.text('anna@example.com')],
      n: 1,
      no: null,
    });
    expect(shape(mask.value('user', 'anna'))).toBe('<value>');
    expect(mask.value('user', '')).toBe('');
    expect(mask.pseudonymsOf('anna@example.com')).toEqual([
      mask.text('anna@example.com'),
      mask.value('user', 'anna@example.com'),
    ]);
  });

  it('takes patterns of the operator before its own', () => {
    const patterns = [{ name: 'customer', pattern: 'C-\\d{4,8}' }];
    const own = createMask({ ...ALL, patterns, key: KEY });
    expect(shape(own.text('C-12345 of anna@example.com'))).toBe('<customer> of <email>');
  });
});

describe('masking of a delivery', () => {
  const labels = {
    alertname: 'LoginFailed',
    user: 'anna',
    mail: 'anna@example.com',
    severity: 'x',
  };
  const annotations = { summary: 'anna@example.com cannot log in' };

  function decode(body: string) {
    const delivery = { sender: 'am', kind: 'alertmanager', encoding: '', receivedAtMs: START_MS };
    return decodeDelivery({ ...delivery, kind: 'alertmanager', body: Buffer.from(body) }, mask);
  }

  it('masks labels, annotations, the source and the key of the group, and no identity', () => {
    const generatorURL = 'http://prometheus/graph?g0.expr=up%7Buser%3D%22anna%40example.com%22%7D';
    const body = JSON.parse(createWebhookBody([createAlert({ labels, annotations })])) as {
      alerts: Record<string, unknown>[];
    };
    for (const alert of body.alerts) Object.assign(alert, { generatorURL });
    const decoded = decode(JSON.stringify({ ...body, groupKey: '{mail="anna@example.com"}' }));
    expect(JSON.stringify(decoded)).not.toMatch(/anna/);
    expect(decoded).toMatchObject({
      ok: true,
      groupKey: `{mail="${mask.text('anna@example.com')}"}`,
      events: [
        {
          fingerprint: fingerprintOf(labels),
          labels: { alertname: 'LoginFailed', severity: 'x', mail: mask.text('anna@example.com') },
        },
      ],
    });
  });

  it('leaves the labels by which alerts of ours are asked about', () => {
    const ours = { alertname: 'CrmUnreachable', target: '10.0.0.1', user: '10.0.0.1' };
    const decoded = decode(createWebhookBody([createAlert({ labels: ours, annotations: {} })]));
    const [event] = decoded.ok ? decoded.events : [];
    expect(event?.labels['target']).toBe('10.0.0.1');
    expect(isMasked(event?.labels['user'] ?? '')).toBe(true);
  });

  it('masks an address that is cut off at the end of a value', () => {
    const value = `${'x '.repeat(1020)}anna.long.name@example.com`;
    const decoded = decode(
      createWebhookBody([createAlert({ labels: { ...labels, note: value }, annotations: {} })]),
    );
    const [event] = decoded.ok ? decoded.events : [];
    expect(event?.labels['note']).not.toContain('anna');
    expect(event?.labels['note']).toContain('[cut]');
  });

  it('says nothing of a body that cannot be read that could be masked', () => {
    const decoded = decode('{"version": anna@example.com}');
    expect(decoded.ok).toBe(false);
    expect(JSON.stringify(decoded)).not.toContain('anna@');
  });
});
