import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { dump } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadConfig } from '../../../src/config/config.ts';
import type { Connection, Connector } from '../../../src/exporter/connectors/connectors.ts';
import { known, unknown } from '../../../src/std/std.ts';
import { createTableConnector } from '../../support/fake-connector.ts';
import type { Tables } from '../../support/fake-connector.ts';
import { startSandboxSite } from '../../support/sandbox-site.ts';
import type { SandboxSite } from '../../support/sandbox-site.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { describeLive } from './live.ts';
import { examine } from './live-report.ts';
import type { LiveReport } from './live-report.ts';
import { openLiveTarget } from './live-target.ts';
import {
  differencesOf,
  faultsOf,
  impossibleNumbersOf,
  tableOf,
  undeclaredOf,
} from './live-verdicts.ts';

const folder = createTemporaryFolder();
const file = join(folder.path, 'target.yaml');
let site: SandboxSite;
let table = '';

beforeAll(async () => {
  site = await startSandboxSite(folder.path);
  const { targets } = loadConfig(site.configFile, {}).source.written as { targets: unknown[] };
  writeFileSync(file, dump(targets[0]));
});
afterAll(async () => {
  await site.stop();
  folder[Symbol.dispose]();
});

describeLive('the live suite on the sandbox CRM', {
  platform: 'rest',
  source: () => ({ file, environment: {} }),
  triesWrongSecret: true,
  pauseMs: 0,
  onTable: (text) => (table = text),
});

describe('the live suite', () => {
  it('shows what was asked and what it cost', () => {
    const [first, ...rows] = table.split('\n');
    expect(first).toBe('call          requests  seconds  came to');
    expect(rows.map((row) => row.split(/ {2,}/)[0]).join(', ')).toBe(
      'ping, certificate, login, latency, limits, jobs, logins, auditTrail, apiTokens, ' +
        'integrations, apiRemovals, accounts, scan account, scan contact, scan deal, together, ' +
        // What a target cannot tell is shown below its calls.
        'unknown: jobs.failedSchedules: not_configured: the configuration has no jobs.schedules, ' +
        'unknown: logins.succeeded: not_configured: logins.holds does not say that the list has these too, ' +
        'unknown: logins.failedByReason: not_configured: the configuration has no logins.reason, ' +
        'unknown: apiRemovals.0.removedAtMs: empty: no removal of this API is announced',
    );
    expect(rows[0]).toMatch(/^ping +1 +\d+\.\d\d {2}ok$/);
  });

  it('tells every problem of a target, and of its secrets', () => {
    const bad = join(folder.path, 'bad.yaml');
    const token = { environment: 'CRMWATCH_TEST_UNSET' };
    const connection = { platform: 'rest', url: 'x', authentication: { method: 'bearer', token } };
    writeFileSync(bad, dump({ name: 'bad', connection }));
    const open = (): unknown => openLiveTarget({ file: bad, environment: {} });
    expect(open).toThrow(/connection\.url: /);
    expect(open).toThrow(/CRMWATCH_TEST_UNSET is not set/);
  });
});

const TABLES: Tables = {
  contacts: Array.from({ length: 200 }, (_, id) => ({ id, email: id < 20 ? ' ' : 'a@b.test' })),
};
const OBJECTS: Connection['objects'] = { contacts: { fields: { id: 'id', email: 'email' } } };

async function reportOf(changes: Partial<Connector>, largestScan = 1000): Promise<LiveReport> {
  const connector = { ...createTableConnector(TABLES), ...changes };
  const options = { timeoutMs: 1000, pauseMs: 0, largestScan };
  return examine({ connector, connection: { objects: OBJECTS }, sent: [] }, options);
}

describe('the live suite finds', () => {
  it('nothing where all is well', async () => {
    const report = await reportOf({});
    expect(report.objects).toEqual([
      {
        name: 'contacts',
        counted: { records: 200, 'without id': 0, 'without email': 20 },
        scanned: { records: 200, 'without id': 0, 'without email': 20 },
      },
    ]);
    expect([faultsOf(report), impossibleNumbersOf(report), differencesOf(report)]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it('counts that are not those of the records', async () => {
    const counting = (...numbers: number[]): Partial<Connector> => ({
      aggregate: async () => ({ ok: true, value: numbers.map(known) }),
    });
    expect(differencesOf(await reportOf(counting(205, 0, 15)))).toEqual([]);
    expect(differencesOf(await reportOf(counting(206, 0, 0)))).toEqual([
      'contacts: 206 records counted, 200 read',
      'contacts: 0 without email counted, 20 read',
    ]);
  });

  it('numbers that cannot be', async () => {
    const report = await reportOf({
      accounts: async () => ({
        ok: true,
        value: {
          activeUsers: known(Number.NaN),
          privilegedUsers: known(-1),
          secondFactorUsers: unknown('not_supported', 'none'),
        },
      }),
      limits: async () => ({ ok: true, value: [{ name: 'calls', limit: Infinity, remaining: 1 }] }),
    });
    expect(impossibleNumbersOf(report)).toEqual([
      'limits.0.limit is Infinity',
      'accounts.activeUsers.value is NaN',
      'accounts.privilegedUsers.value is -1',
    ]);
    expect(tableOf(report)).toContain('unknown: accounts.secondFactorUsers: not_supported: none');
  });

  it('calls that fail or throw, and excuses what the account may not see', async () => {
    const refusing = (
      reason: 'authorization' | 'server_error',
    ): Required<Pick<Connector, 'login'>> => {
      const failure = { reason, detail: 'no' };
      return { login: async () => ({ ok: false, failure }) };
    };
    const excused = await reportOf(refusing('authorization'));
    expect(faultsOf(excused)).toEqual([]);
    expect(tableOf(excused)).toContain('this account may not see: login: authorization: no');
    const failed = await reportOf({
      ...refusing('server_error'),
      jobs: async () => Promise.reject(new Error('a defect')),
    });
    expect(faultsOf(failed)).toEqual([
      'login: server_error: no',
      'jobs: internal: threw: a defect',
    ]);
  });

  it('requests that are not declared to read', () => {
    const api = { platform: 'suitecrm', api_path: '/legacy/Api', objects: {} };
    const connection = { ...api, url: 'https://crm.test/sub' };
    const sent = [
      ['GET', '/sub/legacy/Api/V8/module/Contacts'],
      ['POST', '/sub/legacy/Api/access_token'],
      ['POST', '/sub/legacy/Api/access_token/more'],
      ['POST', '/sub/legacy/Api/V8/module'],
      ['DELETE', '/sub/legacy/Api/access_token'],
    ].map(([method = '', path = '']) => ({ method, url: new URL(path, 'https://crm.test') }));
    expect(undeclaredOf(connection, sent)).toEqual([
      'POST https://crm.test/sub/legacy/Api/access_token/more',
      'POST https://crm.test/sub/legacy/Api/V8/module',
      'DELETE https://crm.test/sub/legacy/Api/access_token',
    ]);
  });

  it('no difference where there are too many records to read them all', async () => {
    const [object] = (await reportOf({}, 100)).objects;
    expect(object).toEqual({ name: 'contacts', counted: expect.anything() as unknown });
  });
});
