import { describe, expect, it } from 'vitest';
import type { DiagnosisClass } from '../../../src/catalog/catalog.ts';
import {
  createClassify,
  createExplain,
  extractFeatures,
  tableOfEpisodes,
  trainModel,
} from '../../../src/responder/diagnosis/diagnosis.ts';
import type { TrainedModel } from '../../../src/responder/diagnosis/diagnosis.ts';
import { refusal } from '../../support/refusal.ts';
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

function trained(rows: ReturnType<typeof inventedRows>): TrainedModel {
  return trainModel(tableOfEpisodes(rows), { kind: 'evidence', strengthC: 1, folds: 3 }).model;
}

// Fewer than these know too little of what is usual to tell what is new.
const rows = inventedRows(12);
const model = trained(rows);
const classify = createClassify(model);

describe('classify', () => {
  it('never calls it no fault while a probe failed in all its attempts', () => {
    const probes = [probeOf('certificate', 'tls')];
    const hard = classify(extractFeatures(evidenceOf({ probes })));
    expect(hard.probabilities.map((candidate) => candidate.class)).not.toContain('no_fault');
    expect(hard.probabilities.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(
      1,
      12,
    );
    const soft = [{ ...probeOf('certificate', 'tls'), hardFailure: false, attempt: 1 }];
    const maybe = classify(extractFeatures(evidenceOf({ probes: soft })));
    expect(maybe.probabilities.map((candidate) => candidate.class)).toContain('no_fault');
  });

  it.each(INVENTED_CLASSES)('recognises %s in evidence it has not seen', (label) => {
    const found = classify(extractFeatures(inventedEvidence(label, 9999)));
    expect(found.answer).toBe(label);
    expect(found.probability).toBeGreaterThan(0.6);
    expect(found.whyUnknown).toBeUndefined();
    const total = found.probabilities.reduce((sum, one) => sum + one.probability, 0);
    expect(total).toBeCloseTo(1, 12);
    const sorted = found.probabilities.toSorted((a, b) => b.probability - a.probability);
    expect(found.probabilities).toEqual(sorted);
  });

  it('does not name a fault when its best class is not probable enough', () => {
    const costs = model.classes.map((actual) => ({ actual, answer: 'unknown', cost: 0 }));
    const strict = createClassify({ ...model, costs });
    const found = strict(extractFeatures(inventedEvidence('security_intrusion', 9999)));
    expect(found.answer).toBe('unknown');
    expect(found.likeliest).toBe('security_intrusion');
    expect(found.whyUnknown).toMatch(
      /security_intrusion, has a probability of \d\.\d\d: naming it is/,
    );
  });

  it('does not know evidence made of what it never saw', () => {
    const evidence = evidenceOf({
      alerts: [alertOf('CrmDataOrphaned', { object: 'deal' })],
      signals: [signalOf('crm_orphan_ratio', 0.6, { labels: { object: 'deal' } })],
    });
    const found = classify(extractFeatures(evidence));
    expect(found.answer).toBe('unknown');
    expect(found.unseen).toContain('alert:CrmDataOrphaned');
    expect(found.whyUnknown).toMatch(
      /facts never occurred in the training \(alert:CrmDataOrphaned/,
    );
  });

  it('does not know evidence far outside the range of the training', () => {
    const alerts = Array.from({ length: 500 }, (_, index) =>
      alertOf('CrmDataIncomplete', { ...EMAIL, field: `field${index}` }),
    );
    const found = classify(extractFeatures(evidenceOf({ alerts })));
    expect(found.answer).toBe('unknown');
    expect(found.whyUnknown).toMatch(
      /^[a-z_:A-Z]+ is [\d.]+, far beyond the 0 to [\d.]+ of the training$/,
    );
  });

  it('is not surprised by what all training rows had in common', () => {
    const twoClasses = trained(inventedRows(4, ['service_outage', 'authentication']));
    expect(twoClasses.constants['probe:login:failed']).toBe(1);
    const features = extractFeatures(inventedEvidence('authentication', 555));
    expect(createClassify(twoClasses)(features).unseen).toEqual([]);
  });

  it('names no fault where nothing is out of the ordinary', () => {
    const faultsOnly = trained(inventedRows(3, ['service_outage', 'security_intrusion']));
    const found = createClassify(faultsOnly)(extractFeatures(evidenceOf()));
    expect(found.answer).toBe('unknown');
    expect(found.whyUnknown).toBe('nothing in the evidence is out of the ordinary');
    expect(classify(extractFeatures(inventedEvidence('no_fault', 77))).answer).toBe('no_fault');
  });
});

describe('explain', () => {
  const two = trained(inventedRows(4, ['service_outage', 'authentication']));
  const explain = createExplain(model);

  it.each([
    ['many', model],
    ['two', two],
  ])('adds up to the logit, for %s classes', (_, one) => {
    const [classifyOne, explainOne] = [createClassify(one), createExplain(one)];
    const classes = one.classes as readonly DiagnosisClass[];
    for (const { evidence } of rows) {
      const features = extractFeatures(evidence);
      const { probabilities } = classifyOne(features);
      const scores = classes.map((name) => {
        const explanation = explainOne(features, name);
        const terms = explanation.reasons.flatMap((reason) => reason.terms);
        const sum = terms.reduce((total, term) => total + term.contribution, explanation.base);
        expect(Math.abs(sum - explanation.score)).toBeLessThan(1e-9);
        const merged = explanation.reasons.reduce((t, reason) => t + reason.contribution, 0);
        expect(Math.abs(explanation.base + merged - sum)).toBeLessThan(1e-9);
        return explanation.score;
      });
      const isBinary = classes.length === 2;
      const weights = scores.map((score) => Math.exp(score));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const ofScore = (index: number): number =>
        isBinary ? 1 / (1 + Math.exp(-(scores[index] ?? 0))) : (weights[index] ?? 0) / total;
      const isPossible = (name: string): boolean =>
        probabilities.some((candidate) => candidate.class === name);
      const possible = classes.map((name, index) => (isPossible(name) ? ofScore(index) : 0));
      const share = possible.reduce((sum, probability) => sum + probability, 0);
      for (const { class: name, probability } of probabilities) {
        const expected = (possible[classes.indexOf(name)] ?? 0) / share;
        expect(probability).toBeCloseTo(expected, 9);
      }
    }
  });

  it('merges the features of one fact into one readable reason with a link', () => {
    const features = extractFeatures(inventedEvidence('data_quality_import', 31));
    const { reasons } = explain(features, 'data_quality_import');
    const keys = reasons.map(({ subject }) => subject.key);
    expect(new Set(keys).size).toBe(keys.length);
    const present = reasons.filter(
      ({ subject, contribution }) => subject.abnormal && contribution > 0,
    );
    const alert = present.find(({ subject }) => subject.key === 'alert:CrmDataIncomplete');
    expect(alert?.terms.length).toBe(2);
    expect(alert?.subject.text).toBe('alert CrmDataIncomplete fires');
    expect(alert?.subject.link).toEqual({ kind: 'alert', name: 'CrmDataIncomplete' });
    const metric = present.find(({ subject }) => subject.key === 'signal:crm_missing_ratio');
    expect(metric?.subject.text).toMatch(
      /^the missing ratio of contact\.email is 0\.\d+, [\d.]+ robust/,
    );
    expect(metric?.subject.link).toMatchObject({ kind: 'metric', name: 'crm_missing_ratio' });
  });

  it('says why one class and not another: the logarithm of the ratio of their probabilities', () => {
    for (const { evidence } of rows) {
      const features = extractFeatures(evidence);
      const found = explain(features, 'data_quality_import', 'security_intrusion');
      expect(found.against).toBe('security_intrusion');
      const { probabilities } = classify(features);
      const [p, q] = ['data_quality_import', 'security_intrusion'].map(
        (name) => probabilities.find((one) => one.class === name)?.probability ?? 0,
      );
      expect(found.score).toBeCloseTo(Math.log(p! / q!), 8);
      const sum = found.reasons.reduce((total, one) => total + one.contribution, found.base);
      expect(Math.abs(sum - found.score)).toBeLessThan(1e-9);
    }
  });

  it('names the words whose absence says something, where the model knows them', () => {
    const saying = rows.map((row) => {
      const alerts = row.evidence.alerts.map((alert) => ({
        ...alert,
        words: row.label === 'network' ? ['answers', 'slow'] : [],
      }));
      return { ...row, evidence: { ...row.evidence, alerts } };
    });
    const one = trained(saying);
    expect(Object.values(one.dictionary).flat()).toContain('answers slow');
    const features = extractFeatures(inventedEvidence('data_quality_import', 31));
    const absentOf = (from: TrainedModel): string | undefined =>
      createExplain(from)(features, 'network').reasons.find(
        ({ subject }) => subject.key === 'absent',
      )?.subject.text;
    expect(absentOf(one)).toMatch(/^nothing says "(?:answers|slow|answers slow)", "/);
    expect(absentOf({ ...one, dictionary: {} })).toBe('');
    expect(absentOf(model)).toBeUndefined();
  });

  it('refuses a class that the model does not know', () => {
    const features = extractFeatures(evidenceOf({ probes: [probeOf('login', 'dns')] }));
    const error = refusal(() => explain(features, 'background_jobs'));
    expect(error.code).toBe('model_incompatible');
    expect(error.message).toContain('background_jobs');
  });
});
