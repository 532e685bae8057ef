import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backoffDelayMs,
  createId,
  createSeededRandom,
  html,
  secretReference,
  decode,
  secretsEqual,
  sleep,
} from '../../src/std/std.ts';
import { createManualClock } from '../support/manual-clock.ts';

describe('html', () => {
  it('escapes every interpolated text and keeps nested pieces', () => {
    const piece = html`<b title="${'"&\''}">${'<script>'}</b>`;
    expect(html`<p>${[piece, null, false, 3]}</p>`.html).toBe(
      '<p><b title="&quot;&amp;&#39;">&lt;script&gt;</b>3</p>',
    );
  });

  it('never lets a tag through', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(html`${text}`.html).not.toMatch(/[<>"']/);
      }),
    );
  });
});

describe('backoffDelayMs', () => {
  it('stays between zero and the capped exponential', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100 }), fc.integer(), (attempt, seed) => {
        const random = createSeededRandom(seed);
        const delayMs = backoffDelayMs(attempt, { baseMs: 100, maximumMs: 60_000 }, random);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(Math.min(60_000, 100 * 2 ** attempt));
      }),
    );
  });
});

describe('ids and secrets', () => {
  it('makes identifiers that sort by time', () => {
    const random = createSeededRandom(1);
    const early = createId('inc', 1_000, random);
    const late = createId('inc', 2_000_000_000_000, random);
    expect([late, early].toSorted()).toEqual([early, late]);
    expect(early).toMatch(/^inc_[0-9a-f]{22}$/);
  });

  it('compares secrets of any length', () => {
    expect(secretsEqual('token', 'token')).toBe(true);
    expect(secretsEqual('token', 'token2')).toBe(false);
    expect(secretsEqual('', 'x')).toBe(false);
  });

  it('wants exactly one place of a secret', () => {
    expect(decode.run(secretReference(), { file: '/run/x' }).ok).toBe(true);
    expect(decode.run(secretReference(), { environment: 'TOKEN' }).ok).toBe(true);
    expect(decode.run(secretReference(), {}).ok).toBe(false);
    expect(decode.run(secretReference(), { file: 'a', environment: 'B' }).ok).toBe(false);
    expect(decode.run(secretReference(), 'plain-text-secret').ok).toBe(false);
  });
});

describe('sleep', () => {
  it('ends with its time or with the signal, and leaves no timer behind', async () => {
    const clock = createManualClock();
    const controller = new AbortController();
    const slept = sleep(clock, 1000);
    const aborted = sleep(clock, 1000, controller.signal);
    controller.abort();
    await aborted;
    expect(clock.pendingTimers()).toBe(1);
    await clock.advance(1000);
    await slept;
    expect(clock.pendingTimers()).toBe(0);
  });
});
