import { expect, test } from 'vitest';
import { createBatchLimit } from '../../../src/responder/pipeline/batch-limit.ts';

test('batches that take long become smaller, and short ones larger again', () => {
  const limit = createBatchLimit();
  expect(limit.current()).toBe(2000);
  limit.note(2000, 4000);
  expect(limit.current()).toBe(1000);
  limit.note(1000, 2000);
  expect(limit.current()).toBe(500);
  limit.note(500, 1000);
  expect(limit.current()).toBe(500);
  limit.note(500, 400);
  expect(limit.current()).toBe(1000);
});

test('where half as many take as long, the batches become large again and stay so', () => {
  const limit = createBatchLimit();
  limit.note(2000, 2000);
  expect(limit.current()).toBe(1000);
  limit.note(1000, 1900);
  expect(limit.current()).toBe(2000);
  limit.note(2000, 2500);
  expect(limit.current()).toBe(2000);
  limit.note(2000, 1400);
  limit.note(2000, 2500);
  expect(limit.current()).toBe(1000);
});

test('a few events that take long say nothing of larger batches', () => {
  const limit = createBatchLimit();
  limit.note(3, 5000);
  expect(limit.current()).toBe(2000);
});

test('a batch that its bytes made small is halved by what it took', () => {
  const limit = createBatchLimit();
  limit.note(600, 3000);
  expect(limit.current()).toBe(300);
});

test('there is a smallest and a largest batch', () => {
  const limit = createBatchLimit();
  for (let taken = 2000, durationMs = 64_000; taken >= 100; taken >>= 1, durationMs >>= 1) {
    limit.note(taken, durationMs);
  }
  expect(limit.current()).toBeGreaterThanOrEqual(100);
  for (let round = 0; round < 10; round++) limit.note(limit.current(), 10);
  expect(limit.current()).toBe(2000);
});
