import { join } from 'node:path';
import { createSilentLogger, createSystemClock, createSystemRandom } from '../../src/std/std.ts';
import { ACCOUNT_MIGRATIONS, createAccounts } from '../../src/responder/accounts/accounts.ts';
import { openStore } from '../../src/store/store.ts';
import { createResponderApp, createWebServer } from '../../src/web/web.ts';
import { createTemporaryFolder } from './responder.ts';
import { createFakeResponder, readConsoleAssets } from './fake-services.ts';

/** `node test/support/console-demo.ts [port]`: the console over invented incidents, to look at while designing. */
const clock = createSystemClock();
const folder = createTemporaryFolder();
const source = { engine: 'sqlite', file: join(folder.path, 'accounts.sqlite') } as const;
const store = await openStore({ source, migrations: [ACCOUNT_MIGRATIONS] });
const random = createSystemRandom();
const app = await createResponderApp({
  service: createFakeResponder(clock),
  assets: readConsoleAssets(),
  clock,
  random,
  accounts: createAccounts(store, { clock, random }),
  logger: createSilentLogger(),
  listenHost: '127.0.0.1',
});
const port = Number(process.argv[2] ?? 0);
const { url } = await createWebServer(app, { host: '127.0.0.1', port, clock }).start();
process.stdout.write(`${url}\n`);
