import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DECODERS } from '../../../src/responder/alerts/alerts.ts';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { TARGETS, createDeliveries } from './deliveries.ts';
import { createHistogram } from './histogram.ts';
import { LOAD_USAGE, parseLoadOptions } from './options.ts';

describe('the options of the load', () => {
  it('are half a minute of a closed loop on both stores when nothing is said', () => {
    expect(parseLoadOptions([])).toEqual({
      minutes: 0.5,
      engines: ['sqlite', 'postgresql'],
      alertsPerDelivery: 20,
      rate: null,
      senders: 8,
    });
  });

  it('are taken as they are given', () => {
    const words = ['--minutes', '10', '--store', 'postgresql', '--alerts-per-delivery', '1'];
    expect(parseLoadOptions([...words, '--rate=2500', '--senders', '16'])).toEqual({
      minutes: 10,
      engines: ['postgresql'],
      alertsPerDelivery: 1,
      rate: 2500,
      senders: 16,
    });
  });

  it.each([
    [['--minutes', '0'], '--minutes takes a number from 0.1 to 60, not "0"'],
    [['--minutes', ''], '--minutes takes a number from 0.1 to 60, not ""'],
    [['--rate', '2.5'], '--rate takes a whole number from 1 to 100000, not "2.5"'],
    [['--store', 'mysql'], 'there is no store "mysql"'],
  ])('refuse %j and say how it is', (words, why) => {
    expect(() => parseLoadOptions(words)).toThrow(`${why}\n\n${LOAD_USAGE}`);
  });
});

describe('the histogram of the load', () => {
  it('gives every quantile, a percent too long at most', () => {
    const durations = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1 });
    const ratios = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(durations, ratios, (values, ratio) => {
        const histogram = createHistogram();
        for (const value of values) histogram.add(value);
        const sorted = values.toSorted((left, right) => left - right);
        const exact = sorted[Math.max(1, Math.ceil(values.length * ratio)) - 1] ?? NaN;
        const given = histogram.quantile(ratio);
        expect(given).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
        expect(given).toBeLessThanOrEqual(exact * 1.01 * (1 + 1e-9));
        expect([histogram.count, histogram.maximumMs]).toEqual([
          values.length,
          Math.max(...values),
        ]);
      }),
    );
  });

  it('knows nothing of nothing', () => {
    expect(createHistogram().quantile(0.99)).toBeNaN();
  });
});

const NOW_MS = Date.UTC(2026, 5, 1);

function decodeAll(bodies: readonly string[]): readonly (readonly AlertEvent[])[] {
  return bodies.map((body) => {
    const decoded = DECODERS.alertmanager(body, { sender: 'am', receivedAtMs: NOW_MS });
    if (!decoded.ok) throw new Error('a delivery cannot be decoded');
    return decoded.events;
  });
}

describe('the deliveries of the load', () => {
  it('tell of one target each, with as many alerts as they should', () => {
    const deliveries = createDeliveries(3);
    const told = decodeAll(TARGETS.map(() => deliveries.next(NOW_MS)));
    expect(told.map((events) => events.length)).toEqual(TARGETS.map(() => 3));
    expect(told.map((events) => events[0]?.labels['target'])).toEqual(TARGETS);
    const prints = new Set(told.flat().map(({ fingerprint }) => fingerprint));
    expect(prints.size).toBe(3 * TARGETS.length);
  });

  it('tell one episode after the other: three times that it fires, and once that it is over', () => {
    const deliveries = createDeliveries(1);
    const rounds = Array.from({ length: 8 * TARGETS.length }, (_, index) =>
      deliveries.next(NOW_MS + Math.floor(index / TARGETS.length) * 1000),
    );
    const own = decodeAll(rounds).flatMap((events) =>
      events.filter(({ labels }) => labels['target'] === 'crm-0'),
    );
    const seen = own.map(({ status, startsAtMs, endsAtMs }) => {
      return [status, startsAtMs - NOW_MS, endsAtMs === null ? null : endsAtMs - NOW_MS];
    });
    const episode = (startMs: number) => [
      ...Array.from({ length: 3 }, () => ['firing', startMs, null]),
      ['resolved', startMs, startMs + 3000],
    ];
    expect(seen).toEqual([...episode(0), ...episode(4000)]);
  });
});
