import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGuessLimit } from '../../../src/web/access/guess-limit.ts';
import type { GuessLimit } from '../../../src/web/access/guess-limit.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createBearerSender, send, startResponder } from '../../support/start-web.ts';
import type { RawAnswer } from '../../support/start-web.ts';

const OPERATORS = [{ name: 'ann', token: 'ann-token' }];
const API = '/api/v1/incidents';

async function exhaust(limit: GuessLimit, address: string): Promise<void> {
  for (let count = 0; count < 10; count++) {
    expect(await limit.wrong(address, `guess ${count}`)).toBe('few');
  }
}

/** Guesses that wait for their answers. */
async function hold(limit: GuessLimit, address: string, count: number) {
  const answers: string[] = [];
  for (let index = 0; index < count; index++) {
    void limit.wrong(address, `held ${index}`).then((answer) => answers.push(answer));
  }
  // Those that are not held answer without any time.
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  return answers;
}

describe('the limit of guesses', () => {
  it('answers ten wrong ones at once, and each beyond them after a second', async () => {
    const clock = createManualClock();
    const limit = createGuessLimit(clock);
    await exhaust(limit, '192.0.2.1');
    const answers = await hold(limit, '192.0.2.1', 1);
    await clock.advance(999);
    expect(answers).toEqual([]);
    await clock.advance(1);
    expect(answers).toEqual(['too_many']);
    await clock.advance(60_000);
    await exhaust(limit, '192.0.2.1');
  });

  it('does not look at another one while five are held, unless it was right before', async () => {
    const clock = createManualClock();
    const limit = createGuessLimit(clock);
    limit.right('mine');
    await exhaust(limit, '192.0.2.1');
    await hold(limit, '192.0.2.1', 4);
    expect(limit.mayTry('192.0.2.1', 'guess')).toBe(true);
    await hold(limit, '192.0.2.1', 1);
    expect(limit.mayTry('192.0.2.1', 'guess')).toBe(false);
    expect(limit.mayTry('192.0.2.1', 'mine')).toBe(true);
    expect(limit.mayTry('192.0.2.2', 'guess')).toBe(true);
    // A token that was revoked is no better than any other.
    await hold(limit, '192.0.2.1', 1);
    await limit.wrong('198.51.100.1', 'mine');
    expect(limit.mayTry('192.0.2.1', 'mine')).toBe(false);
    await clock.advance(1000);
    expect(limit.mayTry('192.0.2.1', 'guess')).toBe(true);
  });

  it('takes a network of IPv6 for one address', async () => {
    const limit = createGuessLimit(createManualClock());
    for (let count = 0; count < 10; count++) await limit.wrong(`2001:db8:1:2:${count}::1`, 'x');
    expect(await hold(limit, '2001:db8:1:2::ffff', 1)).toEqual([]);
    expect(await limit.wrong('2001:db8:1:3::1', 'x')).toBe('few');
  });

  it('holds a hundred answers at most, and forgets the addresses that are silent for longest', async () => {
    const clock = createManualClock();
    const limit = createGuessLimit(clock);
    for (let host = 0; host < 25; host++) {
      await exhaust(limit, `192.0.2.${host}`);
      await hold(limit, `192.0.2.${host}`, 5);
    }
    expect(clock.pendingTimers()).toBe(100);
    for (let host = 0; host < 10_000; host++) {
      await limit.wrong(`10.0.${host >> 8}.${host & 255}`, 'x');
    }
    expect(await limit.wrong('192.0.2.0', 'x')).toBe('few');
    await clock.advance(1000);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('never bars a credential that was right, whatever else comes from anywhere', async () => {
    const address = fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(address, fc.string()), { maxLength: 60 }), async (all) => {
        const limit = createGuessLimit(createManualClock());
        limit.right('mine');
        for (const [from, guess] of all) {
          if (guess !== 'mine') void limit.wrong(from, guess);
          expect(limit.mayTry(from, 'mine')).toBe(true);
        }
      }),
    );
  });
});

function ask(url: string, token: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return send(`${url}${API}`, { headers: { ...headers, Authorization: `Bearer ${token}` } });
}

function deliver(url: string, token: string): Promise<RawAnswer> {
  const headers = { Authorization: `Bearer ${token}` };
  return send(`${url}/api/v1/alerts/alertmanager`, { method: 'POST', headers, body: '{}' });
}

/** Moves time until something is held and answered. */
async function answerOf<T>(
  clock: { advance(durationMs: number): Promise<void> },
  answer: Promise<T>,
): Promise<T> {
  const state = { isThere: false };
  void answer.finally(() => (state.isThere = true));
  await expect
    .poll(
      async () => {
        await clock.advance(1000);
        return state.isThere;
      },
      { timeout: 20_000, interval: 5 },
    )
    .toBe(true);
  return answer;
}

describe('wrong tokens', () => {
  it('of the API are answered with 429 and a problem, and a right one at once', async () => {
    const { url, clock, service } = await startResponder({ operators: OPERATORS });
    expect((await ask(url, 'ann-token')).status).toBe(200);
    for (let count = 0; count < 10; count++) {
      expect((await ask(url, `guess-${count}`)).status).toBe(401);
    }
    const limited = await answerOf(clock, ask(url, 'guess-10'));
    expect([limited.status, limited.headers['retry-after']]).toEqual([429, '60']);
    expect(JSON.parse(limited.body)).toMatchObject({
      type: 'urn:crmwatch:problem:too-many-attempts',
    });
    // Nothing moves the clock here, so neither of these waits for anything.
    expect((await ask(url, 'ann-token')).status).toBe(200);
    expect((await send(`${url}/-/healthy`)).status).toBe(200);
    expect(service.wrongCredentials).toEqual([
      ...Array.from({ length: 10 }, () => ['bearer', false]),
      ['bearer', true],
    ]);
  });

  it('of a page and of the stream of events are limited too', async () => {
    for (const path of ['/', '/events', '/quarantine', '/api/v1/events']) {
      const { url, clock } = await startResponder({ operators: OPERATORS });
      for (let count = 0; count < 10; count++) await ask(url, 'guess');
      const headers = { Authorization: 'Bearer guess', Accept: 'text/html' };
      expect((await answerOf(clock, send(`${url}${path}`, { headers }))).status, path).toBe(429);
    }
  });

  it('of senders are answered with 401 for ever, and a right one with 200 at once', async () => {
    const senders = [createBearerSender('am', 'am-token')];
    const { url, clock, service } = await startResponder({ senders });
    for (let count = 0; count < 10; count++) {
      expect((await deliver(url, `guess-${count}`)).status).toBe(401);
    }
    expect((await answerOf(clock, deliver(url, 'guess-10'))).status).toBe(401);
    const held = Array.from({ length: 20 }, (_, index) => deliver(url, `more-${index}`));
    // A right one that was never seen before, from the same address, while wrong ones are held.
    expect((await deliver(url, 'am-token')).status).toBe(200);
    const answers = await answerOf(clock, Promise.all(held));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(service.refusals.filter((reason) => reason === 'unauthorised')).toHaveLength(31);
  });

  it('are counted by the address that a listed proxy saw, and by no other word', async () => {
    const proxyHeader = {
      userHeader: 'remote-user',
      groupsHeader: null,
      networks: ['127.0.0.1/32', '10.0.0.0/8'],
      roles: {},
      defaultRole: null,
      allowEmail: false,
    };
    const { url, clock } = await startResponder({ operators: OPERATORS, proxyHeader });
    const from = (hops: string) => ({ 'X-Forwarded-For': hops });
    for (let count = 0; count < 10; count++) {
      // What the client says of itself stands before what the proxy adds.
      await ask(url, 'guess', from(`203.0.113.${count}, 198.51.100.7, 10.1.2.3`));
    }
    const limited = ask(url, 'guess', from('203.0.113.99, 198.51.100.7'));
    expect((await answerOf(clock, limited)).status).toBe(429);
    expect((await ask(url, 'guess', from('198.51.100.8'))).status).toBe(401);
    const direct = await startResponder({ operators: OPERATORS });
    for (let count = 0; count < 10; count++) {
      await ask(direct.url, 'guess', from(`203.0.113.${count}`));
    }
    const pretended = ask(direct.url, 'guess', from('203.0.113.99'));
    expect((await answerOf(direct.clock, pretended)).status).toBe(429);
  });
});
