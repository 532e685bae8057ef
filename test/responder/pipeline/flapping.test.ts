import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_FLAPPING } from '../../../src/responder/incidents/incidents.ts';
import type { Incident } from '../../../src/responder/incidents/incidents.ts';
import { HOUR_MS, MINUTE_MS, createHoldsWorld } from './holds-world.ts';
import type { HoldsWorld } from './holds-world.ts';

let world: HoldsWorld;

beforeEach(async () => {
  world = await createHoldsWorld();
});

afterEach(async () => world.end());

/** Fires and is gone, each for four minutes: the recovery is proved each time. */
async function flap(times: number, target = 'shop'): Promise<void> {
  for (let time = 0; time < times; time++) {
    await world.deliver(world.alertOf(target));
    await world.pass(4 * MINUTE_MS);
    await world.deliver(world.gone(world.alertOf(target)));
    await world.pass(4 * MINUTE_MS);
  }
}

async function newest(): Promise<Incident | undefined> {
  return (await world.responder.pipeline.listIncidents())[0];
}

describe('an alert that comes and goes', () => {
  it('is told until it flaps, once that it flaps, and then no more', async () => {
    await flap(8);
    const told = world.told();
    expect(told.filter((notice) => notice === 'flapping_started shop').length).toBe(1);
    expect(told.indexOf('flapping_started shop')).toBe(told.length - 1);
    expect(told.filter((notice) => notice.startsWith('reopened')).length).toBeLessThanOrEqual(2);
    expect(await newest()).toMatchObject({
      phase: 'verifying',
      flapping: [{ name: 'CrmApiSlow' }],
    });
    expect((await world.responder.pipeline.listIncidents()).length).toBe(1);
  });

  it('is verified once it is calm', async () => {
    await flap(5);
    await world.pass(2 * HOUR_MS);
    await world.pass(MINUTE_MS);
    expect(await newest()).toMatchObject({ phase: 'resolved', flapping: [] });
    expect(world.told().at(-1)).toBe('resolved shop');
    expect(await world.holds()).toEqual([
      'flapping_started: alert CrmApiSlow flaps (33.9 %); pages for it are held until it is calm',
      'flapping_ended: alert CrmApiSlow flaps no longer: it is calm',
    ]);
  });

  it('that stays on is told once it is calm', async () => {
    await flap(5);
    await world.deliver(world.alertOf('shop'));
    const before = world.told().length;
    await world.pass(MINUTE_MS);
    expect(world.told().length).toBe(before);
    expect(await newest()).toMatchObject({ phase: 'repairing' });
    await world.pass(2 * HOUR_MS);
    expect(world.told().slice(before)).toEqual(['flapping_ended shop']);
    expect((await newest())?.alerts[0]?.status).toBe('firing');
  });

  it('does not keep back another alert of its incident', async () => {
    await flap(5);
    const before = world.told().length;
    const labels = { alertname: 'CrmUnreachable', severity: 'critical' };
    await world.deliver(world.alertOf('shop', { labels }));
    expect(world.told().slice(before)).toEqual(['severity_raised shop']);
  });

  it('flaps on over a restart, and is calm at its time when nothing ran', async () => {
    await flap(5);
    const before = world.told().length;
    await world.restart();
    await flap(1);
    expect(world.told().length).toBe(before);
    await world.restart({}, 3 * HOUR_MS);
    expect(await newest()).toMatchObject({ phase: 'resolved' });
    expect(world.told().slice(before)).toEqual(['resolved shop']);
  });

  it('flaps in the incident that it is in, also after that was closed by hand', async () => {
    await flap(5);
    const before = (await newest())?.id ?? '';
    await world.responder.pipeline.close(before, 'ann', 'known');
    await world.deliver(world.alertOf('shop'));
    const incident = await newest();
    expect(incident?.id).not.toBe(before);
    expect(incident?.flapping?.length).toBe(1);
    expect(world.told().at(-1)).toBe('flapping_started shop');
    const { incident: old } = await world.responder.pipeline.getIncident(before);
    expect(old.flapping).toEqual([]);
    // Its diagnosis is not to be due in the same moment as the end of the flapping.
    await world.pass(MINUTE_MS);
    await world.pass(3 * HOUR_MS);
    expect(world.told().at(-1)).toBe('flapping_ended shop');
  });

  it('is held by maintenance first, and told at its end', async () => {
    await world.maintain({ lastsMs: 90 * MINUTE_MS });
    await flap(5);
    await world.deliver(world.alertOf('shop'));
    expect(world.told()).toEqual([]);
    await world.pass(HOUR_MS);
    expect(world.told()).toEqual(['flapping_started shop']);
    await world.pass(3 * HOUR_MS);
    expect(world.told().slice(1)).toEqual(['flapping_ended shop']);
  });
});

describe('detection', () => {
  it('can be turned off, which ends what flaps', async () => {
    await flap(5);
    await world.restart({ flapping: { ...DEFAULT_FLAPPING, isEnabled: false } });
    await world.pass(MINUTE_MS);
    expect((await world.holds()).at(-1)).toContain('turned off in the configuration');
    const before = world.told().length;
    await flap(3);
    expect(world.told().length).toBeGreaterThan(before + 3);
  });

  it('does not count what fires and ends once, and slow changes', async () => {
    for (let time = 0; time < 8; time++) {
      await world.deliver(world.alertOf('shop'));
      await world.pass(30 * MINUTE_MS);
      await world.deliver(world.gone(world.alertOf('shop')));
      await world.pass(29 * MINUTE_MS);
    }
    expect(await world.holds()).toEqual([]);
  });
});
