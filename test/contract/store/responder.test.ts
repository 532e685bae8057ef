import { afterAll, describe } from 'vitest';
import { startPostgres } from '../../support/postgres-server.ts';
import { useTestPostgres } from '../../support/test-store.ts';

/**
 * The tests of everything that reads and writes the store, once more on PostgreSQL. They are the same files: a test
 * that opens its store with `openTestStore` or `createTestResponder` needs one line here.
 */
const server = await startPostgres();
useTestPostgres(server);
afterAll(async () => server.stop());

describe('the store', async () => void (await import('../../store/store-contract.test.ts')));
describe('group commit', async () => void (await import('../../store/group-commit.test.ts')));
describe('backup and restore', async () => void (await import('../../store/backup.test.ts')));
describe('incidents', async () => {
  await import('../../responder/incidents/incident-records.test.ts');
});
describe('the outbox', async () => void (await import('../../responder/notify/deliverer.test.ts')));
describe('the pipeline', async () => {
  await import('../../responder/pipeline/pipeline.test.ts');
});
describe('deliveries that are wrong', async () => {
  await import('../../web/bad-deliveries.test.ts');
});
describe('the order of the journal', async () => {
  await import('../../responder/pipeline/journal-order.test.ts');
});
describe('merges', async () => void (await import('../../responder/pipeline/merges.test.ts')));
describe('splits and undoing', async () => {
  await import('../../responder/pipeline/splits-and-undoing.test.ts');
});
describe('any merges and splits', async () => {
  await import('../../responder/pipeline/regrouping-model.test.ts');
});
describe('retention', async () => {
  await import('../../responder/pipeline/retention.test.ts');
  await import('../../responder/pipeline/erase.test.ts');
  await import('../../responder/pipeline/forgetting.test.ts');
});
describe('quarantine', async () => {
  await import('../../responder/pipeline/quarantine.test.ts');
});
describe('holds', async () => {
  await import('../../responder/pipeline/maintenance.test.ts');
  await import('../../responder/pipeline/maintenance-schedules.test.ts');
  await import('../../responder/pipeline/hold-off.test.ts');
  await import('../../responder/pipeline/flapping.test.ts');
});
describe('the inbox', async () => {
  await import('../../responder/pipeline/process-inbox.test.ts');
});
describe('restarts', async () => void (await import('../../responder/pipeline/crash.test.ts')));
describe('accounts', async () => {
  await import('../../responder/accounts/sessions.test.ts');
  await import('../../responder/accounts/api-tokens.test.ts');
});
describe('the reconciler', async () => {
  await import('../../responder/pipeline/reconciler.test.ts');
  await import('../../responder/pipeline/verify-upstream.test.ts');
});
describe('several replicas', async () => {
  await import('../../responder/pipeline/replicas.test.ts');
  await import('../../responder/pipeline/upgrade.test.ts');
});
describe('what is learnt', async () => {
  await import('../../responder/pipeline/learning/labels.test.ts');
  await import('../../responder/pipeline/learning/model-administration.test.ts');
  await import('../../responder/pipeline/learning/read-drift.test.ts');
});
describe('the watchdog', async () =>
  void (await import('../../responder/pipeline/watchdog.test.ts')));
