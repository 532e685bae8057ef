import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DECODERS, EVENT_LIMITS } from '../../../src/responder/alerts/alerts.ts';
import type { SourceKind, WebhookDecoding } from '../../../src/responder/alerts/alerts.ts';
import { START_MS, createAlert, createWebhookBody } from '../../support/alerts.ts';
import { ODD_VALUES, pathsOf, removeAt, replaceAt } from '../../support/mutations.ts';
import { SOURCE, readFixture } from './decoders/support.ts';

const DAY_MS = 86_400_000;

function formOf(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text.trim()));
}

/** A delivery of each kind that is good, as a tree. */
const GOOD: Readonly<Record<SourceKind, unknown>> = {
  alertmanager: JSON.parse(
    createWebhookBody([
      createAlert(),
      createAlert({ labels: { alertname: 'A', target: 'b' }, status: 'resolved', endsAtMs: 0 }),
    ]),
  ),
  grafana: JSON.parse(readFixture('grafana.json')),
  generic: {
    version: '1',
    events: [
      {
        id: 'b1',
        status: 'resolved',
        name: 'BackupFailed',
        target: 'shop',
        severity: 'critical',
        summary: 'No backup',
        labels: { a: 'b' },
        annotations: { c: 'd' },
        starts_at: '2026-01-05T08:00:00Z',
        ends_at: '2026-01-05T08:30:00Z',
      },
    ],
  },
  nagios: formOf(readFixture('nagios-service.txt')),
  zabbix: JSON.parse(readFixture('zabbix-recovery.json')),
};
const KINDS = Object.entries(GOOD) as [SourceKind, unknown][];

/** Read within bounds, or refused with places and remedies; never thrown, and never a time that cannot be true. */
function expectSound(decoded: WebhookDecoding, because: string): void {
  if (!decoded.ok) expect(decoded.problems.length, because).toBeGreaterThan(0);
  for (const { message, remedy } of decoded.problems) {
    expect([message, remedy], because).not.toContain('');
    expect(message.length + remedy.length, because).toBeLessThan(1000);
  }
  if (!decoded.ok) return;
  expect(Number.isSafeInteger(decoded.truncatedAlerts), because).toBe(true);
  for (const event of decoded.events) {
    expect(event.name, because).not.toBe('');
    const times = [event.startsAtMs, ...(event.endsAtMs === null ? [] : [event.endsAtMs])];
    for (const atMs of times) {
      expect(atMs >= Date.UTC(2000, 0, 1) && atMs <= START_MS + 2 * DAY_MS, because).toBe(true);
    }
    expect(JSON.stringify(event).length, because).toBeLessThan(EVENT_LIMITS.characters * 2.5);
  }
}

function describeMutation(path: readonly unknown[], value: unknown): string {
  return `${path.join('.')} = ${(JSON.stringify(value) ?? 'absent').slice(0, 60)}`;
}

describe('a good delivery with one mistake', () => {
  it.each(KINDS)('of %s is read or refused, whatever stands wherever', (kind, good) => {
    const paths = pathsOf(good);
    expect(paths.length).toBeGreaterThan(8);
    for (const path of paths) {
      for (const value of ODD_VALUES) {
        const body = JSON.stringify(replaceAt(good, path, value));
        expectSound(DECODERS[kind](body, SOURCE), describeMutation(path, value));
      }
      if (path.length === 0) continue;
      const body = JSON.stringify(removeAt(good, path));
      expectSound(DECODERS[kind](body, SOURCE), describeMutation(path, undefined));
    }
  });

  it('of nagios is read or refused as a form, too', () => {
    const good = GOOD.nagios as Record<string, string>;
    for (const name of Object.keys(good)) {
      for (const value of ODD_VALUES.map((odd) => JSON.stringify(odd))) {
        const body = new URLSearchParams({ ...good, [name]: value }).toString();
        expectSound(DECODERS.nagios(body, SOURCE), describeMutation([name], value));
      }
    }
  });

  it.each(KINDS)('of %s is read or refused with several mistakes of any kind', (kind, good) => {
    const mistake = fc.tuple(fc.constantFrom(...pathsOf(good)), fc.jsonValue());
    fc.assert(
      fc.property(fc.array(mistake, { minLength: 1, maxLength: 3 }), (mistakes) => {
        const tree = mistakes.reduce<unknown>((left, [path, value]) => {
          // An earlier mistake may have taken the place away.
          const isThere = pathsOf(left).some((one) => one.join('\0') === path.join('\0'));
          return isThere ? replaceAt(left, path, value) : left;
        }, good);
        expectSound(DECODERS[kind](JSON.stringify(tree), SOURCE), JSON.stringify(tree));
      }),
    );
  });
});

const TIMES = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '-271821-04-20T00:00:00Z',
  '2026-02-30T25:61:61Z',
  '1e308',
  '-1',
  '-1767603600',
  '999999999999',
  '9'.repeat(400),
  'NaN',
  'Infinity',
  '',
  'yesterday',
  1e308,
  -1,
  0,
];

describe('absurd times', () => {
  it.each([
    ['alertmanager', ['alerts', 0, 'startsAt']],
    ['alertmanager', ['alerts', 1, 'endsAt']],
    ['grafana', ['alerts', 0, 'startsAt']],
    ['generic', ['events', 0, 'starts_at']],
    ['generic', ['events', 0, 'ends_at']],
    ['nagios', ['LASTSERVICESTATECHANGE']],
    ['zabbix', ['event_timestamp']],
    ['zabbix', ['recovery_timestamp']],
  ] as const)(
    'of %s at %j are refused with their place, or become that of receipt',
    (kind, path) => {
      const good = DECODERS[kind](JSON.stringify(GOOD[kind]), SOURCE);
      for (const time of TIMES) {
        const body = JSON.stringify(replaceAt(GOOD[kind], path, time));
        const decoded = DECODERS[kind](body, SOURCE);
        expectSound(decoded, describeMutation(path, time));
        // Whatever is wrong with one time, all the other alerts of the delivery are there.
        const count = (decoding: WebhookDecoding): number =>
          (decoding.ok ? decoding.events.length : 0) + decoding.problems.length;
        const because = describeMutation(path, time);
        expect(count(decoded) >= Math.min(1, count(good)), because).toBe(true);
      }
    },
  );
});
