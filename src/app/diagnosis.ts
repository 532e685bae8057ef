import { readFileSync } from 'node:fs';
import { NO_FAULT, UNKNOWN_FAULT } from '../catalog/catalog.ts';
import type { DiagnosisClass } from '../catalog/catalog.ts';
import {
  createClassify,
  createExplain,
  decodeModel,
  extractFeatures,
  localise,
} from '../responder/diagnosis/diagnosis.ts';
import type { ModelKind, Reason, TrainedModel } from '../responder/diagnosis/diagnosis.ts';
import type { Evidence } from '../responder/evidence/evidence.ts';
import type { DiagnosisReason, DiagnosisView } from '../responder/incidents/incidents.ts';
import { CrmwatchError, describeFileError, errorMessage } from '../std/std.ts';
import { linkOfFact } from './fact-links.ts';

/** Reasons and alternatives beyond these say nothing any more. */
const MAXIMUM_REASONS = 8;
const MAXIMUM_RIVAL_REASONS = 4;
const MAXIMUM_ALTERNATIVES = 4;
const MAXIMUM_COMPONENTS = 5;

/** Reads a model file, of evidence unless said; throws model_incompatible with the remedy. */
export function readModel(path: string, kind: ModelKind | null = 'evidence'): TrainedModel {
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
  return decodeModel(value, path, kind ?? undefined);
}

/** The whole judgement about one evidence: class or unknown, probability, reasons and suspected components. */
export type Diagnose = (evidence: Evidence) => DiagnosisView;

export type DiagnoseOptions = {
  /** Where the facts behind reasons are shown; without it reasons have no links. */
  readonly prometheusUrl?: string;
  /** How many reasons are given; 8 unless said. */
  readonly maximumReasons?: number;
  /** The class that the likeliest one is compared with; the one that comes next unless said. */
  readonly against?: DiagnosisClass;
};

/**
 * Prepares a model of evidence for many judgements.
 * @throws CrmwatchError model_incompatible, when it is used, for a class to compare with that the model does not know.
 */
export function createDiagnose(model: TrainedModel, options: DiagnoseOptions = {}): Diagnose {
  const { prometheusUrl, maximumReasons = MAXIMUM_REASONS } = options;
  const [classify, explain] = [createClassify(model), createExplain(model)];
  return (evidence) => {
    const features = extractFeatures(evidence);
    const { answer, likeliest, also, probability, probabilities, whyUnknown } = classify(features);
    const named = [likeliest, ...also.map((other) => other.class)];
    const components = answer === NO_FAULT ? [] : localise(evidence);
    const alternatives = probabilities.filter(
      (candidate) => answer === UNKNOWN_FAULT || !named.includes(candidate.class),
    );
    const rival =
      options.against ?? probabilities.find((candidate) => !named.includes(candidate.class))?.class;
    const told = (reasons: readonly Reason[], count: number): readonly DiagnosisReason[] =>
      largest(reasons, count).map(({ subject: { text, link }, contribution }) => {
        const address =
          prometheusUrl === undefined ? undefined : linkOfFact(link, evidence, prometheusUrl);
        return { text, contribution, ...(address === undefined ? {} : { link: address }) };
      });
    return {
      answer,
      probability,
      ...(also.length === 0 ? {} : { also }),
      alternatives: alternatives.slice(0, MAXIMUM_ALTERNATIVES),
      reasons: told(explain(features, likeliest).reasons, maximumReasons),
      ...(rival === undefined
        ? {}
        : {
            rival: {
              class: rival,
              reasons: told(explain(features, likeliest, rival).reasons, MAXIMUM_RIVAL_REASONS),
            },
          }),
      components: components
        .slice(0, MAXIMUM_COMPONENTS)
        .map(({ name, score, why, movedBefore }) => ({
          name,
          score,
          why: movedBefore === undefined ? why : `${why}; ${movedBefore} depends on it`,
        })),
      modelId: model.id,
      ...(whyUnknown === undefined ? {} : { whyUnknown }),
    };
  };
}

/** What says nothing to a person, as that words are not there which the model has no names for, is left out. */
function largest(reasons: readonly Reason[], count: number): readonly Reason[] {
  const sorted = reasons.toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const told: Reason[] = [];
  // Sentences are written when they are read, so only as many are as are told.
  for (const reason of sorted) {
    if (told.length >= count) break;
    if (reason.subject.text !== '') told.push(reason);
  }
  return told;
}
