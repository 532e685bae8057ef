import { describe, expect, it } from 'vitest';

import { measureQuality, qualityChecksDecoder } from '../../../src/exporter/quality/quality.ts';
import type { QualityChecks } from '../../../src/exporter/quality/quality.ts';
import { createSeededRandom, createSystemClock, decode } from '../../../src/std/std.ts';
import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { page, success } from '../../support/pipedrive-server.ts';
import { createTargets } from '../../support/targets.ts';
import type { Target } from '../../support/targets.ts';

const CALL = { timeoutMs: 20_000 };
const SECRETS = { TOKEN: 's3cret' };
const OBJECTS = 10;
const FIELDS = { id: 'id', email: 'emails', changed: 'update_time' };
const objects = Object.fromEntries(
  Array.from({ length: OBJECTS }, (_, index) => [
    `object${index}`,
    { entity: index === 1 ? 'organizations' : 'persons', fields: FIELDS },
  ]),
);
const CONNECTION = {
  platform: 'pipedrive',
  authentication: { method: 'api_token', token: { environment: 'TOKEN' } },
  objects,
};

const startTarget = createTargets();
const queryOf = ({ path }: SeenRequest): URLSearchParams =>
  new URL(path, 'http://acme.pipedrive.test').searchParams;

/** Persons of which every third was deleted; of the others every fourth has no address. */
const personsUpTo = (highest: number): readonly object[] =>
  Array.from({ length: highest }, (_, index) => index + 1)
    .filter((id) => id % 3 !== 0)
    .map((id) => ({
      id,
      emails: id % 4 === 0 ? [] : [{ value: `${id}@example.com`, primary: true }],
      update_time: '2020-01-01T00:00:00Z',
    }));

const start = (respond: (request: SeenRequest) => GoodAnswer, seed = 1): Promise<Target> =>
  startTarget({
    respond,
    connection: CONNECTION,
    secrets: SECRETS,
    dependencies: { random: createSeededRandom(seed) },
  });

type Sampled = { readonly outcome: unknown; readonly ids: readonly number[] };

async function sample([connector]: Target, size: number): Promise<Sampled> {
  const ids: number[] = [];
  const outcome = await connector.sample?.(CALL, 'object0', ['id', 'email'], size, (rows) => {
    ids.push(...rows.map((row) => Number(row['id'])));
    return true;
  });
  return { outcome, ids };
}

const SAMPLED = { ok: true, value: { complete: false } };
const WHOLE = { ok: true, value: { complete: true } };

describe('a sample of Pipedrive', () => {
  const persons = personsUpTo(30_000);

  it('holds about as many records as were asked for, each once, wherever they stand', async () => {
    const target = await start((request) => page(persons, queryOf(request)));
    const { outcome, ids } = await sample(target, 1000);
    expect(outcome).toEqual(SAMPLED);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(1000);
    expect(ids.length).toBeLessThan(1100);
    // Two thirds of the identifiers lead to a record: one page of the newest and some 15 of a hundred.
    expect(target[1].seen.length).toBeLessThan(20);
    // A tenth of the records stands in each tenth of the identifiers; 5 standard deviations are 48.
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = ids.filter((id) => Math.floor((id - 1) / 3000) === tenth);
      expect(Math.abs(inside.length - ids.length / 10)).toBeLessThan(50);
    }
  });

  it('holds none that the list leaves out', async () => {
    const hidden = persons.map((person, index) =>
      index % 2 === 0
        ? { ...person, [index % 4 === 0 ? 'is_archived' : 'is_deleted']: true }
        : person,
    );
    const isListed = (person: object): boolean =>
      !('is_archived' in person || 'is_deleted' in person);
    const listed = new Set(hidden.filter(isListed).map((person) => (person as { id: number }).id));
    const target = await start((request) => {
      const query = queryOf(request);
      return page(query.has('ids') ? hidden : hidden.filter(isListed), query);
    });
    const { outcome, ids } = await sample(target, 300);
    expect(outcome).toEqual(SAMPLED);
    expect(ids.length).toBeGreaterThanOrEqual(300);
    expect(ids.filter((id) => !listed.has(id))).toEqual([]);
  });

  it('is another one each time', async () => {
    const target = await start((request) => page(persons, queryOf(request)));
    const first = await sample(target, 200);
    const second = await sample(target, 200);
    expect(first.ids).not.toEqual(second.ids);
  });

  it.each([
    ['has one page', 400, 100, 1],
    ['costs no more to read than to sample', 3000, 600, 4],
  ])('is all of an object that %s', async (_name, highest, size, requests) => {
    const target = await start((request) => page(personsUpTo(highest), queryOf(request)));
    const { outcome, ids } = await sample(target, size);
    expect(outcome).toEqual(WHOLE);
    expect(ids.toSorted((left, right) => left - right)).toEqual(
      personsUpTo(highest).map((person) => (person as { id: number }).id),
    );
    expect(target[1].seen).toHaveLength(requests);
  });

  it.each([
    ['few', 30],
    ['hardly any', 100],
  ])('is all of an object when %s of the identifiers lead to a record', async (_name, every) => {
    const few = personsUpTo(100_000).filter((_, index) => index % every === 0);
    const target = await start((request) => page(few, queryOf(request)));
    const { outcome, ids } = await sample(target, 1000);
    expect(outcome).toEqual(WHOLE);
    expect(new Set(ids).size).toBe(few.length);
    // One request of a hundred identifiers told it.
    expect(target[1].seen).toHaveLength(1 + Math.ceil(few.length / 500));
  });

  it.each([
    [
      'does not mind which ones are asked for',
      (query: URLSearchParams) => {
        query.delete('ids');
        return page(persons, query);
      },
    ],
    [
      'answers one of them twice',
      (query: URLSearchParams) => {
        if (!query.has('ids')) return page(persons, query);
        const [id] = query.get('ids')?.split(',').map(Number) ?? [];
        return success([{ id }, { id }], { additional_data: { next_cursor: null } });
      },
    ],
    [
      'gives the oldest ones first',
      (query: URLSearchParams) => {
        query.set('sort_direction', 'asc');
        return page(persons, query);
      },
    ],
    [
      'has no numbers for them',
      (query: URLSearchParams) =>
        page(
          persons.map((person) => ({ ...person, id: 'a' })),
          query,
        ),
    ],
  ])('is none when Pipedrive %s', async (_name, answer) => {
    const target = await start((request) => answer(queryOf(request)));
    const { outcome } = await sample(target, 1000);
    expect(outcome).toMatchObject({ failure: { reason: 'schema_changed' } });
  });

  it('keeps what fails in the middle', async () => {
    const target = await start((request) =>
      target[1].seen.length > 3
        ? { status: 429, body: {}, headers: { 'retry-after': '3' } }
        : page(persons, queryOf(request)),
    );
    const { outcome } = await sample(target, 1000);
    expect(outcome).toMatchObject({ failure: { reason: 'rate_limited' } });
  });
});

function checksOf(options: object): QualityChecks {
  const decoded = decode.run(qualityChecksDecoder, options);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
  return decoded.value;
}

/** 30,000 for each seat where the multiplier of the plan is 1 (pipedrive.readme.io, core-api-concepts-rate-limiting). */
const TOKENS_OF_A_SEAT = 30_000;
/** What a list of v2 costs, however long it is. */
const TOKENS_OF_A_LIST = 10;

describe('the quality of data of Pipedrive by sample', () => {
  it('stays under a hundredth of the tokens of 100 seats with 10 objects of any size each hour', async () => {
    const persons = personsUpTo(100_000);
    const [connector, server] = await start((request) => page(persons, queryOf(request)));
    const checks = checksOf({
      sample_size: 500,
      objects: Object.fromEntries(
        Object.keys(objects).map((name) => [name, { completeness: { fields: ['email'] } }]),
      ),
    });
    const { signal } = new AbortController();
    const clock = createSystemClock();
    const report = await measureQuality(checks, { connector, clock, timeoutMs: 60_000, signal });
    expect(report.failure).toBeUndefined();
    const shares = report.measured.filter(({ metric }) => metric === 'crm_missing_ratio');
    expect(shares).toHaveLength(OBJECTS);
    const tokensADay = server.seen.length * TOKENS_OF_A_LIST * 24;
    expect(tokensADay / (100 * TOKENS_OF_A_SEAT)).toBeLessThan(0.01);
  });
});
