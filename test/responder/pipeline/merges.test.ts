import { describe, expect, it } from 'vitest';
import { createWebhookBody } from '../../support/alerts.ts';
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
  undoMerge,
  useResponder,
} from '../../support/regrouping.ts';

useResponder();

describe('a merge', () => {
  it('closes one incident and takes its alerts into the other, which says why', async () => {
    const [db = '', shop = ''] = await open('db', 'shop');
    expect(await merge(shop, db)).toMatchObject({ changed: true, otherId: db });
    const [into, merged] = [await get(db), await get(shop)];
    expect([merged.phase, merged.confirmation, merged.resolvedAtMs]).toEqual([
      'closed',
      'none',
      null,
    ]);
    expect(merged.mergedInto).toMatchObject({
      incidentId: db,
      actor: 'ann',
      why: 'the same outage',
    });
    expect(firing(into)).toEqual(['db', 'shop']);
    expect(reasons(into)).toEqual([
      'it is about db',
      `ann merged ${shop} into this incident: the same outage`,
    ]);
    expect((await lines(shop)).at(-1)).toBe(`ann merged it into ${db}: the same outage`);
    expect(await lines(db)).toContain(`ann merged ${shop} into it, 1 alert: the same outage`);
  });

  it('sends repeats, resolves and new alerts of the merged one to the other', async () => {
    const [db = '', shop = ''] = await open('db', 'shop');
    await merge(shop, db);
    await deliver(alertOf('shop', { row: 'new' }));
    expect(firing(await get(db))).toEqual(['db', 'shop', 'shop']);
    await deliver(gone(alertOf('shop')), gone(alertOf('shop', { row: 'new' })));
    expect(firing(await get(db))).toEqual(['db']);
    expect((await responder.pipeline.listIncidents()).length).toBe(2);
    expect((await get(shop)).sequence).toBe((await lines(shop)).length);
  });

  it('has the other diagnosed anew, and its recovery proved with the alerts of both', async () => {
    const [db = '', shop = ''] = await open('db', 'shop');
    const before = responder.gathered.length;
    await merge(shop, db);
    await pass(MINUTE_MS);
    expect(responder.gathered.slice(before).map(({ alerts }) => alerts.length)).toEqual([2]);
    await deliver(gone(alertOf('db')));
    expect((await get(db)).phase).toBe('repairing');
    await deliver(gone(alertOf('shop')));
    await pass(MINUTE_MS);
    expect((await get(db)).phase).toBe('resolved');
    // Whether the diagnosis went into the first notice depends on how soon that was sent.
    expect(notices(shop).filter((notice) => notice !== 'diagnosed')).toEqual(['opened', 'merged']);
    expect(notices(db)).toEqual(['opened', 'diagnosed', 'resolved']);
  });

  it('makes what probes said of the other alone worthless', async () => {
    const [db = '', shop = ''] = await open('db', 'shop');
    responder.world.verification = 'failed';
    await deliver(gone(alertOf('shop')));
    await deliver(gone(alertOf('db')));
    const before = await get(db);
    await merge(shop, db);
    const after = await get(db);
    expect(after.phase).toBe('verifying');
    expect(after.quietSinceMs).toBeGreaterThan(before.quietSinceMs ?? 0);
    responder.world.verification = 'passed';
    await pass(MINUTE_MS);
    expect((await get(db)).phase).toBe('resolved');
    expect((await get(shop)).phase).toBe('closed');
  });

  it('takes back what was not sent yet, and tells of the merge only whoever was told', async () => {
    const [db = ''] = await open('db');
    await deliver(alertOf('shop', { severity: 'critical' }));
    const shop = await newestId();
    await merge(shop, db);
    await pass(MINUTE_MS);
    expect(notices(shop)).toEqual([]);
    expect(notices(db)).toEqual(['opened', 'diagnosed', 'severity_raised']);
    const [portal = ''] = await open('portal');
    await merge(portal, db);
    await pass(MINUTE_MS);
    expect(notices(portal).at(-1)).toBe('merged');
    const [last] = responder.sent.slice(-1);
    expect(last?.lines).toEqual([
      `ann merged it into ${db} (CrmApiSlow summary), where it goes on.`,
      'Reason: the same outage',
    ]);
  });

  it('takes in an incident that recovered a short time ago, and reopens nothing', async () => {
    const [db = '', shop = '', old = ''] = await open('db', 'shop', 'old');
    await deliver(gone(alertOf('old')));
    await pass(31 * MINUTE_MS);
    await deliver(gone(alertOf('shop')));
    await pass(MINUTE_MS);
    expect((await get(shop)).phase).toBe('resolved');
    expect(await merge(shop, db)).toMatchObject({ changed: true });
    expect((await get(db)).alerts.map(({ status }) => status)).toEqual(['firing', 'resolved']);
    expect((await merge(old, db)).reason).toContain('recovered too long ago');
  });

  it('can be followed by another one, and leads alerts all the way', async () => {
    const [a = '', b = '', c = ''] = await open('a', 'b', 'c');
    await merge(a, b);
    await merge(b, c);
    await deliver(gone(alertOf('a')), alertOf('a', { row: 'new' }));
    expect(firing(await get(c))).toEqual(['c', 'b', 'a']);
    expect((await undoMerge(a)).reason).toBe(
      `${b} is merged into ${c} since; undo that merge first`,
    );
    expect((await undoMerge(b)).changed).toBe(true);
    expect(firing(await get(b))).toEqual(['b', 'a']);
    expect(firing(await get(c))).toEqual(['c']);
    expect((await undoMerge(a)).changed).toBe(true);
    expect(firing(await get(a))).toEqual(['a']);
    expect(firing(await get(b))).toEqual(['b']);
  });

  it('is refused into itself, into or of a closed or merged one, in a circle, and into none', async () => {
    const [a = '', b = '', c = ''] = await open('a', 'b', 'c');
    expect((await merge(a, a)).reason).toBe('an incident cannot be merged into itself');
    expect((await merge(a, 'inc_none')).reason).toBe('there is no incident inc_none');
    await expect(merge('inc_none', a)).rejects.toMatchObject({ code: 'unknown_incident' });
    await merge(a, b);
    expect((await merge(a, c)).reason).toBe(`${a} is merged into ${b} already`);
    expect((await merge(b, a)).reason).toContain(`${a} is merged into ${b}; only an open incident`);
    expect((await merge(c, a)).changed).toBe(false);
    expect((await responder.pipeline.reopen(a, 'ann', '')).reason).toContain('undo the merge');
    await responder.pipeline.close(c, 'ann', '');
    expect((await merge(c, b)).reason).toBe(`${c} is closed already`);
    expect((await merge(b, c)).reason).toContain(`${c} is closed; only an open incident`);
  });

  it('happens once when two are asked for at once, also in opposite directions', async () => {
    const [a = '', b = '', c = ''] = await open('a', 'b', 'c');
    const answers = await Promise.all([
      responder.pipeline.merge(a, b, 'ann', ''),
      responder.pipeline.merge(b, a, 'bob', ''),
      responder.pipeline.merge(a, c, 'eve', ''),
    ]);
    expect(answers.map(({ changed }) => changed)).toEqual([true, false, false]);
    const open2 = await responder.pipeline.listIncidents({ open: true });
    expect(open2.map(({ id }) => id).sort()).toEqual([b, c].sort());
  });

  it('is made upon what was seen, and once for a key', async () => {
    const [a = '', b = ''] = await open('a', 'b');
    const seen = (await get(a)).sequence;
    const { pipeline } = responder;
    const stale = await pipeline.merge(a, b, 'ann', '', { expectedSequences: [seen - 1] });
    expect(stale).toMatchObject({ changed: false, conflict: 'stale' });
    const once = { actor: 'ann', key: 'k', fingerprint: 'merge' };
    const first = await pipeline.merge(a, b, 'ann', '', { expectedSequences: [seen], once });
    const again = await pipeline.merge(a, b, 'ann', '', { expectedSequences: [seen], once });
    expect(first).toMatchObject({ changed: true, otherId: b });
    expect(again).toMatchObject({ changed: true, otherId: b, isReplayed: true });
    expect((await get(b)).merged?.length).toBe(1);
  });

  it('takes in a resolve that arrives in between, and an alert that comes back', async () => {
    const [db = '', shop = ''] = await open('db', 'shop');
    const body = createWebhookBody([gone(alertOf('shop'))]);
    await responder.pipeline.accept(body, 'am', responder.clock.now());
    await responder.pipeline.merge(shop, db, 'ann', '');
    await responder.pipeline.settle();
    expect(firing(await get(db))).toEqual(['db']);
    await deliver(gone(alertOf('db')));
    await pass(MINUTE_MS);
    expect((await get(db)).phase).toBe('resolved');
    await deliver(alertOf('shop'));
    expect(await get(db)).toMatchObject({ phase: 'reported', reopenings: 1 });
    expect(firing(await get(db))).toEqual(['shop']);
  });

  it('leaves a later fault of the merged target to an incident of its own', async () => {
    const [db = '', shop = ''] = await open('db', 'shop');
    await merge(shop, db);
    await deliver(gone(alertOf('shop')), gone(alertOf('db')));
    await pass(40 * MINUTE_MS);
    await deliver(alertOf('shop'));
    const [newest] = await responder.pipeline.listIncidents({ limit: 1 });
    expect(newest?.id).not.toBe(db);
    expect(firing(newest ?? (await get(db)))).toEqual(['shop']);
    expect((await undoMerge(shop)).reason).toContain(`${db} is resolved since`);
  });
});
