import { describe, expect, it } from 'vitest';

import {
  apiRemovals,
  createSunsetMemory,
} from '../../../src/exporter/connectors/web/api-removals.ts';
import type { HttpAnswer } from '../../../src/http/http.ts';
import { createTargets } from '../../support/targets.ts';

const CALL = { timeoutMs: 5000 };
const ANNOUNCED = Date.UTC(2028, 8, 1);
const SUNSET = 'Sun, 31 Dec 2028 23:59:59 GMT';
const startTarget = createTargets();

async function endsOf(headers: Record<string, string>, more: object = {}): Promise<unknown> {
  const authentication = { method: 'api_key', key: { environment: 'KEY' } };
  const [connector] = await startTarget({
    respond: () => ({ body: {}, headers }),
    connection: { platform: 'espocrm', authentication, ...more },
    secrets: { KEY: 'k' },
  });
  const outcome = await connector.apiRemovals?.(CALL);
  return outcome?.ok === true ? outcome.value.map(({ removedAtMs }) => removedAtMs) : outcome;
}

describe('the end of an API', () => {
  it('is unknown where nobody announces one', async () => {
    expect(await endsOf({})).toMatchObject([{ known: false, reason: 'empty' }]);
  });

  it('is told by the header Sunset of its answers', async () => {
    expect(await endsOf({ sunset: SUNSET })).toEqual([{ known: true, value: Date.parse(SUNSET) }]);
    for (const day of ['2028-12-31', '2028-12-31T00:00:00Z', 'Sunday, 31-Dec-28 00:00:00 GMT']) {
      expect(await endsOf({ sunset: day })).toEqual([
        { known: true, value: Date.UTC(2028, 11, 31) },
      ]);
    }
    // The last two would be times in the zone of this machine, and 5 a day of 2001.
    const none = ['soon', '5', '2028-13-01', 'Sun, 31 Dec 2028 23:59:59', '2028-12-31T23:59:59'];
    for (const sunset of none) {
      expect(await endsOf({ sunset }), sunset).toMatchObject([{ known: false, reason: 'empty' }]);
    }
  });

  it('is what the configuration says, before anything else', async () => {
    expect(await endsOf({ sunset: SUNSET }, { api_ends: '2030-01-01' })).toEqual([
      { known: true, value: Date.UTC(2030, 0, 1) },
    ]);
  });

  it('is not known of an API that does not answer', async () => {
    const authentication = { method: 'api_key', key: { environment: 'KEY' } };
    const [connector] = await startTarget({
      respond: () => ({ status: 410, body: {} }),
      connection: { platform: 'espocrm', authentication, api_ends: '2030-01-01' },
      secrets: { KEY: 'k' },
    });
    expect(await connector.apiRemovals?.(CALL)).toMatchObject({
      ok: false,
      failure: { reason: 'not_found' },
    });
  });
});

describe('what is remembered of Sunset', () => {
  const answer = (sunset?: string): HttpAnswer =>
    ({ headers: sunset === undefined ? {} : { sunset } }) as unknown as HttpAnswer;

  it('is the earliest of the last answers of all paths', () => {
    const sunsets = createSunsetMemory();
    expect(sunsets.earliestMs()).toBeUndefined();
    sunsets.note('/a', answer('Fri, 01 Jan 2027 00:00:00 GMT'));
    sunsets.note('/b', answer('Sat, 01 Jan 2028 00:00:00 GMT'));
    expect(sunsets.earliestMs()).toBe(Date.UTC(2027, 0, 1));
    sunsets.note('/a', answer('Mon, 01 Jan 2029 00:00:00 GMT'));
    expect(sunsets.earliestMs()).toBe(Date.UTC(2028, 0, 1));
    sunsets.note('/b', answer());
    expect(sunsets.earliestMs()).toBe(Date.UTC(2029, 0, 1));
  });

  it('is bounded, whatever paths hold', () => {
    const sunsets = createSunsetMemory();
    sunsets.note('/first', answer('Fri, 01 Jan 2027 00:00:00 GMT'));
    for (let id = 0; id < 1000; id++) sunsets.note(`/${id}`, answer(SUNSET));
    expect(sunsets.earliestMs()).toBe(Date.parse(SUNSET));
  });

  it('counts beside what the vendor announced, whichever is earlier', () => {
    const sunsets = createSunsetMemory();
    const ends = (): unknown =>
      apiRemovals([{ api: 'v1', removedAtMs: ANNOUNCED }, { api: 'v2' }], undefined, sunsets);
    expect(ends()).toMatchObject([
      { api: 'v1', removedAtMs: { value: ANNOUNCED } },
      { api: 'v2', removedAtMs: { known: false } },
    ]);
    sunsets.note('/v1', answer(SUNSET));
    expect(ends()).toMatchObject([
      { removedAtMs: { value: ANNOUNCED } },
      { removedAtMs: { value: Date.parse(SUNSET) } },
    ]);
  });
});
