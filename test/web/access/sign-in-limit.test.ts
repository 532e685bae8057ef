import { describe, expect, it } from 'vitest';
import { createSignInLimit } from '../../../src/web/access/sign-in-limit.ts';
import { createManualClock } from '../../support/manual-clock.ts';

describe('the limit of failed sign-ins', () => {
  it('holds for one address alone, and forgets after a minute', async () => {
    const clock = createManualClock();
    const limit = createSignInLimit(clock);
    for (let count = 0; count < 10; count++) limit.add('192.0.2.1');
    expect([limit.isReached('192.0.2.1'), limit.isReached('192.0.2.2')]).toEqual([true, false]);
    await clock.advance(59_999);
    expect(limit.isReached('192.0.2.1')).toBe(true);
    await clock.advance(1);
    expect(limit.isReached('192.0.2.1')).toBe(false);
  });

  it('holds for all addresses together', () => {
    const limit = createSignInLimit(createManualClock());
    for (let count = 0; count < 100; count++) limit.add(`192.0.2.${count}`);
    expect(limit.isReached('203.0.113.1')).toBe(true);
  });

  it('takes a network of IPv6 for one address', () => {
    const limit = createSignInLimit(createManualClock());
    for (let count = 0; count < 10; count++) limit.add(`2001:db8:1:2:${count}::1`);
    expect(limit.isReached('2001:db8:1:2::ffff')).toBe(true);
    expect(limit.isReached('2001:db8:1:3::1')).toBe(false);
    expect(limit.isReached('::ffff:192.0.2.1')).toBe(false);
  });

  it('is not reset by the clock on the wall', () => {
    const clock = createManualClock();
    const limit = createSignInLimit(clock);
    for (let count = 0; count < 10; count++) limit.add('192.0.2.1');
    clock.jump(3_600_000);
    expect(limit.isReached('192.0.2.1')).toBe(true);
  });
});
