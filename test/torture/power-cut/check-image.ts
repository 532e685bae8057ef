import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sql } from 'kysely';

import { verifyJournal } from '../../../src/responder/incidents/incidents.ts';
import { RESPONDER_MIGRATIONS } from '../../../src/responder/pipeline/pipeline.ts';
import { CrmwatchError } from '../../../src/std/std.ts';
import { openStore } from '../../../src/store/store.ts';
import type { Store } from '../../../src/store/store.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createPipelineOn } from '../../support/responder.ts';
import type { Image } from './disk.ts';

type CheckedImage = { readonly violations: readonly string[] };

/** Opens what a power cut left with the real store and goes on from there; gives what is missing or damaged. */
export async function checkImage(
  image: Image,
  acknowledged: readonly string[],
): Promise<CheckedImage> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-cut-'));
  for (const [name, content] of image) writeFileSync(join(folder, name), content);
  try {
    const source = { engine: 'sqlite', file: join(folder, 'incidents.sqlite') } as const;
    await using store = await openStore({ source, migrations: RESPONDER_MIGRATIONS });
    return await checkStore(store, acknowledged);
  } catch (error) {
    if (!(error instanceof CrmwatchError)) throw error;
    const lost = acknowledged.length === 0 ? [] : [lossOf(acknowledged)];
    return { violations: [`the database cannot be used: ${error.message}`, ...lost] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkStore(store: Store, acknowledged: readonly string[]): Promise<CheckedImage> {
  const integrity = await sql<Record<string, string>>`PRAGMA integrity_check`.execute(
    store.database,
  );
  const keys = await sql<{ readonly group_key: string }>`
    SELECT group_key FROM deliveries JOIN inbox ON inbox.delivery_id = deliveries.id`.execute(
    store.database,
  );
  const kept = new Set(keys.rows.map((row) => row.group_key));
  const damage = integrity.rows
    .flatMap((row) => Object.values(row))
    .filter((line) => line !== 'ok');
  const missing = acknowledged.filter((id) => !kept.has(`{}:{delivery="${id}"}`));
  const before = await verifyJournal(store.database);
  return {
    violations: [
      ...damage.map((line) => `integrity_check: ${line}`),
      ...(missing.length > 0 ? [lossOf(missing)] : []),
      ...before.problems.map(({ place, message }) => `the journal, ${place}: ${message}`),
      ...(await goOn(store)),
    ],
  };
}

function lossOf(ids: readonly string[]): string {
  return `acknowledged and lost: ${ids.join(', ')}`;
}

/** What was committed and not processed becomes incidents now. */
async function goOn(store: Store): Promise<readonly string[]> {
  await using responder = createPipelineOn(store, createManualClock());
  await responder.pipeline.settle();
  const { unprocessedEvents } = await responder.pipeline.statistics();
  const { problems } = await verifyJournal(store.database);
  return [
    ...(unprocessedEvents > 0 ? [`${unprocessedEvents} events are not processed afterwards`] : []),
    ...problems.map(({ place, message }) => `the journal afterwards, ${place}: ${message}`),
  ];
}
