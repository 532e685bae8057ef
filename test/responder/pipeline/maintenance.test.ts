import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyJournal } from '../../../src/responder/incidents/incidents.ts';
import { START_MS } from '../../support/alerts.ts';
import { HOUR_MS, MINUTE_MS, createHoldsWorld, windowOf } from './holds-world.ts';
import type { HoldsWorld } from './holds-world.ts';

let world: HoldsWorld;

beforeEach(async () => {
  world = await createHoldsWorld();
});

afterEach(async () => world.end());

describe('in a window of maintenance', () => {
  it('an incident is opened and diagnosed at once, and told at the end when it still fires', async () => {
    await world.maintain();
    await world.deliver(world.alertOf('shop'));
    await world.pass(MINUTE_MS);
    const [incident] = await world.responder.pipeline.listIncidents({ open: true });
    expect(incident).toMatchObject({ phase: 'repairing', maintenance: [{ name: 'release' }] });
    expect(world.told()).toEqual([]);
    await world.pass(HOUR_MS);
    expect(world.told()).toEqual(['opened shop']);
    expect(world.responder.sent[0]?.lines.at(-1)).toBe(
      'This was delayed by maintenance (release).',
    );
    expect(await world.holds()).toEqual([
      'maintenance_started: in maintenance (release): release 7; pages are delayed',
      'maintenance_ended: no longer in maintenance (release): its time is over',
    ]);
    await world.deliver(world.gone(world.alertOf('shop')));
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual(['opened shop', 'resolved shop']);
  });

  it('an incident that is not verified is told at the end as well', async () => {
    await world.maintain();
    await world.deliver(world.alertOf('shop'));
    world.responder.world.verification = 'failed';
    await world.deliver(world.gone(world.alertOf('shop')));
    await world.pass(HOUR_MS);
    expect(world.told()).toEqual(['opened shop']);
    expect(world.responder.sent[0]?.phase).toBe('verifying');
  });

  it('what recovered meanwhile is told in one summary', async () => {
    await world.maintain({ targets: ['shop', 'sales'] });
    await world.deliver(world.alertOf('shop'), world.alertOf('sales'));
    await world.pass(MINUTE_MS);
    await world.deliver(world.gone(world.alertOf('shop')));
    await world.pass(MINUTE_MS);
    expect((await world.responder.pipeline.listIncidents({ phase: 'resolved' })).length).toBe(1);
    expect(world.told()).toEqual([]);
    await world.pass(HOUR_MS);
    expect(world.told()).toEqual(['opened sales', 'maintenance_over']);
    expect(world.responder.sent.at(-1)).toMatchObject({
      title: 'maintenance release',
      lines: [
        '1 incident began and ended in it; nobody was paged.',
        'CrmApiSlow summary',
        '1 is open, and told of one by one.',
      ],
    });
  });

  it('nothing is told when nothing happened, and the journal has its start and end', async () => {
    const { id } = await world.maintain({ startsInMs: MINUTE_MS });
    await world.pass(2 * HOUR_MS);
    expect(world.told()).toEqual([]);
    expect(await world.windowJournal(id)).toEqual([
      'maintenance_planned by ann: maintenance release of target shop planned from 2026-01-05 09:01:00 UTC to 2026-01-05 10:01:00 UTC: release 7',
      'maintenance_started by crmwatch: maintenance began',
      'maintenance_ended by crmwatch: maintenance ended: its time is over',
    ]);
    expect(await world.responder.pipeline.listIncidents()).toEqual([]);
    expect(await verifyJournal(world.responder.store.database)).toMatchObject({
      windows: 1,
      entries: 3,
    });
  });

  it('other targets, and alerts without its labels, are told at once', async () => {
    await world.maintain({ targets: [], labels: { team: 'crm' } });
    await world.deliver(world.alertOf('shop', { labels: { team: 'crm' } }));
    expect(world.told()).toEqual([]);
    await world.deliver(world.alertOf('sales', { labels: { team: 'web' } }));
    expect(world.told()).toEqual(['opened sales']);
  });

  it('an alert that nobody declared maintenance for is not kept back by its neighbours', async () => {
    await world.maintain({ labels: { row: '1' } });
    await world.deliver(world.alertOf('shop', { labels: { row: '1' } }));
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual([]);
    await world.deliver(world.alertOf('shop', { labels: { row: '2' } }));
    expect(world.told()).toEqual(['opened shop']);
    expect((await world.holds()).at(-1)).toBe(
      'maintenance_ended: no longer in maintenance (release): an alert fires that it does not cover',
    );
    await world.deliver(world.gone(world.alertOf('shop', { labels: { row: '2' } })));
    await world.pass(2 * HOUR_MS);
    expect(world.told()).toEqual(['opened shop']);
  });
});

describe('an incident that people were told of before', () => {
  it('is not told anew at the end when nothing happened', async () => {
    await world.deliver(world.alertOf('shop'));
    await world.pass(MINUTE_MS);
    await world.maintain();
    expect((await world.responder.pipeline.listIncidents())[0]?.maintenance?.length).toBe(1);
    await world.pass(2 * HOUR_MS);
    expect(world.told()).toEqual(['opened shop', 'diagnosed shop']);
  });

  it('is told to be over at once, also in maintenance', async () => {
    await world.deliver(world.alertOf('shop'));
    await world.pass(MINUTE_MS);
    await world.maintain();
    await world.deliver(world.gone(world.alertOf('shop')));
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual(['opened shop', 'diagnosed shop', 'resolved shop']);
    await world.pass(2 * HOUR_MS);
    expect(world.told().length).toBe(3);
  });

  it('is told at the end when it got worse', async () => {
    await world.deliver(world.alertOf('shop'));
    await world.pass(MINUTE_MS);
    await world.maintain();
    await world.deliver(world.alertOf('shop', { labels: { severity: 'critical' } }));
    await world.pass(MINUTE_MS);
    expect(world.told().length).toBe(2);
    await world.pass(HOUR_MS);
    expect(world.told().at(-1)).toBe('severity_raised shop');
  });
});

describe('windows', () => {
  it('that overlap delay until the end of the last', async () => {
    await world.maintain({ lastsMs: HOUR_MS });
    await world.maintain({ name: 'move', startsInMs: 30 * MINUTE_MS, lastsMs: HOUR_MS });
    await world.pass(40 * MINUTE_MS);
    await world.deliver(world.alertOf('shop'));
    await world.pass(30 * MINUTE_MS);
    expect(world.told()).toEqual([]);
    await world.pass(30 * MINUTE_MS);
    expect(world.told()).toEqual(['opened shop']);
    expect(world.responder.sent[0]?.lines.at(-1)).toContain('(release, move)');
  });

  it('can be made longer', async () => {
    const { id } = await world.maintain();
    await world.deliver(world.alertOf('shop'));
    const change = { endsAtMs: START_MS + 3 * HOUR_MS, why: 'it takes longer' };
    await world.responder.pipeline.maintenance.move(id, change, 'bob');
    await world.pass(2 * HOUR_MS);
    expect(world.told()).toEqual([]);
    await world.pass(HOUR_MS);
    expect(world.told()).toEqual(['opened shop']);
    expect(await world.windowJournal(id)).toContain(
      'maintenance_moved by bob: to end at 2026-01-05 12:00:00 UTC: it takes longer',
    );
  });

  it('can be ended early, and called off before they begin', async () => {
    const { id } = await world.maintain();
    await world.deliver(world.alertOf('shop'));
    expect(windowOf(await world.responder.pipeline.maintenance.end(id, 'done', 'bob')).state).toBe(
      'ended',
    );
    await world.responder.pipeline.settle();
    expect(world.told()).toEqual(['opened shop']);
    expect((await world.holds()).at(-1)).toContain('bob ended it: done');
    const later = await world.maintain({ startsInMs: HOUR_MS });
    await world.responder.pipeline.maintenance.end(later.id, '', 'bob');
    await world.pass(90 * MINUTE_MS);
    await world.deliver(world.alertOf('sales'));
    expect(world.told().at(-1)).toBe('opened sales');
    const again = await world.responder.pipeline.maintenance.end(id, '', 'bob');
    expect(again).toMatchObject({ status: 'refused', why: 'the window is over' });
  });

  it('refuse what makes no sense, and are made once for one key', async () => {
    const { maintenance } = world.responder.pipeline;
    const scope = { targets: ['shop'], labels: {} };
    const request = { name: 'x', reason: 'x', scope, endsAtMs: START_MS - 1 };
    expect(await maintenance.create(request, 'ann')).toMatchObject({ status: 'refused' });
    const long = { ...request, endsAtMs: START_MS + 31 * 24 * HOUR_MS };
    expect(await maintenance.create(long, 'ann')).toMatchObject({ status: 'refused' });
    const good = { ...request, endsAtMs: START_MS + HOUR_MS };
    const once = { actor: 'ann', key: 'k', fingerprint: 'f' };
    const first = windowOf(await maintenance.create(good, 'ann', { once }));
    const second = await maintenance.create(good, 'ann', { once });
    expect(second).toMatchObject({ status: 'done', isReplayed: true, window: { id: first.id } });
    const other = { once: { ...once, fingerprint: 'g' } };
    expect(await maintenance.create(good, 'ann', other)).toEqual({ status: 'key_reused' });
    const change = { endsAtMs: START_MS + 2 * HOUR_MS, why: '' };
    const stale = await maintenance.move(first.id, change, 'ann', { expectedSequences: [9] });
    expect(stale).toMatchObject({ status: 'stale' });
    expect(await maintenance.end('mw_none', '', 'ann')).toEqual({ status: 'unknown' });
    expect((await maintenance.list({ limit: 10 })).length).toBe(1);
  });

  it('hold a storm back, which is told as one at the end', async () => {
    const targets = Array.from({ length: 60 }, (_, index) => `crm${index}`);
    await world.maintain({ targets });
    await world.deliver(...targets.map((target) => world.alertOf(target)));
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual([]);
    await world.deliver(...targets.slice(0, 10).map((target) => world.gone(world.alertOf(target))));
    await world.pass(HOUR_MS);
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual(['storm', 'maintenance_over']);
    await world.deliver(...targets.slice(10).map((target) => world.gone(world.alertOf(target))));
    await world.pass(10 * MINUTE_MS);
    expect(world.told()).toEqual(['storm', 'maintenance_over', 'storm_over']);
  });
});

describe('nothing runs', () => {
  it('when a window begins: it begins as soon as something does', async () => {
    const { id } = await world.maintain({ startsInMs: 10 * MINUTE_MS });
    await world.restart({}, 20 * MINUTE_MS);
    await world.deliver(world.alertOf('shop'));
    await world.pass(MINUTE_MS);
    expect(world.told()).toEqual([]);
    expect((await world.windowJournal(id)).length).toBe(2);
    await world.pass(HOUR_MS);
    expect(world.told()).toEqual(['opened shop']);
  });

  it('when a window ends: what it delayed is told at the start', async () => {
    await world.maintain();
    await world.deliver(world.alertOf('shop'));
    await world.restart({}, 2 * HOUR_MS);
    expect(world.told()).toEqual(['opened shop']);
  });

  it('during a whole window: both are noted, and alerts of later are told at once', async () => {
    const { id } = await world.maintain({ startsInMs: 10 * MINUTE_MS });
    await world.restart({}, 3 * HOUR_MS);
    await world.deliver(world.alertOf('shop'));
    expect(world.told()).toEqual(['opened shop']);
    expect((await world.windowJournal(id)).length).toBe(3);
  });
});

describe('the clock of the machine', () => {
  it('set back in a window makes it longer, and set forward ends it', async () => {
    const { id } = await world.maintain();
    await world.pass(30 * MINUTE_MS);
    world.responder.clock.jump(-2 * HOUR_MS);
    await world.deliver(world.alertOf('shop'));
    await world.pass(HOUR_MS);
    expect(world.told()).toEqual([]);
    world.responder.clock.jump(2 * HOUR_MS);
    await world.pass(0);
    expect(world.told()).toEqual(['opened shop']);
    world.responder.clock.jump(-2 * HOUR_MS);
    await world.pass(MINUTE_MS);
    expect((await world.windowJournal(id)).length).toBe(3);
  });
});
