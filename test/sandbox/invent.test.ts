import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { describe, expect, it } from 'vitest';

import { createSandbox } from '../../src/sandbox/sandbox.ts';
import {
  createSeededRandom,
  createSilentLogger,
  createSystemClock,
  createSystemRandom,
} from '../../src/std/std.ts';
import { openSqlite } from '../../src/store/store.ts';
import { startSandbox } from './support.ts';
import type { Row } from './support.ts';

const ACTIVITY = ['logins', 'audit_events', 'deliveries'];
const LISTS = ['accounts', 'contacts', 'deals', 'users', 'jobs', ...ACTIVITY];

async function dump(seed: number): Promise<readonly (readonly Row[])[]> {
  await using crm = await startSandbox({ seed, random: createSystemRandom() });
  const lists: (readonly Row[])[] = [];
  for (const list of LISTS) lists.push(await crm.rows(list));
  return lists;
}

describe('the invented data', () => {
  it('is equal for equal seeds and differs for others', async () => {
    const first = await dump(1);
    expect(await dump(1)).toEqual(first);
    expect((await dump(2))[1]).not.toEqual(first[1]);
  });

  it('has the size, the quality and the small flaws of a real CRM', async () => {
    await using crm = await startSandbox({ customers: 1500 });
    const [accounts, contacts, deals, users] = await Promise.all(
      ['accounts', 'contacts', 'deals', 'users'].map((list) => crm.rows(list)),
    );
    expect(accounts).toHaveLength(1500);
    expect(contacts).toHaveLength(4000);
    expect(deals).toHaveLength(2500);
    expect(users).toHaveLength(41);
    expect(users?.filter((user) => user['role'] === 'admin')).toHaveLength(2);

    const ids = new Set(accounts?.map((account) => account['id']));
    const emails = contacts?.flatMap((contact) => contact['email'] ?? []).map(String) ?? [];
    const phones = contacts?.flatMap((contact) => contact['phone'] ?? []).map(String) ?? [];
    const wellFormed = emails.filter((email) => /^[a-z0-9.-]+@[a-z0-9.-]+$/.test(email));
    const staleBefore = new Date(crm.clock.now() - 365 * 86_400_000).toISOString();
    const ratio = (count: number | undefined): number => (count ?? 0) / 4000;
    const flaws = {
      missingEmail: ratio(4000 - emails.length),
      duplicateEmail: ratio(emails.length - new Set(emails).size),
      invalidEmail: ratio(emails.length - wellFormed.length),
      invalidPhone: ratio(
        phones.filter((phone) => parsePhoneNumberFromString(phone)?.isValid() !== true).length,
      ),
      orphan: ratio(contacts?.filter((contact) => !ids.has(contact['account_id'] ?? 0)).length),
      stale: ratio(contacts?.filter((row) => String(row['updated_at']) < staleBefore).length),
    };
    const near = (ratioWanted: number): unknown => expect.closeTo(ratioWanted, 2);
    expect(flaws).toEqual({
      missingEmail: near(0.015),
      duplicateEmail: near(0.007),
      invalidEmail: near(0.003),
      invalidPhone: near(0.01),
      orphan: near(0.002),
      stale: near(0.03),
    });
    expect(Object.values(flaws).every((flaw) => flaw > 0)).toBe(true);
  });

  it('uses only domains and phone ranges that are kept for fiction', async () => {
    await using crm = await startSandbox();
    const contacts = await crm.rows('contacts');
    const reserved = /@([a-z0-9-]+\.)+(example\.(com|org|net)|test)$/;
    const emails = contacts
      .map((row) => String(row['email']))
      .filter((email) => email.includes('@'));
    expect(emails.filter((email) => !reserved.test(email))).toEqual([]);
    const fiction =
      /^(\+1\d{3}55501\d\d|\+44(2079460|1134960)\d{3}|\+49(3023125|6990009|4066969|2214710|8999998)\d{3}|\+33(19900|26191|35301|46571|53649)\d{4}|\+46(8465004|3139006)\d\d|\+61[2378]5550\d{4})$/;
    const phones = contacts.map((row) => String(row['phone']));
    const valid = phones.filter((phone) => parsePhoneNumberFromString(phone)?.isValid() === true);
    expect(valid.length).toBeGreaterThan(350);
    expect(valid.filter((phone) => !fiction.test(phone))).toEqual([]);
  });
});

describe('createSandbox', () => {
  it('starts twice as once, stops twice as once, and replaces what an earlier run left', async () => {
    await using crm = await startSandbox({ customers: 20 });
    expect(await crm.sandbox.start()).toEqual(crm.addresses);
    await crm.sandbox.break('emails_missing');
    await crm.sandbox.stop();
    await crm.sandbox.stop();
    await expect(crm.ask('/health')).rejects.toThrow('fetch failed');
    expect(crm.clock.pendingTimers()).toBe(0);

    await using again = createSandbox({
      databaseFile: crm.databaseFile,
      customers: 20,
      clock: createSystemClock(),
      random: createSeededRandom(1),
      logger: createSilentLogger(),
    });
    const { url, token } = await again.start();
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}/api/contacts`, { headers });
    const { data } = (await answer.json()) as { data: Row[] };
    expect(data.filter((row) => row['email'] === null).length).toBeLessThan(5);
  });

  it('says what to do when its port is taken or its folder is missing', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const port = Number(new URL(crm.addresses.url).port);
    await expect(startSandbox({ customers: 20, port })).rejects.toMatchObject({
      code: 'address_in_use',
      remedy: expect.stringContaining('0'),
    });
    const databaseFile = '/nonexistent/sandbox.db';
    await expect(startSandbox({ databaseFile })).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });

  it('leaves a database alone that no sandbox has made', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crmwatch-foreign-'));
    const databaseFile = join(folder, 'precious.db');
    using precious = openSqlite(databaseFile);
    precious.exec(`CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('dear')`);
    await expect(startSandbox({ databaseFile })).rejects.toMatchObject({
      code: 'store_incompatible',
    });
    expect(precious.all('SELECT * FROM users')).toEqual([{ name: 'dear' }]);
    rmSync(folder, { recursive: true });
  });

  it('lives: jobs run, people log in, records change, and old rows go', async () => {
    await using crm = await startSandbox();
    const before = { jobs: await crm.rows('jobs'), contacts: await crm.rows('contacts') };
    await crm.clock.advance(600_000);
    const jobs = await crm.rows('jobs');
    const fresh = jobs.slice(before.jobs.length);
    expect(fresh.length).toBeGreaterThan(30);
    expect(fresh.filter((job) => job['state'] === 'done').length).toBeGreaterThan(25);
    expect(jobs.filter((job) => job['state'] === 'pending').length).toBeLessThan(5);
    const since = `&since=${new Date(crm.clock.now() - 600_000).toISOString()}`;
    expect((await crm.rows('logins', since)).length).toBeGreaterThan(5);
    expect((await crm.rows('deliveries', since)).length).toBeGreaterThan(5);
    expect(await crm.rows('contacts')).not.toEqual(before.contacts);

    crm.clock.jump(7 * 86_400_000);
    await crm.clock.advance(120_000);
    expect((await crm.rows('jobs')).length).toBeLessThan(50);
    for (const list of ACTIVITY) expect((await crm.rows(list)).length, list).toBeLessThan(50);
  });
});
