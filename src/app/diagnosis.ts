import { readFileSync } from 'node:fs';
import { NO_FAULT } from '../catalog/catalog.ts';
import {
  classify,
  decodeModel,
  explain,
  extractFeatures,
  localise,
} from '../responder/diagnosis/diagnosis.ts';
import type { FaultModel, Reason } from '../responder/diagnosis/diagnosis.ts';
import type { Evidence } from '../responder/evidence/evidence.ts';
import type { DiagnosisView } from '../responder/incidents/incidents.ts';
import { CrmwatchError, describeFileError, errorMessage } from '../std/std.ts';

/** Reasons and alternatives beyond these say nothing any more. */
const MAXIMUM_REASONS = 8;
const MAXIMUM_ALTERNATIVES = 4;
const MAXIMUM_COMPONENTS = 5;

/** Reads a model file; throws model_incompatible with the remedy. */
export function readModel(path: string): FaultModel {
  const remedy =
    'name a model file made by `crmwatch train`, or name none to use the one that ships';
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CrmwatchError('model_incompatible', describeFileError(path, cause), {
      remedy,
      cause,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CrmwatchError('model_incompatible', `${path} is no JSON: ${errorMessage(cause)}`, {
      remedy,
      cause,
    });
  }
  return decodeModel(value, path);
}

function linkOf({ link }: Reason): { link?: string } {
  if (link.kind === 'incident') return {};
  return { link: `${link.kind}:${link.name}` };
}

/** The whole judgement about one evidence: class or unknown, probability, reasons and suspected components. */
export function diagnoseEvidence(model: FaultModel, evidence: Evidence): DiagnosisView {
  const features = extractFeatures(evidence);
  const { answer, likeliest, probability, probabilities, whyUnknown } = classify(model, features);
  const reasons = explain(model, features, likeliest).reasons;
  const components = answer === NO_FAULT ? [] : localise(evidence);
  const alternatives = probabilities.filter((candidate) => candidate.class !== answer);
  return {
    answer,
    probability,
    alternatives: alternatives.slice(0, MAXIMUM_ALTERNATIVES),
    reasons: reasons
      .toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
      .slice(0, MAXIMUM_REASONS)
      .map((reason) => ({
        text: reason.text,
        contribution: reason.contribution,
        ...linkOf(reason),
      })),
    components: components
      .slice(0, MAXIMUM_COMPONENTS)
      .map(({ name, score, why }) => ({ name, score, why })),
    modelId: model.id,
    ...(whyUnknown === undefined ? {} : { whyUnknown }),
  };
}
