import { describe, it } from 'vitest';

import { PLATFORM_NAMES } from '../../../src/exporter/connectors/connectors.ts';
import { describeLive } from './live.ts';

const { env: environment } = process;

// docs/connectors/README.md tells how to use this; live-suite.test.ts and others hold the suite itself to its word.
for (const platform of PLATFORM_NAMES) {
  const variable = `CRMWATCH_LIVE_${platform.toUpperCase()}`;
  const file = environment[variable] ?? '';
  if (file === '') {
    describe.skipIf(file === '')(`${platform}: ${variable} is not set`, () => {
      it('keeps the contract on the CRM of somebody', () => {});
    });
    continue;
  }
  describeLive(`${platform}: ${variable}`, {
    platform,
    source: () => ({ file, environment }),
    triesWrongSecret: environment['CRMWATCH_LIVE_WRONG_SECRET'] === '1',
    onTable: (table) => process.stdout.write(`\n${variable}=${file}\n${table}\n`),
  });
}
