import { describe, expect, it } from 'vitest';
import {
  LEASE_MS,
  TRUST_MS,
  RENEW_MS,
  judgeLeases,
  replicaLease,
  watchLeases,
} from '../../../src/responder/pipeline/lease-watch.ts';
import type { LeaseRecord } from '../../../src/responder/pipeline/lease-records.ts';

const NAME = 'reconciler';

function lease(changes: Partial<LeaseRecord> = {}): LeaseRecord {
  return { name: NAME, holder: 'other', fence: 1, renewals: 1, ...changes };
}

/** What a replica concludes that looked once at 0 and once more at `nowMs`. */
function judge(
  before: readonly LeaseRecord[],
  after: readonly LeaseRecord[],
  { nowMs = LEASE_MS, isAlone = false }: { nowMs?: number; isAlone?: boolean } = {},
): ReturnType<typeof judgeLeases> {
  const seen = watchLeases(after, watchLeases(before, new Map(), 0), nowMs);
  return judgeLeases(seen, { replica: 'me', wanted: [NAME], nowMs, isAlone });
}

describe('a lease', () => {
  it.each([
    ['nobody ever held', [], true],
    ['was given back', [lease({ holder: '' })], true],
    ['showed no sign of life for its length', [lease()], true],
  ])('is free when it %s', (_, rows, isFree) => {
    expect(judge(rows, rows).free).toEqual(isFree ? [NAME] : []);
  });

  it.each([
    ['was renewed', lease({ renewals: 2 })],
    ['went to another one', lease({ holder: 'third', fence: 2 })],
  ])('is not when it %s since the first look', (_, row) => {
    expect(judge([lease()], [row]).free).toEqual([]);
  });

  it('is not before its length is over, whatever the clock of its holder says', () => {
    expect(judge([lease()], [lease()], { nowMs: LEASE_MS - 1 }).free).toEqual([]);
  });

  it('is free at once for who cannot have company', () => {
    expect(judge([], [lease()], { nowMs: 0, isAlone: true }).free).toEqual([NAME]);
  });
});

describe('a replica', () => {
  const alive = lease({ name: replicaLease('other') });

  it('is dead when its own lease shows no sign of life', () => {
    expect(judge([alive], [alive]).dead).toMatchObject([{ holder: 'other' }]);
    expect(judge([alive], [{ ...alive, renewals: 2 }]).dead).toEqual([]);
  });

  it('never takes itself for dead', () => {
    const own = { ...alive, name: replicaLease('me'), holder: 'me' };
    expect(judge([own], [own]).dead).toEqual([]);
  });

  it('stops trusting its leases well before others may count it as dead', () => {
    expect(RENEW_MS * 2).toBeLessThanOrEqual(TRUST_MS);
    expect(TRUST_MS + RENEW_MS).toBeLessThanOrEqual(LEASE_MS);
  });
});
