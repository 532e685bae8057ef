import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import {
  alertIdOf,
  describeMembership,
  replay,
} from '../../../src/responder/incidents/incidents.ts';
import type { Incident } from '../../../src/responder/incidents/incidents.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

const MINUTE_MS = 60_000;
let folder: TemporaryFolder;
let responder: TestResponder;

beforeEach(async () => {
  folder = createTemporaryFolder();
  responder = await createTestResponder({ file: join(folder.path, 'responder.db') });
});

afterEach(async () => {
  for (const incident of await responder.pipeline.listIncidents({ limit: 500 })) {
    const { journal } = await responder.pipeline.getIncident(incident.id);
    expect(replay(journal)).toEqual(incident);
  }
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function alertOf(target: string, changes: Readonly<Record<string, string>> = {}): AlertEvent {
  const nowMs = responder.clock.now();
  const labels = { alertname: 'CrmApiSlow', target, severity: 'warning', ...changes };
  return createAlert({ name: 'CrmApiSlow', labels, startsAtMs: nowMs, receivedAtMs: nowMs });
}

async function deliver(...events: readonly AlertEvent[]): Promise<void> {
  await responder.pipeline.accept(createWebhookBody(events), 'am', responder.clock.now());
  await responder.pipeline.settle();
}

async function pass(durationMs: number): Promise<void> {
  await responder.clock.advance(durationMs);
  await responder.pipeline.settle();
}

function gone(alert: AlertEvent): AlertEvent {
  return { ...alert, status: 'resolved', endsAtMs: responder.clock.now() };
}

async function get(id: string): Promise<Incident> {
  return (await responder.pipeline.getIncident(id)).incident;
}

/** Opens an incident for each target, the notices of each told. */
async function open(...targets: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const target of targets) {
    await deliver(alertOf(target));
    const [newest] = await responder.pipeline.listIncidents({ limit: 1 });
    ids.push(newest?.id ?? '');
    await pass(MINUTE_MS);
  }
  return ids;
}

function firing({ alerts }: Incident): readonly string[] {
  return alerts
    .filter(({ status }) => status === 'firing')
    .map(({ labels }) => labels['target'] ?? '');
}

function reasons(incident: Incident): readonly string[] {
  return incident.alerts.map((alert) => describeMembership(incident, alert));
}

async function lines(id: string): Promise<readonly string[]> {
  return (await responder.pipeline.getIncident(id)).journal.map(({ line }) => line);
}

function notices(id: string): readonly string[] {
  return responder.sent.flatMap(({ incidentId, notice }) => (incidentId === id ? [notice] : []));
}

async function merge(
  id: string,
  into: string,
  why = 'the same outage',
): ReturnType<TestResponder['pipeline']['merge']> {
  const answer = await responder.pipeline.merge(id, into, 'ann', why);
  await responder.pipeline.settle();
  return answer;
}

async function undoMerge(id: string): ReturnType<TestResponder['pipeline']['merge']> {
  const answer = await responder.pipeline.undoMerge(id, 'bob', 'not the same');
  await responder.pipeline.settle();
  return answer;
}

async function split(
  id: string,
  ...targets: readonly string[]
): ReturnType<TestResponder['pipeline']['merge']> {
  const { alerts } = await get(id);
  const chosen = alerts.filter(({ labels }) => targets.includes(labels['target'] ?? ''));
  const answer = await responder.pipeline.split(id, chosen.map(alertIdOf), 'ann', 'another fault');
  await responder.pipeline.settle();
  return answer;
}

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
    expect(notices(shop)).toEqual(['opened', 'merged']);
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
    const [{ id: shop = '' } = {}] = await responder.pipeline.listIncidents({ limit: 1 });
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
    const [{ id = '' } = {}] = await responder.pipeline.listIncidents();
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
    const [{ id = '' } = {}] = await responder.pipeline.listIncidents();
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
    const [{ id: shop = '' } = {}] = await responder.pipeline.listIncidents({ limit: 1 });
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
