import { join } from 'node:path';
import { sql } from 'kysely';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  INCIDENT_MIGRATIONS,
  readJournal,
  renderReview,
  replay,
  verifyJournal,
} from '../../../src/responder/incidents/incidents.ts';
import type { JournalReport } from '../../../src/responder/incidents/incidents.ts';
import { RESPONDER_MIGRATIONS } from '../../../src/responder/pipeline/pipeline.ts';
import { openStore } from '../../../src/store/store.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

let folder: TemporaryFolder;
let responder: TestResponder;

beforeEach(async () => {
  folder = createTemporaryFolder();
  responder = await createTestResponder({ file: join(folder.path, 'responder.db') });
});
afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** An incident for each target, diagnosed, so that the journal has several entries for each. */
async function live(...targets: readonly string[]): Promise<void> {
  for (const target of targets) {
    const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
    const body = createWebhookBody([createAlert({ labels })]);
    await responder.pipeline.accept(body, 'am', responder.clock.now());
    await responder.pipeline.settle();
    await responder.clock.advance(60_000);
    await responder.pipeline.settle();
  }
}

async function verify(notedHash?: string): Promise<JournalReport> {
  const options = notedHash === undefined ? {} : { notedHash };
  return verifyJournal(responder.store.database, options);
}

/** What somebody with the rights of the database's owner could do. */
async function tamper(...statements: readonly string[]): Promise<void> {
  const guards = ['journal_keeps_entries', 'journal_loses_nothing'];
  for (const guard of guards)
    await sql.raw(`DROP TRIGGER ${guard}`).execute(responder.store.database);
  for (const text of statements) await sql.raw(text).execute(responder.store.database);
}

function messages({ problems }: JournalReport): readonly string[] {
  return problems.map(({ place, message }) => `${place}: ${message}`);
}

describe('an untouched journal', () => {
  it('is sound, and says how much was looked at', async () => {
    await live('shop', 'sales');
    const report = await verify();
    expect(report).toMatchObject({ incidents: 2, unchainedEntries: 0, problems: [] });
    expect(report.entries).toBeGreaterThanOrEqual(8);
    expect(report.headHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is sound when it is empty', async () => {
    expect(await verify()).toEqual({
      entries: 0,
      unchainedEntries: 0,
      incidents: 0,
      forgotten: [],
      windows: 0,
      headHash: '',
      holdsNotedHash: null,
      problems: [],
    });
  });

  it('still holds a head that was noted earlier', async () => {
    await live('shop');
    const { headHash } = await verify();
    await live('sales');
    expect(await verify(headHash)).toMatchObject({ holdsNotedHash: true, problems: [] });
  });

  it('numbers its entries without a gap, also when a transaction fails', async () => {
    await live('shop');
    const before = await verify();
    const [incident] = await responder.pipeline.listIncidents();
    const failing = responder.store.transaction(async (transaction) => {
      await sql`UPDATE journal_head SET last_id = last_id + 1`.execute(transaction);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await responder.pipeline.comment(incident?.id ?? '', 'ada', 'looks odd');
    const after = await verify(before.headHash);
    expect(after).toMatchObject({ entries: before.entries + 1, problems: [] });
  });
});

describe('tampering', () => {
  it.each([
    [
      'the text of an entry',
      `UPDATE journal SET data = replace(data, 'probability', 'certainty') WHERE id = 2`,
    ],
    ['the actor', `UPDATE journal SET actor = 'nobody' WHERE id = 2`],
    ['the time', 'UPDATE journal SET at_ms = at_ms + 1 WHERE id = 2'],
    ['the hash', `UPDATE journal SET hash = '${'0'.repeat(64)}' WHERE id = 2`],
  ])('with %s is found at that entry', async (_, statement) => {
    await live('shop', 'sales');
    await tamper(statement);
    const report = await verify();
    expect(messages(report)[0]).toMatch(/^entry 2 .*its hash does not fit/);
  });

  it('by taking an entry out is found, and so is the replay that fails', async () => {
    await live('shop', 'sales');
    await tamper('DELETE FROM journal WHERE id = 2');
    const report = await verify();
    expect(messages(report)[0]).toContain('the entries between 1 and it are missing');
    expect(messages(report).join()).toContain('breaks at entry');
  });

  it('by cutting the end off is found by the head', async () => {
    await live('shop');
    const { entries } = await verify();
    await tamper(`DELETE FROM journal WHERE id = ${entries}`);
    expect(messages(await verify())[0]).toContain(`says that entry ${entries} is the last`);
  });

  it('by cutting the end off and correcting the head is found by a noted hash', async () => {
    await live('shop', 'sales');
    const { headHash, entries } = await verify();
    const last = `(SELECT hash FROM journal WHERE id = ${entries - 1})`;
    await tamper(
      `UPDATE journal_head SET last_id = ${entries - 1}, hash = ${last}`,
      `DELETE FROM journal WHERE id = ${entries}`,
    );
    const report = await verify(headHash);
    expect(report.holdsNotedHash).toBe(false);
    expect(messages(report)).toContain(
      'the noted hash: is not in the chain: the journal was cut off or written anew',
    );
  });

  it('with a snapshot is found by the replay', async () => {
    await live('shop');
    await tamper(
      `UPDATE incidents SET snapshot = replace(snapshot, '"comments":0', '"comments":9')`,
    );
    expect(messages(await verify())[0]).toContain('its snapshot is not what its journal gives');
  });

  it('with any one character of any entry is found', async () => {
    await live('shop', 'sales');
    const { entries } = await verify();
    await tamper();
    const choice = fc.record({
      id: fc.integer({ min: 1, max: entries }),
      column: fc.constantFrom(
        ...(['data', 'data_hash', 'actor', 'kind', 'phase', 'incident_id', 'hash'] as const),
      ),
      at: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(choice, async ({ id, column, at }) => {
        const [row] = await sql<{ text: string }>`
          SELECT ${sql.ref(column)} AS text FROM journal WHERE id = ${id}`
          .execute(responder.store.database)
          .then(({ rows }) => rows);
        const text = row?.text ?? '';
        const index = at % text.length;
        const other = text[index] === 'x' ? 'y' : 'x';
        const changed = text.slice(0, index) + other + text.slice(index + 1);
        const write = async (value: string): Promise<void> => {
          await sql`UPDATE journal SET ${sql.ref(column)} = ${value} WHERE id = ${id}`.execute(
            responder.store.database,
          );
        };
        await sql`PRAGMA foreign_keys = OFF`.execute(responder.store.database);
        await write(changed);
        expect(messages(await verify())[0]).toContain(`entry ${id} `);
        await write(text);
        expect(messages(await verify())).toEqual([]);
      }),
      { numRuns: 40, seed: 4 },
    );
  });
});

describe('what happened to windows of maintenance', () => {
  async function liveWithWindows(): Promise<void> {
    const { maintenance } = responder.pipeline;
    for (const target of ['shop', 'sales', 'other']) {
      const scope = { targets: [target], labels: {} };
      const endsAtMs = responder.clock.now() + 90_000;
      await maintenance.create({ name: target, reason: 'release', scope, endsAtMs }, 'ann');
      await responder.pipeline.settle();
      if (target !== 'other') await live(target);
      await responder.clock.advance(120_000);
      await responder.pipeline.settle();
    }
  }

  /** The same for the triggers of the other table. */
  async function tamperWindows(text: string): Promise<void> {
    for (const guard of ['window_journal_keeps_entries', 'window_journal_loses_nothing']) {
      await sql.raw(`DROP TRIGGER ${guard}`).execute(responder.store.database);
    }
    await sql.raw(text).execute(responder.store.database);
  }

  it('is part of the chain, and can be noted', async () => {
    await liveWithWindows();
    const report = await verify();
    expect(report).toMatchObject({ incidents: 2, windows: 3, problems: [] });
    const { headHash } = report;
    await live('shop');
    expect(await verify(headHash)).toMatchObject({ holdsNotedHash: true, problems: [] });
  });

  it('is refused to be changed', async () => {
    await liveWithWindows();
    const change = sql.raw("UPDATE window_journal SET actor = 'eve'");
    await expect(change.execute(responder.store.database)).rejects.toThrow('append-only');
  });

  it.each([
    ["UPDATE window_journal SET actor = 'eve' WHERE id = 4", 'its hash does not fit'],
    ['UPDATE window_journal SET after_id = after_id + 1 WHERE id = 4', 'hash does not fit'],
    ['DELETE FROM window_journal WHERE id = 4', 'are missing'],
    ['DELETE FROM window_journal WHERE id > 7', 'journal_head: says'],
    [
      `UPDATE maintenance_windows SET snapshot = replace(snapshot, '"release"', '"nothing"')`,
      'its window is not what its journal gives',
    ],
    ["UPDATE window_journal SET hash = 'x' WHERE id = 4", 'hash does not fit'],
  ])('shows %s', async (text, message) => {
    await liveWithWindows();
    await tamperWindows(text);
    expect(messages(await verify()).join('\n')).toContain(message);
  });
});

describe('a review', () => {
  it('is rebuilt from the journal alone, to the letter', async () => {
    await live('shop');
    const [incident] = await responder.pipeline.listIncidents();
    await responder.pipeline.close(incident?.id ?? '', 'ada', 'done');
    const review = await responder.pipeline.review(incident?.id ?? '');
    const journal = await readJournal(responder.store.database, incident?.id ?? '');
    expect(review).not.toBeNull();
    expect(renderReview(replay(journal), journal)).toBe(review);
  });
});

describe('a database of before the chain', () => {
  it('goes on with the chain behind its old entries', async () => {
    const file = join(folder.path, 'old.db');
    const before = { ...INCIDENT_MIGRATIONS, steps: INCIDENT_MIGRATIONS.steps.slice(0, 1) };
    {
      await using old = await openStore({
        source: { engine: 'sqlite', file },
        migrations: [before],
      });
      const incident = `'inc_0', 'target:old', NULL, 'closed', 'warning', NULL, 0, 0, 'null'`;
      await old.transaction(async (transaction) => {
        await sql.raw(`INSERT INTO incidents VALUES (${incident})`).execute(transaction);
        await sql`INSERT INTO journal (incident_id, sequence, at_ms, kind, phase, actor, data)
          VALUES ('inc_0', 1, 0, 'commented', 'closed', 'ada', '{"text":"?"}')`.execute(
          transaction,
        );
      });
    }
    await using store = await openStore({
      source: { engine: 'sqlite', file },
      migrations: RESPONDER_MIGRATIONS,
    });
    const report = await verifyJournal(store.database);
    expect(report).toMatchObject({ entries: 1, unchainedEntries: 1, headHash: '' });
    // Its made-up entry cannot have opened an incident, and that is told.
    expect(messages(report)).toEqual(['inc_0: the journal of inc_0 breaks at entry 1 (commented)']);
  });
});
