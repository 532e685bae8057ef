import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createLine, createQueue, transitMs } from '../../src/sandbox/front/line.ts';
import { createSeededRandom } from '../../src/std/std.ts';
import { createManualClock } from '../support/manual-clock.ts';

const UNLUCKY = { next: () => 0 };
const EVEN = { next: () => 0.5 };

describe('the time on the line', () => {
  it('is nothing on a good line', () => {
    expect(transitMs(createLine(), 1_000_000, UNLUCKY)).toBe(0);
  });

  it('is the delay within its jitter, and more for more bytes', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(100_000), fc.integer(), (delayMs, bytes, seed) => {
        const line = { ...createLine(), delayMs, jitterRatio: 0.3, bytesPerSecond: 10_000 };
        const serialisedMs = bytes / 10;
        const found = transitMs(line, bytes, createSeededRandom(seed)) - serialisedMs;
        expect(found).toBeGreaterThanOrEqual(0.7 * delayMs - 1e-6);
        expect(found).toBeLessThanOrEqual(1.3 * delayMs + 1e-6);
      }),
    );
  });

  it('waits for a retransmission of what is lost, longer each time, but not for ever', () => {
    const lossy = { ...createLine(), lossRatio: 0.4 };
    expect(transitMs(lossy, 10, EVEN)).toBe(0);
    expect(transitMs(lossy, 10, UNLUCKY)).toBe(1000 + 2000 + 4000 + 8000);
  });
});

describe('the queue of a line', () => {
  it('keeps the order and the times, whatever is pushed when', async () => {
    const step = fc.record({ waitMs: fc.nat(50), afterMs: fc.nat(200), bytes: fc.nat(9) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const clock = createManualClock();
        const queue = createQueue(clock);
        const arrived: { readonly number: number; readonly early: boolean }[] = [];
        for (const [number, { waitMs, afterMs, bytes }] of steps.entries()) {
          await clock.advance(waitMs);
          const dueMs = clock.monotonicMs() + afterMs;
          queue.push(afterMs, bytes, () =>
            arrived.push({ number, early: clock.monotonicMs() < dueMs }),
          );
        }
        await clock.advance(1000);
        expect(arrived.map(({ number }) => number)).toEqual(steps.map((_, number) => number));
        expect(arrived.some(({ early }) => early)).toBe(false);
        expect(queue.size()).toBe(0);
        expect(clock.pendingTimers()).toBe(0);
      }),
    );
  });

  it('forgets everything at its end', async () => {
    const clock = createManualClock();
    const queue = createQueue(clock);
    let ran = 0;
    queue.push(10, 1, () => ran++);
    queue.end();
    await clock.advance(100);
    expect(ran).toBe(0);
    expect(clock.pendingTimers()).toBe(0);
  });
});
