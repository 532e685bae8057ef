import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeEpisodes, extractFeatures } from '../../src/responder/diagnosis/diagnosis.ts';
import type { Figure } from './main.ts';

const EPISODES = join(import.meta.dirname, '..', '..', 'models', 'episodes.jsonl');
const ROUNDS = 20;
const WORDS =
  'api of <target> is slow the <call> api call of <target> takes <number> in the mean'.split(' ');

/** The features of each recorded episode, its alerts with as many words as those of our own rules have. */
export function measureFeatures(): readonly Figure[] {
  const rows = decodeEpisodes(readFileSync(EPISODES, 'utf8'), EPISODES);
  const evidences = rows.map(({ evidence }) => ({
    ...evidence,
    alerts: evidence.alerts.map((alert) => ({ ...alert, words: WORDS })),
  }));
  const times = Array.from({ length: ROUNDS }, () =>
    evidences.map((evidence) => {
      const begin = performance.now();
      extractFeatures(evidence);
      return 1000 * (performance.now() - begin);
    }),
  )
    // What the compiler needs at first is no part of it.
    .slice(ROUNDS / 2)
    .flat()
    .toSorted((a, b) => a - b);
  const quantile = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? 0;
  return [
    { name: 'features of one evidence, median', value: quantile(0.5), unit: 'µs' },
    { name: 'features of one evidence, 95th percentile', value: quantile(0.95), unit: 'µs' },
  ];
}
