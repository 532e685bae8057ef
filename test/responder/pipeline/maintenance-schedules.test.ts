import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MaintenanceSchedule } from '../../../src/responder/incidents/incidents.ts';
import { START_MS } from '../../support/alerts.ts';
import { HOUR_MS, MINUTE_MS, createHoldsWorld } from './holds-world.ts';
import type { HoldsWorld } from './holds-world.ts';

let world: HoldsWorld;

beforeEach(async () => {
  world = await createHoldsWorld();
});

afterEach(async () => world.end());

const NIGHTLY: MaintenanceSchedule = {
  name: 'nightly',
  reason: 'backup',
  scope: { targets: ['shop'], labels: {} },
  timing: {
    kind: 'recurring',
    weekdays: ['monday', 'tuesday'],
    minuteOfDay: 11 * 60,
    durationMs: HOUR_MS,
    timezone: 'Europe/Berlin',
  },
};

describe('windows of the configuration', () => {
  it('come again, each with its own entries, and are planned once over restarts', async () => {
    await world.restart({ maintenance: [NIGHTLY] });
    await world.restart({ maintenance: [NIGHTLY] });
    // 11:00 in Berlin is 10:00 UTC, an hour from the start of the test.
    await world.pass(HOUR_MS);
    await world.deliver(world.alertOf('shop'));
    await world.pass(30 * MINUTE_MS);
    expect(world.told()).toEqual([]);
    await world.pass(30 * MINUTE_MS);
    expect(world.told()).toEqual(['opened shop']);
    const windows = await world.responder.pipeline.maintenance.list({ limit: 10 });
    expect(
      windows.map(({ window, incidents }) => [window.state, window.startsAtMs, incidents]),
    ).toEqual([
      ['planned', START_MS + 25 * HOUR_MS, 0],
      ['ended', START_MS + HOUR_MS, 1],
    ]);
    expect(windows[0]?.window.plannedBy).toBe('configuration');
  });

  it('that were ended by hand do not begin again', async () => {
    await world.restart({ maintenance: [NIGHTLY] });
    await world.pass(HOUR_MS);
    const [open] = await world.responder.pipeline.maintenance.list({ isOpen: true, limit: 10 });
    await world.responder.pipeline.maintenance.end(open?.window.id ?? '', 'not today', 'ann');
    await world.restart({ maintenance: [NIGHTLY] });
    await world.pass(MINUTE_MS);
    await world.deliver(world.alertOf('shop'));
    expect(world.told()).toEqual(['opened shop']);
  });

  it('end when the configuration no longer has them', async () => {
    await world.restart({ maintenance: [NIGHTLY] });
    await world.pass(HOUR_MS);
    await world.deliver(world.alertOf('shop'));
    expect(world.told()).toEqual([]);
    await world.restart();
    expect(world.told()).toEqual(['opened shop']);
    expect((await world.holds()).at(-1)).toContain('the configuration changed');
  });
});
