import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { sql } from 'kysely';

import { RESPONDER_MIGRATIONS } from '../../../src/responder/pipeline/pipeline.ts';
import { createSeededRandom } from '../../../src/std/std.ts';
import { openStore } from '../../../src/store/store.ts';
import { createAlert } from '../../support/alerts.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createPipelineOn } from '../../support/responder.ts';
import { bodyOf } from '../kill/ledger.ts';

/**
 * Takes deliveries on a real store, in two lives with an orderly end between them, and writes the name of each down
 * once it was acknowledged. Checkpoints come often, so that a short recording has many.
 *
 * usage: recorded-child.ts FOLDER SEED DELIVERIES FULL|OFF
 */
const [, , folder = '', seed = '1', deliveries = '1', synchronous = 'FULL'] = process.argv;
const SENDERS = 4;
const LIVES = 2;
const PAGES_PER_CHECKPOINT = 60;

const acknowledgements = openSync(join(folder, 'acknowledged'), 'a');
const clock = createManualClock();
let number = 0;

async function live(life: number): Promise<void> {
  const file = join(folder, 'incidents.sqlite');
  const store = await openStore({
    source: { engine: 'sqlite', file },
    migrations: RESPONDER_MIGRATIONS,
  });
  await sql.raw(`PRAGMA wal_autocheckpoint = ${PAGES_PER_CHECKPOINT}`).execute(store.database);
  if (synchronous === 'OFF') await sql`PRAGMA synchronous = OFF`.execute(store.database);
  await using responder = createPipelineOn(store, clock);
  responder.pipeline.start();
  const send = async (sender: number): Promise<void> => {
    const random = createSeededRandom(Number(seed) * 100 + life * 10 + sender);
    for (let index = 0; index < Number(deliveries) / SENDERS / LIVES; index++) {
      const id = `d${++number}`;
      const annotations = { summary: 'x'.repeat(Math.floor(random.next() ** 3 * 20_000)) };
      const labels = { alertname: 'CrmUnreachable', target: `crm-${id}`, severity: 'critical' };
      const body = bodyOf(id, [createAlert({ labels, annotations })]);
      await responder.pipeline.accept(body, 'am', clock.now());
      writeSync(acknowledgements, `${id}\n`);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
  await responder.pipeline.settle();
}

for (let life = 0; life < LIVES; life++) await live(life);
