import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  INCIDENT_MIGRATIONS,
  appendEntries,
  findIncident,
  findIncidents,
  readJournal,
  saveSnapshots,
  transition,
} from '../../../src/responder/incidents/incidents.ts';
import { sql } from 'kysely';
import type { Store } from '../../../src/store/store.ts';
import { START_MS, createAlert } from '../../support/alerts.ts';
import { createTemporaryFolder } from '../../support/responder.ts';
import type { TemporaryFolder } from '../../support/responder.ts';
import { openTestStore } from '../../support/test-store.ts';

let folder: TemporaryFolder;
let store: Store;

beforeEach(async () => {
  folder = createTemporaryFolder();
  const file = join(folder.path, 'incidents.db');
  store = await openTestStore({ file, migrations: [INCIDENT_MIGRATIONS] });
});
afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

async function open(incidentId: string): Promise<void> {
  const event = { kind: 'alert_fired', actor: 'am', alert: createAlert(), incidentId } as const;
  const { incident } = transition(null, event, START_MS);
  await store.transaction(async (transaction) => {
    if (incident === null) throw new Error('not opened');
    await appendEntries(transaction, [{ incident, event, atMs: START_MS }]);
    await saveSnapshots(transaction, [incident]);
  });
}

describe('the journal', () => {
  it('is append-only, whoever asks', async () => {
    await open('inc_1');
    await expect(sql`DELETE FROM journal`.execute(store.database)).rejects.toThrow('append-only');
    await expect(sql`UPDATE journal SET actor = 'x'`.execute(store.database)).rejects.toThrow(
      'append-only',
    );
    expect((await readJournal(store.database, 'inc_1')).length).toBe(1);
  });

  it('takes no entry without its snapshot', async () => {
    const event = {
      kind: 'alert_fired',
      actor: 'am',
      alert: createAlert(),
      incidentId: 'x',
    } as const;
    const { incident } = transition(null, event, START_MS);
    const writing = store.transaction(async (transaction) => {
      if (incident !== null)
        await appendEntries(transaction, [{ incident, event, atMs: START_MS }]);
    });
    await expect(writing).rejects.toThrow(/foreign key/i);
  });
});

describe('snapshots', () => {
  it('allow one open incident per scope, whatever a defect may try', async () => {
    await open('inc_1');
    await expect(open('inc_2')).rejects.toThrow(/unique/i);
    expect(await findIncident(store.database, 'inc_2')).toBeNull();
  });
});

describe('the search', () => {
  it('finds incidents that an earlier version wrote', async () => {
    const file = join(folder.path, 'earlier.db');
    const { room, steps } = INCIDENT_MIGRATIONS;
    const earlier = await openTestStore({ file, migrations: [{ room, steps: steps.slice(0, 1) }] });
    await sql`INSERT INTO incidents VALUES ('inc_7', 'target:Shop', 'Shop', 'closed', 'critical', 'data_loss',
      1, 1, ${JSON.stringify({ id: 'inc_7', title: 'Records are gone' })})`.execute(
      earlier.database,
    );
    await earlier.close();
    const upgraded = await openTestStore({ file, migrations: [INCIDENT_MIGRATIONS] });
    for (const text of ['SHOP', 'are gone', 'data_loss', 'Data loss', 'inc_7']) {
      expect(await findIncidents(upgraded.database, { text }), text).toHaveLength(1);
    }
    expect(await findIncidents(upgraded.database, { text: 'desk' })).toEqual([]);
    await upgraded.close();
  });
});
