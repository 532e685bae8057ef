import { describe, expect, it } from 'vitest';
import { PROBE_KIND_NAMES } from '../../../src/catalog/catalog.ts';
import { defaultTargetProbes, targetProbesDecoder } from '../../../src/exporter/probes/probes.ts';
import { decode } from '../../../src/std/std.ts';

describe('targetProbesDecoder', () => {
  it('runs everything at the pace of its class when nothing is said', () => {
    const probes = defaultTargetProbes();
    expect(PROBE_KIND_NAMES.every((name) => probes[name].enabled)).toBe(true);
    expect(probes.login).toMatchObject({
      intervalMs: 30_000,
      retryIntervalMs: 10_000,
      maxAttempts: 3,
      timeoutMs: 10_000,
    });
    expect([probes.accounts.intervalMs, probes.data_quality.intervalMs]).toEqual([60_000, 300_000]);
    expect(probes.api_lifecycle).toMatchObject({ intervalMs: 3_600_000, timeoutMs: 10_000 });
  });

  it('takes settings and options of one kind, and shortens the retry with the interval', () => {
    const decoded = decode.run(targetProbesDecoder, {
      failed_logins: { interval: '5s', options: { window: '2m' } },
      accounts: { enabled: false },
    });
    expect(decoded).toMatchObject({
      ok: true,
      value: {
        failed_logins: { intervalMs: 5000, retryIntervalMs: 5000, options: { windowMs: 120_000 } },
        accounts: { enabled: false },
      },
    });
  });

  it('refuses windows with gaps between them, in which nothing would be counted', () => {
    const placesOf = (probes: object): readonly string[] => {
      const decoded = decode.run(targetProbesDecoder, probes, 'probes');
      return decoded.ok ? [] : decoded.problems.map(({ place }) => place);
    };
    expect(placesOf({ failed_logins: { interval: '11m' } })).toEqual([
      'probes.failed_logins.interval',
    ]);
    expect(placesOf({ failed_logins: { interval: '11m', enabled: false } })).toEqual([]);
    expect(placesOf({ failed_logins: { interval: '11m', options: { window: '11m' } } })).toEqual(
      [],
    );
    expect(placesOf({ audit_trail: { options: { window: '1m' } } })).toEqual([
      'probes.audit_trail.interval',
    ]);
    expect(placesOf({ accounts: { interval: '24h' } })).toEqual([]);
  });

  it('refuses what it does not know, with the place', () => {
    const decoded = decode.run(
      targetProbesDecoder,
      { logins: {}, login: { interval: 5, max_attempts: 0, options: { window: '5m' } } },
      'targets.crm.probes',
    );
    expect(decoded.ok ? [] : decoded.problems.map(({ place }) => place)).toEqual([
      'targets.crm.probes.logins',
      'targets.crm.probes.login.interval',
      'targets.crm.probes.login.max_attempts',
      'targets.crm.probes.login.options.window',
    ]);
  });
});
