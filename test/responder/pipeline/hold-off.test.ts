import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS, createHoldsWorld } from './holds-world.ts';
import type { HoldsWorld } from './holds-world.ts';

const RULES = [
  { severity: 'critical', alerts: ['CrmUnreachable'], waitMs: MINUTE_MS },
  { severity: 'critical', alerts: [], waitMs: 0 },
  { alerts: ['CrmDataLate'], waitMs: 30 * MINUTE_MS },
  { severity: 'warning', alerts: [], waitMs: 2 * MINUTE_MS },
] as const;

let world: HoldsWorld;

beforeEach(async () => {
  world = await createHoldsWorld({ holdOff: RULES });
});

afterEach(async () => world.end());

describe('an alert that must stay', () => {
  it('is an incident at once, and is told after the wait, with its diagnosis', async () => {
    await world.deliver(world.alertOf('shop'));
    await world.pass(MINUTE_MS);
    const [incident] = await world.responder.pipeline.listIncidents({ open: true });
    expect(incident?.phase).toBe('repairing');
    expect(world.told()).toEqual([]);
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual(['opened shop']);
    expect(world.responder.sent[0]?.answer).toBe('service_outage');
    expect(await world.holds()).toEqual([
      'hold_off_started: pages wait until 2026-01-05 09:02:00 UTC to see whether the alerts stay',
      'hold_off_ended: pages wait no longer: the alerts stayed',
    ]);
    await world.deliver(world.gone(world.alertOf('shop')));
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual(['opened shop', 'resolved shop']);
  });

  it('is told to nobody when it recovers before, and stays in list and journal', async () => {
    await world.deliver(world.alertOf('shop'));
    await world.pass(MINUTE_MS);
    await world.deliver(world.gone(world.alertOf('shop')));
    await world.pass(HOUR_MS);
    expect(world.told()).toEqual([]);
    expect((await world.responder.pipeline.listIncidents())[0]?.phase).toBe('resolved');
    expect((await world.holds()).at(-1)).toBe(
      'hold_off_ended: pages wait no longer: it was resolved before anybody was told',
    );
  });

  it('is told when it is gone and the probes do not prove the recovery', async () => {
    world.responder.world.verification = 'impossible';
    await world.deliver(world.alertOf('shop'));
    await world.pass(MINUTE_MS);
    await world.deliver(world.gone(world.alertOf('shop')));
    expect(world.told()).toEqual([]);
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual(['opened shop']);
    expect((await world.holds()).at(-1)).toContain('the alerts are gone without proof');
  });

  it('waits no longer once an alert fires that need not wait', async () => {
    await world.deliver(world.alertOf('shop'));
    const labels = { severity: 'critical', alertname: 'CrmLoginFails' };
    await world.deliver(world.alertOf('shop', { labels }));
    expect(world.told()).toEqual(['opened shop']);
    expect(world.responder.sent[0]?.severity).toBe('critical');
    expect((await world.holds()).at(-1)).toContain('an alert fires that does not wait');
    await world.pass(10 * MINUTE_MS);
    expect(world.told().length).toBeLessThanOrEqual(2);
  });

  it('waits as long as the most urgent of its alerts', async () => {
    await world.deliver(world.alertOf('shop', { labels: { alertname: 'CrmDataLate' } }));
    await world.pass(MINUTE_MS);
    await world.deliver(world.alertOf('shop'));
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual([]);
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual(['opened shop']);
  });

  it('is of no interest any more once it is closed by hand', async () => {
    await world.deliver(world.alertOf('shop'));
    const [incident] = await world.responder.pipeline.listIncidents();
    await world.responder.pipeline.close(incident?.id ?? '', 'ann', 'known');
    await world.pass(HOUR_MS);
    expect(world.told()).toEqual([]);
    expect((await world.holds()).at(-1)).toContain('it was closed before anybody was told');
  });
});

describe('the wait', () => {
  it('goes on over a restart', async () => {
    await world.deliver(world.alertOf('shop'));
    await world.restart(undefined, MINUTE_MS);
    expect(world.told()).toEqual([]);
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual(['opened shop']);
  });

  it('counts from the arrival of the alert', async () => {
    await world.deliver(world.alertOf('shop'));
    await world.restart(undefined, HOUR_MS);
    expect(world.told()).toEqual(['opened shop']);
  });

  it('that is over in maintenance leads to a page at its end, and the other way round', async () => {
    await world.maintain({ lastsMs: 10 * MINUTE_MS });
    await world.deliver(world.alertOf('shop'));
    await world.pass(5 * MINUTE_MS);
    expect(world.told()).toEqual([]);
    await world.pass(5 * MINUTE_MS);
    expect(world.told()).toEqual(['opened shop']);
    await world.maintain({ targets: ['sales'], lastsMs: MINUTE_MS });
    await world.deliver(world.alertOf('sales'));
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual(['opened shop']);
    await world.pass(MINUTE_MS);
    // As the second of two incidents it may be part of a storm, and waits a little more.
    await world.pass(10_000);
    expect(world.told()).toEqual(['opened shop', 'opened sales']);
  });

  it('does not delay alerts that no rule names', async () => {
    await world.restart({ holdOff: [] });
    await world.deliver(world.alertOf('shop'));
    expect(world.told()).toEqual(['opened shop']);
  });
});
