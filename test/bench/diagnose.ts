import { readFileSync } from 'node:fs';
import { DEFAULT_MODEL_FILE, createDiagnose, readModel } from '../../src/app/app.ts';
import {
  createClassify,
  createExplain,
  decodeEpisodes,
  extractFeatures,
} from '../../src/responder/diagnosis/diagnosis.ts';
import type { Figure } from './main.ts';

const EPISODES = new URL('../../models/episodes.jsonl', import.meta.url);
const WARM_UP = 2000;
const RUNS = 5000;

/** Time of each run in microseconds, rising. */
function timesOf(run: (index: number) => void): Float64Array {
  for (let index = 0; index < WARM_UP; index++) run(index);
  const times = new Float64Array(RUNS);
  for (let index = 0; index < RUNS; index++) {
    const startMs = performance.now();
    run(index);
    times[index] = (performance.now() - startMs) * 1000;
  }
  return times.sort();
}

function figuresOf(name: string, times: Float64Array): readonly Figure[] {
  return [0.5, 0.99].map((share) => ({
    name: `${name}, ${share === 0.5 ? 'median' : '99th percentile'}`,
    value: times[Math.floor(share * times.length)] ?? 0,
    unit: 'µs',
  }));
}

/** What a diagnosis takes once its evidence is there, by the model that ships, on the recorded episodes. */
export function benchDiagnose(): readonly Figure[] {
  const episodes = decodeEpisodes(readFileSync(EPISODES, 'utf8'), 'models/episodes.jsonl');
  const evidence = episodes.map((episode) => episode.evidence);
  const features = evidence.map(extractFeatures);
  const model = readModel(DEFAULT_MODEL_FILE);
  const [classify, explain] = [createClassify(model), createExplain(model)];
  const diagnose = createDiagnose(model, { prometheusUrl: 'http://127.0.0.1:9090' });
  const at = <T>(list: readonly T[], index: number): T => list[index % list.length]!;
  return [
    ...figuresOf(
      'predict and explain features',
      timesOf((index) => {
        const own = at(features, index);
        explain(own, classify(own).likeliest);
      }),
    ),
    ...figuresOf(
      'evidence to class, suspects, reasons and reasons against the next class',
      timesOf((index) => void diagnose(at(evidence, index))),
    ),
  ];
}
