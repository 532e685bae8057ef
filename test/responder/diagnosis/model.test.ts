import { describe, expect, it } from 'vitest';
import {
  decodeModel,
  decodeTrainingLines,
  encodeModel,
  evaluate,
  extractFeatures,
  train,
  classify,
  explain,
} from '../../../src/responder/diagnosis/diagnosis.ts';
import { CrmwatchError } from '../../../src/std/std.ts';
import {
  EMAIL,
  INVENTED_CLASSES,
  alertOf,
  evidenceOf,
  inventedEvidence,
  inventedRows,
  probeOf,
  signalOf,
} from './invented-evidence.ts';

const rows = inventedRows(6);
const model = train(rows, { strengthC: 1 });

function refusal(action: () => unknown): CrmwatchError {
  try {
    action();
  } catch (error) {
    if (error instanceof CrmwatchError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('train', () => {
  it('records what it was trained on and how it did on groups left out', () => {
    expect(model.classes).toEqual(INVENTED_CLASSES_IN_ORDER);
    expect(model.training).toMatchObject({
      rows: 36,
      groups: 6,
      strengthC: 1,
      converged: true,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(model.training.gradientNorm).toBeLessThanOrEqual(1e-8);
    expect(model.evaluation).toMatchObject({ folds: 6, accuracyRatio: 1, macroF1: 1 });
    expect(model.evaluation?.logLoss).toBeLessThan(0.3);
  });

  it('is the same to the bit every time, and another for other rows', () => {
    expect(encodeModel(train(rows, { strengthC: 1 }))).toBe(encodeModel(model));
    expect(train(rows.slice(1), { strengthC: 1 }).id).not.toBe(model.id);
  });

  it('chooses a weak penalty for clear rows and a strong one for contradicting rows', () => {
    const clear = inventedRows(6, ['service_outage', 'login_attack', 'no_fault']);
    expect(train(clear).training.strengthC).toBe(10);
    const contradicting = rows.map((row, index) => ({
      ...row,
      label: INVENTED_CLASSES[(index * 7) % 5] ?? row.label,
    }));
    expect(train(contradicting).training.strengthC).toBe(0.1);
  });

  it('has no figures when no group can be left out', () => {
    const together = rows.map((row) => ({ ...row, group: 'all' }));
    expect(train(together).evaluation).toBeNull();
    expect(refusal(() => evaluate(together)).code).toBe('training_data_invalid');
  });

  it('refuses rows of one class', () => {
    const same = rows.filter((row) => row.label === 'no_fault');
    expect(refusal(() => train(same)).code).toBe('training_data_invalid');
  });
});

const INVENTED_CLASSES_IN_ORDER = [
  'service_outage',
  'network_degradation',
  'credential_failure',
  'login_attack',
  'data_incomplete',
  'no_fault',
];

describe('evaluate', () => {
  it('counts a class that only one group has as wrong, and shows the confusion', () => {
    const odd = rows.filter((row) => row.label !== 'login_attack' || row.group === 'recording-0');
    const found = evaluate(odd, { strengthC: 1 });
    const attack = found.classes.find((figures) => figures.class === 'login_attack');
    expect(attack).toMatchObject({ rows: 1, recall: 0, f1: 0 });
    expect(found.accuracyRatio).toBeCloseTo(30 / 31, 12);
    // One of its precision's seven is the login attack.
    const mistaken = found.classes.filter(({ f1 }) => f1 > 0 && f1 < 1);
    expect(mistaken).toHaveLength(1);
    expect(mistaken[0]).toMatchObject({ rows: 6, recall: 1 });
    expect(mistaken[0]?.f1).toBeCloseTo(12 / 13, 12);
    expect(found.macroF1).toBeCloseTo((4 + 12 / 13) / 6, 12);
    expect(found.confusion.reduce((sum, cell) => sum + cell.rows, 0)).toBe(31);
    expect(found.logLoss).toBeGreaterThan(Math.log(1e15) / 31);
  });
});

describe('classify', () => {
  it('never calls it no fault while a probe failed in all its attempts', () => {
    const probes = [probeOf('certificate', 'tls')];
    const hard = classify(model, extractFeatures(evidenceOf({ probes })));
    expect(hard.probabilities.map((candidate) => candidate.class)).not.toContain('no_fault');
    expect(hard.probabilities.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(
      1,
      12,
    );
    const soft = [{ ...probeOf('certificate', 'tls'), hardFailure: false, attempt: 1 }];
    const maybe = classify(model, extractFeatures(evidenceOf({ probes: soft })));
    expect(maybe.probabilities.map((candidate) => candidate.class)).toContain('no_fault');
  });

  it.each(INVENTED_CLASSES)('recognises %s in evidence it has not seen', (label) => {
    const found = classify(model, extractFeatures(inventedEvidence(label, 9999)));
    expect(found.answer).toBe(label);
    expect(found.probability).toBeGreaterThan(0.6);
    expect(found.whyUnknown).toBeUndefined();
    const total = found.probabilities.reduce((sum, one) => sum + one.probability, 0);
    expect(total).toBeCloseTo(1, 12);
    const sorted = found.probabilities.toSorted((a, b) => b.probability - a.probability);
    expect(found.probabilities).toEqual(sorted);
  });

  it('does not name a fault when its best class is not probable enough', () => {
    const strict = { ...model, unknownBelowProbability: 0.9999 };
    const found = classify(strict, extractFeatures(inventedEvidence('login_attack', 9999)));
    expect(found.answer).toBe('unknown');
    expect(found.likeliest).toBe('login_attack');
    expect(found.whyUnknown).toMatch(/login_attack, has a probability of 0\.\d\d, less than 1\.00/);
  });

  it('does not know evidence made of what it never saw', () => {
    const evidence = evidenceOf({
      alerts: [alertOf('CrmDataOrphaned', { object: 'deal' })],
      signals: [signalOf('crm_orphan_ratio', 0.6, { labels: { object: 'deal' } })],
    });
    const found = classify(model, extractFeatures(evidence));
    expect(found.answer).toBe('unknown');
    expect(found.novelty.unseenRatio).toBe(1);
    expect(found.whyUnknown).toMatch(/abnormal features never occurred.*alert:CrmDataOrphaned/);
  });

  it('does not know evidence far outside the range of the training', () => {
    const alerts = Array.from({ length: 500 }, (_, index) =>
      alertOf('CrmDataIncomplete', { ...EMAIL, field: `field${index}` }),
    );
    const found = classify(model, extractFeatures(evidenceOf({ alerts })));
    expect(found.answer).toBe('unknown');
    expect(found.whyUnknown).toMatch(/outside the range of the training/);
  });

  it('is not surprised by what all training rows had in common', () => {
    const twoClasses = train(inventedRows(4, ['service_outage', 'credential_failure']));
    expect(twoClasses.constants['probe:login:failed']).toBe(1);
    const features = extractFeatures(inventedEvidence('credential_failure', 555));
    expect(classify(twoClasses, features).novelty.unseen).toEqual([]);
  });

  it('measures the distance below the range too', () => {
    const evidence = evidenceOf({
      signals: [
        signalOf('crm_api_latency_seconds', 0, {
          baselineMedian: 9000,
          baselineInterquartileRange: 0,
        }),
      ],
    });
    expect(classify(model, extractFeatures(evidence)).novelty.distance).toBeGreaterThan(2);
  });

  it('names no fault where nothing is out of the ordinary', () => {
    const faultsOnly = train(inventedRows(3, ['service_outage', 'login_attack']));
    const found = classify(faultsOnly, extractFeatures(evidenceOf()));
    expect(found.answer).toBe('unknown');
    expect(found.whyUnknown).toBe('nothing in the evidence is out of the ordinary');
    expect(classify(model, extractFeatures(inventedEvidence('no_fault', 77))).answer).toBe(
      'no_fault',
    );
  });
});

describe('explain', () => {
  const two = train(inventedRows(4, ['service_outage', 'credential_failure']));
  it.each([
    ['many', model],
    ['two', two],
  ])('adds up to the logit, for %s classes', (_, trained) => {
    for (const { evidence } of rows) {
      const features = extractFeatures(evidence);
      const { probabilities } = classify(trained, features);
      const scores = trained.classes.map((name) => {
        const explanation = explain(trained, features, name);
        const terms = explanation.reasons.flatMap((reason) => reason.terms);
        const sum = terms.reduce((total, term) => total + term.contribution, explanation.base);
        expect(Math.abs(sum - explanation.score)).toBeLessThan(1e-9);
        const merged = explanation.reasons.reduce((t, reason) => t + reason.contribution, 0);
        expect(Math.abs(explanation.base + merged - sum)).toBeLessThan(1e-9);
        return explanation.score;
      });
      const isBinary = trained.classes.length === 2;
      const weights = scores.map((score) => Math.exp(score));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const ofScore = (index: number): number =>
        isBinary ? 1 / (1 + Math.exp(-(scores[index] ?? 0))) : (weights[index] ?? 0) / total;
      const isPossible = (name: string): boolean =>
        probabilities.some((candidate) => candidate.class === name);
      const possible = trained.classes.map((name, index) =>
        isPossible(name) ? ofScore(index) : 0,
      );
      const share = possible.reduce((sum, probability) => sum + probability, 0);
      for (const { class: name, probability } of probabilities) {
        const expected = (possible[trained.classes.indexOf(name)] ?? 0) / share;
        expect(probability).toBeCloseTo(expected, 9);
      }
    }
  });

  it('merges the features of one fact into one readable reason with a link', () => {
    const features = extractFeatures(inventedEvidence('data_incomplete', 31));
    const { reasons } = explain(model, features, 'data_incomplete');
    const keys = reasons.map((reason) => reason.key);
    expect(new Set(keys).size).toBe(keys.length);
    const present = reasons.filter((reason) => reason.abnormal && reason.contribution > 0);
    const alert = present.find((reason) => reason.key === 'alert:CrmDataIncomplete');
    expect(alert?.terms.length).toBe(2);
    expect(alert?.text).toBe('alert CrmDataIncomplete fires');
    expect(alert?.link).toEqual({ kind: 'alert', name: 'CrmDataIncomplete' });
    const metric = present.find((reason) => reason.key === 'signal:crm_missing_ratio');
    expect(metric?.text).toMatch(/^the missing ratio of contact\.email is 0\.\d+, [\d.]+ robust/);
    expect(metric?.link).toMatchObject({ kind: 'metric', name: 'crm_missing_ratio' });
  });

  it('refuses a class that the model does not know', () => {
    const features = extractFeatures(evidenceOf({ probes: [probeOf('login', 'dns')] }));
    const error = refusal(() => explain(model, features, 'jobs_stalled'));
    expect(error.code).toBe('model_incompatible');
    expect(error.message).toContain('jobs_stalled');
  });
});

describe('decodeModel', () => {
  it('reads back what was written, to the last bit', () => {
    expect(decodeModel(JSON.parse(encodeModel(model)), 'model.json')).toEqual(model);
  });

  it.each([
    ['nothing', null, /model\.json|expected a map/],
    ['another schema', { ...model, schema: 'crmwatch.fault-classifier/2' }, /reads "crmwatch/],
    ['a missing key', { ...model, means: undefined }, /model\.json\.means: is missing/],
    ['a number that is none', { ...model, means: [Number.NaN] }, /model\.json\.means\[0\]/],
    ['a scale of zero', { ...model, scales: model.scales.map(() => 0) }, /scales\[0\]/],
    ['a short array', { ...model, means: [1] }, /means: 1 values for/],
    ['a short weight row', { ...model, weights: model.weights.map(() => [1]) }, /weights\[0\]: 1/],
    ['a missing weight row', { ...model, weights: model.weights.slice(1) }, /6 classes need 6/],
    [
      'a feature of another version',
      { ...model, features: ['alert:Gone', ...model.features.slice(1)] },
      /no feature "alert:Gone"/,
    ],
    ['an unknown class', { ...model, classes: ['gremlins', 'no_fault'] }, /classes\[0\]/],
  ])('refuses %s, with the place and the remedy', (_, value, message) => {
    const error = refusal(() => decodeModel(value, 'model.json'));
    expect(error.code).toBe('model_incompatible');
    expect(error.message).toMatch(message);
    expect(error.remedy).toContain('crmwatch train');
  });
});

describe('decodeTrainingLines', () => {
  it('reads rows and skips empty lines', () => {
    const text = rows.map((row) => JSON.stringify(row)).join('\n\n');
    expect(decodeTrainingLines(`${text}\n`, 'rows.jsonl')).toEqual(rows);
  });

  it.each([
    ['text that is no JSON', '\n{"label":', /^rows\.jsonl:2: not JSON/],
    ['an unknown label', '{"label":"gremlins","group":"a","evidence":{}}', /rows\.jsonl:1\.label/],
    ['the answer "unknown" as a label', '{"label":"unknown","group":"a","evidence":{}}', /label/],
    [
      'evidence of another shape',
      '{"label":"no_fault","group":"a","evidence":{}}',
      /rows\.jsonl:1\.evidence\.schema: is missing/,
    ],
    ['no rows', '\n', /has no rows/],
  ])('refuses %s', (_, text, message) => {
    const error = refusal(() => decodeTrainingLines(text, 'rows.jsonl'));
    expect(error.code).toBe('training_data_invalid');
    expect(error.message).toMatch(message);
  });
});
