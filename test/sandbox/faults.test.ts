import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';

import * as fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { describe, expect, it } from 'vitest';

import { createSystemClock } from '../../src/std/std.ts';
import { eventually, startSandbox } from './support.ts';
import type { Answer, Row, TestSandbox } from './support.ts';

const WEAK = { intensity: 0.2 };
const DATA_FAULTS = [
  'emails_missing',
  'emails_invalid',
  'contacts_duplicated',
  'contacts_orphaned',
  'records_stale',
  'records_deleted',
  'new_administrator',
];

/** Everything that the API shows of the customers and users. */
async function dump(crm: TestSandbox): Promise<readonly (readonly Row[])[]> {
  return Promise.all(['accounts', 'contacts', 'deals', 'users'].map((list) => crm.rows(list)));
}

/** Breaks a fault, lets `look` see it, mends it, and checks that the API shows all as before. */
async function breakAndMend(
  crm: TestSandbox,
  fault: string,
  look: (intensity: number) => Promise<void>,
): Promise<void> {
  const healthy = await dump(crm);
  for (const intensity of [0.2, 1]) {
    await crm.sandbox.break(fault, { intensity });
    await look(intensity);
  }
  await crm.sandbox.mend(fault);
  expect(await dump(crm)).toEqual(healthy);
  expect(crm.sandbox.faults().every((state) => !state.broken)).toBe(true);
}

async function ratioOf(crm: TestSandbox, isBad: (contact: Row) => boolean): Promise<number> {
  const contacts = await crm.rows('contacts');
  return contacts.filter(isBad).length / contacts.length;
}

describe('faults of reachability', () => {
  it('service_stopped refuses connections, and listens on the same port again', async () => {
    await using crm = await startSandbox({ customers: 20 });
    await crm.sandbox.break('service_stopped');
    const error: unknown = await crm.ask('/health').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await crm.sandbox.mend('service_stopped');
    expect((await crm.ask('/api/me')).status).toBe(200);
  });

  it('database_locked answers 503 after the busy time, and only there', async () => {
    await using crm = await startSandbox({ customers: 20 });
    await crm.sandbox.break('database_locked');
    expect((await crm.ask('/health')).status).toBe(200);
    const startMs = crm.clock.monotonicMs();
    const answer = await crm.settle(crm.ask('/api/contacts'));
    expect(crm.clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(500);
    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({ error: { code: 'database_locked' } });
    await expect(crm.sandbox.break('emails_missing')).rejects.toMatchObject({
      code: 'store_unavailable',
      remedy: 'mend database_locked first',
    });
    await crm.clock.advance(60_000);

    const waiting = crm.ask('/api/contacts');
    await crm.settle(crm.ask('/health'));
    await crm.sandbox.mend('database_locked');
    expect((await crm.settle(waiting)).status).toBe(200);
  });

  it('network_slow delays replies by its intensity', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const measure = async (): Promise<number> => {
      const startMs = crm.clock.monotonicMs();
      expect((await crm.settle(crm.ask('/health'))).status).toBe(200);
      return crm.clock.monotonicMs() - startMs;
    };
    await crm.sandbox.break('network_slow', WEAK);
    expect(await measure()).toBeGreaterThan(1000);
    await crm.sandbox.break('network_slow', { intensity: 1 });
    expect(await measure()).toBeGreaterThan(2800);
    await crm.sandbox.mend('network_slow');
    expect((await crm.ask('/health')).status).toBe(200);
  });

  it('a stop ends replies that are still delayed', async () => {
    await using crm = await startSandbox({ customers: 20 });
    await crm.sandbox.break('network_slow');
    const before = crm.clock.pendingTimers();
    const reply = crm.ask('/health').catch(() => 'ended');
    await eventually(async () => crm.clock.pendingTimers() > before);
    await crm.sandbox.stop();
    expect(await reply).toBe('ended');
    await eventually(async () => crm.clock.pendingTimers() === 0);
  });

  it('certificate_expired is seen by clients, new or not, and goes away', async () => {
    await using crm = await startSandbox({ customers: 20, tls: true, clock: createSystemClock() });
    const { url, caCertificatePem: ca } = crm.addresses;
    const handshake = async (): Promise<string> =>
      new Promise((resolve) => {
        // The global agent keeps connections and TLS sessions, as real clients do.
        const sent = request(`${url}/health`, { ca }, (response) => {
          const { valid_to: end } = (response.socket as TLSSocket).getPeerCertificate();
          response.resume();
          response.on('end', () =>
            resolve(Date.parse(end) > createSystemClock().now() ? 'valid' : 'expired'),
          );
        });
        // A pooled connection that the switch has just closed is replaced by a new one.
        sent.on('error', (error: NodeJS.ErrnoException) =>
          resolve(error.code === 'ECONNRESET' ? handshake() : (error.code ?? error.message)),
        );
        sent.end();
      });
    for (let round = 0; round < 2; round++) {
      expect(await handshake()).toBe('valid');
      expect(await handshake()).toBe('valid');
      await crm.sandbox.break('certificate_expired');
      expect(await handshake()).toBe('CERT_HAS_EXPIRED');
      await crm.sandbox.mend('certificate_expired');
    }
  });

  it('certificate_expired needs TLS', async () => {
    await using crm = await startSandbox({ customers: 20 });
    await expect(crm.sandbox.break('certificate_expired')).rejects.toMatchObject({
      code: 'usage',
    });
  });
});

describe('faults of access and quota', () => {
  it('credentials_revoked gives 401 to the token, to session tokens and to the password', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const { user, password } = crm.addresses;
    const logIn = async (): Promise<Answer> =>
      crm.ask('/api/session', { method: 'POST', body: JSON.stringify({ user, password }) });
    const session = String((await logIn()).json()['token']);
    const statuses = async (): Promise<readonly number[]> => [
      (await crm.ask('/api/me')).status,
      (await crm.ask('/api/me', { headers: { Authorization: `Bearer ${session}` } })).status,
      (await logIn()).status,
    ];
    // Weak as a new password: what is logged in stays so.
    await crm.sandbox.break('credentials_revoked', WEAK);
    expect(await statuses()).toEqual([401, 200, 401]);
    await crm.sandbox.mend('credentials_revoked');
    await crm.sandbox.break('credentials_revoked', { intensity: 0.6 });
    expect(await statuses()).toEqual([401, 401, 401]);
    await crm.sandbox.mend('credentials_revoked');
    expect(await statuses()).toEqual([200, 200, 200]);
  });

  it('permission_removed gives 403 on some lists, more with intensity', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const forbidden = async (): Promise<readonly string[]> => {
      const lists = ['contacts', 'users', 'logins', 'deals', 'jobs', 'accounts'];
      const answers = await Promise.all(lists.map((list) => crm.ask(`/api/${list}`)));
      return lists.filter((_, index) => answers[index]?.status === 403);
    };
    await crm.sandbox.break('permission_removed', WEAK);
    expect(await forbidden()).toEqual(['contacts', 'users']);
    await crm.sandbox.break('permission_removed', { intensity: 1 });
    expect(await forbidden()).toEqual(['contacts', 'users', 'logins', 'deals', 'jobs']);
    expect((await crm.ask('/api/me')).status).toBe(200);
    await crm.sandbox.mend('permission_removed');
    expect(await forbidden()).toEqual([]);
  });

  it('quota_exhausted gives 429 with Retry-After, past midnight too; /api/limits shows it', async () => {
    await using crm = await startSandbox({ customers: 20 });
    await crm.ask('/api/me');
    await crm.sandbox.break('quota_exhausted', WEAK);
    const answer = await crm.ask('/api/contacts');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('Retry-After')).toBe(String(15 * 3600));
    expect(answer.headers.get('X-RateLimit-Remaining')).toBe('0');
    const limits = await crm.ask('/api/limits');
    expect(limits.json()).toMatchObject({ api_calls: { remaining: 0 } });
    crm.clock.jump(86_400_000);
    await crm.clock.advance(2000);
    await crm.ask('/api/limits');
    await crm.clock.advance(2000);
    expect((await crm.ask('/api/me')).status).toBe(429);
    await crm.sandbox.mend('quota_exhausted');
    expect((await crm.ask('/api/me')).status).toBe(200);
    expect((await crm.ask('/api/limits')).json()).toMatchObject({ api_calls: { used: 2 } });
  });
});

describe('faults of answers', () => {
  it('login_page answers everything with HTML and 200', async () => {
    await using crm = await startSandbox({ customers: 20 });
    await crm.sandbox.break('login_page');
    for (const path of ['/health', '/api/contacts', '/api/none']) {
      const answer = await crm.ask(path, { headers: { Authorization: '' } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('Content-Type')).toContain('text/html');
      expect(answer.text).toContain('<form');
    }
    await crm.sandbox.mend('login_page');
    expect((await crm.ask('/health')).json()).toMatchObject({ status: 'ok' });
  });

  it('truncated_json cuts every body, more with intensity', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const whole = (await crm.ask('/api/contacts')).text;
    for (const [intensity, ratio] of [
      [0.2, 0.76],
      [1, 0.2],
    ] as const) {
      await crm.sandbox.break('truncated_json', { intensity });
      const answer = await crm.ask('/api/contacts');
      expect(answer.status).toBe(200);
      expect(() => answer.json()).toThrow(SyntaxError);
      expect(answer.text.length / whole.length).toBeCloseTo(ratio, 2);
      const health = await crm.ask('/health');
      expect(() => health.json()).toThrow(SyntaxError);
    }
    await crm.sandbox.mend('truncated_json');
    expect((await crm.ask('/api/contacts')).text).toBe(whole);
  });

  it('jobs_stuck lets pending jobs grow old and many', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const pending = async (): Promise<readonly Row[]> => crm.rows('jobs', '&state=pending');
    await crm.sandbox.break('jobs_stuck', WEAK);
    const ageMs = (job: Row | undefined): number =>
      crm.clock.now() - Date.parse(String(job?.['enqueued_at']));
    const stuck = await pending();
    expect(stuck.length).toBeGreaterThan(50);
    expect(ageMs(stuck[0])).toBe(20 * 60_000);
    await crm.clock.advance(300_000);
    const later = await pending();
    expect(later.length).toBeGreaterThan(stuck.length + 10);
    expect(ageMs(later[0])).toBe(25 * 60_000);
    await crm.sandbox.mend('jobs_stuck');
    expect(await pending()).toEqual([]);
    await crm.clock.advance(120_000);
    expect((await pending()).length).toBeLessThan(5);
  });
});

describe('faults of security', () => {
  it('failed_logins_burst really tries passwords over HTTP until it is mended', async () => {
    await using crm = await startSandbox({ customers: 20 });
    const failed = async (): Promise<readonly Row[]> => crm.rows('logins', '&succeeded=false');
    const before = await failed();
    await crm.sandbox.break('failed_logins_burst', WEAK);
    await eventually(async () => {
      await crm.clock.advance(1000);
      return (await failed()).length > before.length + 40;
    });
    const attempts = (await failed()).slice(before.length);
    expect(attempts.some((row) => row['user_id'] === null)).toBe(true);
    expect(attempts.some((row) => row['user_id'] !== null)).toBe(true);
    await crm.sandbox.mend('failed_logins_burst');
    await crm.clock.advance(5000);
    expect((await failed()).length).toBeLessThan(before.length + 18);
  });

  it('failed_logins_burst does not pile up attempts while nothing answers', async () => {
    await using crm = await startSandbox({ customers: 20 });
    await crm.sandbox.break('network_slow');
    await crm.sandbox.break('failed_logins_burst', { intensity: 1 });
    const before = crm.clock.pendingTimers();
    for (let turn = 0; turn < 200; turn++) await crm.clock.advance(5);
    await crm.settle(crm.ask('/health'));
    expect(crm.clock.pendingTimers()).toBeLessThan(before + 20);
  });

  it('new_administrator promotes agents', async () => {
    await using crm = await startSandbox({ customers: 20 });
    await breakAndMend(crm, 'new_administrator', async (intensity) => {
      const users = await crm.rows('users');
      const administrators = users.filter((user) => user['role'] === 'admin');
      expect(administrators).toHaveLength(intensity === 1 ? 6 : 3);
    });
  });
});

describe('faults of data', () => {
  const share = (intensity: number): number => 0.1 + 0.5 * intensity;

  it('emails_missing', async () => {
    await using crm = await startSandbox();
    await breakAndMend(crm, 'emails_missing', async (intensity) => {
      const missing = await ratioOf(crm, (contact) => contact['email'] === null);
      expect(missing).toBeGreaterThanOrEqual(share(intensity));
    });
  });

  it('emails_invalid', async () => {
    await using crm = await startSandbox();
    await breakAndMend(crm, 'emails_invalid', async (intensity) => {
      const email = /^[^\s@()]+@[^\s@()]+\.[a-z]+$/;
      const spoiled = (row: Row): boolean =>
        row['email'] !== null && !email.test(String(row['email']));
      expect(await ratioOf(crm, spoiled)).toBeGreaterThanOrEqual(share(intensity));
      const noPhone = (row: Row): boolean =>
        row['phone'] !== null &&
        parsePhoneNumberFromString(String(row['phone']))?.isValid() !== true;
      expect(await ratioOf(crm, noPhone)).toBeGreaterThanOrEqual(share(intensity) * 0.95);
    });
  });

  it('contacts_duplicated', async () => {
    await using crm = await startSandbox();
    await breakAndMend(crm, 'contacts_duplicated', async (intensity) => {
      const contacts = await crm.rows('contacts');
      const key = (row: Row): string =>
        JSON.stringify([row['first_name'], row['last_name'], row['email'], row['phone']]);
      const surplus = contacts.length - new Set(contacts.map(key)).size;
      expect(surplus / 400).toBeGreaterThanOrEqual(share(intensity));
    });
  });

  it('contacts_orphaned', async () => {
    await using crm = await startSandbox();
    const ids = new Set((await crm.rows('accounts')).map((account) => account['id']));
    await breakAndMend(crm, 'contacts_orphaned', async (intensity) => {
      const orphaned = await ratioOf(crm, (row) => !ids.has(row['account_id'] ?? 0));
      expect(orphaned).toBeGreaterThanOrEqual(share(intensity));
    });
  });

  it('records_stale', async () => {
    await using crm = await startSandbox();
    const limit = new Date(crm.clock.now() - 365 * 86_400_000).toISOString();
    await breakAndMend(crm, 'records_stale', async (intensity) => {
      const stale = await ratioOf(crm, (row) => String(row['updated_at']) < limit);
      expect(stale).toBeGreaterThanOrEqual(share(intensity));
    });
  });

  it('records_deleted', async () => {
    await using crm = await startSandbox();
    const count = async (list: string): Promise<number> => (await crm.rows(list)).length;
    await breakAndMend(crm, 'records_deleted', async (intensity) => {
      expect(await count('contacts')).toBe(400 - 400 * share(intensity));
      expect(await count('deals')).toBe(250 - 250 * share(intensity));
    });
  });

  it('come back whole, in whatever order they are broken and mended', async () => {
    await using crm = await startSandbox({ customers: 60 });
    const healthy = await dump(crm);
    const order = fc.shuffledSubarray(DATA_FAULTS, { minLength: DATA_FAULTS.length });
    await fc.assert(
      fc.asyncProperty(
        order,
        order,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (a, b, i) => {
          for (const fault of a) await crm.sandbox.break(fault, { intensity: i });
          for (const fault of b) await crm.sandbox.mend(fault);
          expect(await dump(crm)).toEqual(healthy);
        },
      ),
      { numRuns: 12 },
    );
  });
});
