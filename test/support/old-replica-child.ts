import { createPipeline, createSilentMetrics } from '../../src/responder/pipeline/pipeline.ts';
import {
  createSilentLogger,
  createSystemClock,
  createSystemRandom,
  sleep,
} from '../../src/std/std.ts';
import { createAlert, createWebhookBody } from './alerts.ts';
import { migrationsBeforeLeases } from './old-migrations.ts';
import { openTestStore } from './test-store.ts';

/**
 * Stands for a replica of the version before leases: it brings the schema no further than that version did, and takes
 * one delivery after the other. Each is named once it is answered; a refused one comes again, as Alertmanager does it.
 */
const [, , file = ''] = process.argv;
const store = await openTestStore({ file, migrations: migrationsBeforeLeases() });
const clock = createSystemClock();
const unused = async (): Promise<never> => Promise.reject(new Error('only deliveries are taken'));
const pipeline = createPipeline({
  store,
  clock,
  random: createSystemRandom(),
  logger: createSilentLogger(),
  gatherEvidence: unused,
  diagnose: () => {
    throw new Error('only deliveries are taken');
  },
  verifier: { verify: unused },
  channels: [],
  metrics: createSilentMetrics(),
});
// The timers of the clock keep no process alive.
setInterval(() => {}, 1 << 30);
for (let number = 0; ; number++) {
  const labels = { alertname: 'CrmUnreachable', target: `crm${number}`, severity: 'critical' };
  const body = createWebhookBody([createAlert({ labels })]);
  let isTaken = false;
  while (!isTaken) {
    isTaken = await pipeline.accept(body, 'am', clock.now()).then(
      () => true,
      () => false,
    );
    await sleep(clock, 5);
  }
  process.stdout.write(`crm${number}\n`);
}
