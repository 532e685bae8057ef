import { describe, expect, it } from 'vitest';
import { alertIdOf } from '../../../src/responder/incidents/incidents.ts';
import type { Incident } from '../../../src/responder/incidents/incidents.ts';
import {
  MINUTE_MS,
  alertOf,
  deliver,
  firing,
  get,
  gone,
  lines,
  merge,
  newestId,
  notices,
  open,
  pass,
  reasons,
  responder,
  split,
  undoMerge,
  useResponder,
} from '../../support/regrouping.ts';

useResponder();

describe('the undoing of a merge', () => {
  it('gives each its own alerts in their newest state, with the phase that is true', async () => {
    const [db = '', shop = ''] = await open('db', 'shop');
    const { diagnosis } = await get(shop);
    await merge(shop, db);
    await deliver(alertOf('shop', { row: 'new' }), gone(alertOf('shop')));
    expect((await undoMerge(shop)).changed).toBe(true);
    const [own, other] = [await get(shop), await get(db)];
    expect([own.phase, own.closedAtMs, own.mergedInto]).toEqual(['repairing', null, undefined]);
    expect(own.alerts.map(({ status }) => status)).toEqual(['resolved', 'firing']);
    expect(own.diagnosis).toEqual(diagnosis);
    expect(reasons(own)).toEqual(['it is about shop', 'it is about shop']);
    expect([firing(other), other.merged]).toEqual([['db'], []]);
    await deliver(gone(alertOf('shop', { row: 'new' })));
    await pass(MINUTE_MS);
    expect((await get(shop)).phase).toBe('resolved');
    expect((await get(db)).phase).toBe('repairing');
  });

  it('proves the recovery of what ended meanwhile, and leaves what was resolved resolved', async () => {
    const [db = '', shop = '', portal = ''] = await open('db', 'shop', 'portal');
    await deliver(gone(alertOf('portal')));
    await pass(MINUTE_MS);
    await merge(portal, db);
    await merge(shop, db);
    responder.world.verification = 'failed';
    await deliver(gone(alertOf('shop')));
    await undoMerge(shop);
    await undoMerge(portal);
    expect((await get(shop)).phase).toBe('verifying');
    expect(await get(portal)).toMatchObject({ phase: 'resolved', confirmation: 'confirmed' });
    responder.world.verification = 'passed';
    await pass(MINUTE_MS);
    expect((await get(shop)).phase).toBe('resolved');
  });

  it('reopens what was resolved when an alert of it came back in the other', async () => {
    const [db = '', shop = ''] = await open('db', 'shop');
    await deliver(gone(alertOf('shop')));
    await pass(MINUTE_MS);
    await merge(shop, db);
    await pass(MINUTE_MS);
    await deliver(alertOf('shop'));
    await undoMerge(shop);
    expect(await get(shop)).toMatchObject({ phase: 'reported', reopenings: 1 });
    await pass(MINUTE_MS);
    expect((await get(shop)).phase).toBe('repairing');
  });

  it('is refused when it is not merged, when the other is over, and twice', async () => {
    const [a = '', b = '', c = ''] = await open('a', 'b', 'c');
    expect((await undoMerge(a)).reason).toBe(`${a} is not merged into another one`);
    await merge(a, b);
    const both = await Promise.all([
      responder.pipeline.undoMerge(a, 'ann', ''),
      responder.pipeline.undoMerge(a, 'bob', ''),
    ]);
    expect(both.map(({ changed }) => changed)).toEqual([true, false]);
    await merge(a, c);
    await responder.pipeline.close(c, 'ann', '');
    expect((await undoMerge(a)).reason).toBe(`${c} is closed since`);
  });
});

describe('a split', () => {
  it('makes an incident of chosen alerts, and leads later words about them there', async () => {
    const [db = '', shop = ''] = await open('db', 'shop');
    await merge(shop, db);
    const { otherId: id = '' } = await split(db, 'shop');
    const own = await get(id);
    expect(own).toMatchObject({ phase: 'reported', target: 'shop', scope: `split:${id}` });
    expect(own.splitFrom).toMatchObject({ incidentId: db, actor: 'ann', why: 'another fault' });
    expect(reasons(own)).toEqual([`ann split it off ${db}: another fault`]);
    expect(await lines(db)).toContain(`ann split 1 alert off into ${id}: another fault`);
    expect(firing(await get(db))).toEqual(['db']);
    await deliver(gone(alertOf('shop')));
    await pass(MINUTE_MS);
    expect((await get(id)).phase).toBe('resolved');
    expect((await get(db)).phase).toBe('repairing');
    expect(notices(id)).toContain('split_off');
  });

  it('lets what is left verify when nothing of it fires', async () => {
    await deliver(alertOf('shop', { row: '1' }), alertOf('shop', { row: '2' }));
    const id = await newestId();
    await pass(MINUTE_MS);
    await deliver(gone(alertOf('shop', { row: '1' })));
    const { alerts } = await get(id);
    const chosen = alerts.filter(({ status }) => status === 'firing').map(alertIdOf);
    await responder.pipeline.split(id, chosen, 'ann', '');
    expect((await get(id)).phase).toBe('verifying');
    await pass(MINUTE_MS);
    expect((await get(id)).phase).toBe('resolved');
  });

  it('is refused for all alerts, for none, for unknown ones and of what is over', async () => {
    const [db = '', shop = ''] = await open('db', 'shop');
    await merge(shop, db);
    expect((await split(db, 'db', 'shop')).reason).toContain('all of its alerts were chosen');
    expect((await split(db)).reason).toBe('no alert was chosen');
    const unknown = await responder.pipeline.split(db, ['feed'], 'ann', '');
    expect(unknown.reason).toBe('1 of the chosen alerts are not in it (any more)');
    await responder.pipeline.close(db, 'ann', '');
    expect((await split(db, 'shop')).reason).toContain('it is closed; only an open incident');
  });

  it('is undone by a merge back, and that by making it one of its own again', async () => {
    const [db = '', shop = ''] = await open('db', 'shop');
    await merge(shop, db);
    const { otherId: id = '' } = await split(db, 'shop');
    const undone = await responder.pipeline.undoSplit(id, 'bob', '');
    expect(undone).toMatchObject({ changed: true, otherId: db });
    expect(firing(await get(db))).toEqual(['db', 'shop']);
    expect((await get(id)).mergedInto?.why).toBe('the split was undone');
    await deliver(gone(alertOf('shop')), alertOf('shop'));
    expect((await undoMerge(id)).changed).toBe(true);
    expect(firing(await get(db))).toEqual(['db']);
    expect((await responder.pipeline.undoSplit(db, 'bob', '')).reason).toContain(
      'was not split off',
    );
    await responder.pipeline.close(db, 'bob', '');
    expect((await responder.pipeline.undoSplit(id, 'bob', '')).reason).toContain('is closed since');
  });
});

describe('an alert that left its home', () => {
  it('ends in the incident that it went to, and not in the one that a person closed', async () => {
    await deliver(alertOf('shop', { row: '1' }), alertOf('shop', { row: '2' }));
    const id = await newestId();
    const one = alertOf('shop', { row: '1' });
    const { otherId = '' } = await responder.pipeline.split(id, [alertIdOf(one)], 'ann', '');
    await responder.pipeline.close(otherId, 'ann', '');
    await pass(MINUTE_MS);
    await deliver(alertOf('shop', { row: '1' }));
    expect(firing(await get(id))).toEqual(['shop', 'shop']);
    expect((await responder.pipeline.reopen(otherId, 'ann', '')).reason).toBe(
      `${id} is open about the same`,
    );
    await deliver(gone(alertOf('shop', { row: '1' })));
    expect(firing(await get(id))).toEqual(['shop']);
  });
});

describe('storms', () => {
  it('are over when the incident is that their incidents were merged into', async () => {
    const [before = ''] = await open('before');
    const targets = Array.from({ length: 8 }, (_, index) => `crm${index}`);
    await pass(10 * MINUTE_MS);
    await deliver(...targets.map((target) => alertOf(target)));
    await pass(MINUTE_MS);
    const ids = (await responder.pipeline.listIncidents({ open: true })).map(({ id }) => id);
    for (const id of ids) if (id !== before) await merge(id, before);
    expect((await responder.pipeline.listIncidents({ open: true })).length).toBe(1);
    await pass(10 * MINUTE_MS);
    const kinds = (): readonly string[] => responder.sent.map(({ notice }) => notice);
    expect(kinds()).not.toContain('storm_over');
    await deliver(...['before', ...targets].map((target) => gone(alertOf(target))));
    await pass(MINUTE_MS);
    expect((await get(before)).phase).toBe('resolved');
    expect(kinds()).toContain('storm_over');
    expect(kinds()).not.toContain('merged');
  });

  it('of thousands of alerts are merged in parts, and come back whole', async () => {
    const rows = Array.from({ length: 2500 }, (_, row) => alertOf('shop', { row: String(row) }));
    const [db = ''] = await open('db');
    await deliver(...rows);
    const shop = await newestId();
    const whole = await get(shop);
    await merge(shop, db);
    expect((await get(db)).alerts.length).toBe(2501);
    await deliver(...rows.slice(0, 2000).map(gone));
    expect(firing(await get(db)).length).toBe(501);
    await undoMerge(shop);
    const back = await get(shop);
    expect(firing(back).length).toBe(500);
    expect(back.alerts.length).toBe(2500);
    const detailed = ({ alerts }: Incident): readonly string[] =>
      alerts
        .filter(({ annotations }) => annotations['summary'] !== undefined)
        .map(({ fingerprint }) => fingerprint)
        .sort();
    expect(detailed(whole).length).toBe(200);
    expect(detailed(back)).toEqual(detailed(whole));
    expect(firing(await get(db))).toEqual(['db']);
  });
});
