import { RESPONDER_MIGRATIONS } from '../../src/responder/pipeline/pipeline.ts';
import { CrmwatchError } from '../../src/std/std.ts';
import { openTestStore } from './test-store.ts';

/** Opens a store as a starting responder does, and prints what became of it as one word and a remedy. */
const [, , file = ''] = process.argv;
try {
  const store = await openTestStore({ file, migrations: RESPONDER_MIGRATIONS });
  await store.close();
  process.stdout.write('opened\n');
} catch (error) {
  if (!(error instanceof CrmwatchError)) throw error;
  process.stdout.write(`${error.code}: ${error.remedy}\n`);
}
