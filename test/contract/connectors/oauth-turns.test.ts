import { describe, expect, it } from 'vitest';

import { startBudget } from '../../../src/exporter/connectors/web/budget.ts';
import { REQUEST, createOauthWorld } from '../../support/oauth-world.ts';
import type { TokenAnswer } from '../../support/oauth-world.ts';

const CLIENT = {
  method: 'client_credentials',
  client_id: 'us',
  client_secret: { environment: 'SECRET' },
};

/** What a promise came to, where it is settled. */
async function orWaits(promise: Promise<unknown>): Promise<unknown> {
  return Promise.race([promise, Promise.resolve('still waits')]);
}

describe('a token that is under way', () => {
  it('is waited for no longer than there is time, by each who needs it', async () => {
    const { promise, resolve } = Promise.withResolvers<TokenAnswer>();
    const world = createOauthWorld({ options: CLIENT, endpoint: () => promise });
    const patient = world.header(60_000);
    const hurried = world.header(1000);
    const abort = new AbortController();
    const call = { timeoutMs: 60_000, signal: abort.signal };
    const aborted = world.credential.headersFor(REQUEST, startBudget(call, world.clock));
    abort.abort();
    await world.clock.advance(1000);
    const timeout = { ok: false, failure: { reason: 'timeout' } };
    expect(await orWaits(hurried)).toMatchObject(timeout);
    expect(await orWaits(aborted)).toMatchObject(timeout);
    resolve({ body: { access_token: 'a1' } });
    expect(await patient).toMatchObject({ value: 'Bearer a1' });
    expect(world.forms).toHaveLength(1);
  });

  it('is asked for again by who has time left when the one who asked for it had none', async () => {
    let isSilent = true;
    const world = createOauthWorld({
      options: CLIENT,
      endpoint: () => (isSilent ? 'timeout' : { body: { access_token: 'a1' } }),
    });
    const hurried = world.header(1000);
    const patient = [world.header(60_000), world.header(60_000)];
    isSilent = false;
    expect(await hurried).toMatchObject({ failure: { reason: 'timeout' } });
    for (const header of await Promise.all(patient)) {
      expect(header).toMatchObject({ value: 'Bearer a1' });
    }
    expect(world.forms).toHaveLength(2);
  });

  it('is not begun for who has no time until its turn, where one spoils another', async () => {
    const options = {
      ...CLIENT,
      method: 'refresh_token',
      refresh_token: { environment: 'REFRESH' },
    };
    const { promise, resolve } = Promise.withResolvers<TokenAnswer>();
    const world = createOauthWorld({ options, endpoint: () => promise });
    const first = world.header(60_000);
    const proof = world.credential.prove(startBudget({ timeoutMs: 1000 }, world.clock));
    await world.clock.advance(1000);
    expect(await orWaits(proof)).toMatchObject({ ok: false, failure: { reason: 'timeout' } });
    resolve({ body: { access_token: 'a1' } });
    expect(await first).toMatchObject({ ok: true });
    await world.clock.advance(1000);
    expect(world.forms).toHaveLength(1);
  });
});
