import { createJudgeEvidence } from '../responder/diagnosis/diagnosis.ts';
import type { EvidenceJudgement, TrainedModel } from '../responder/diagnosis/diagnosis.ts';
import type { Evidence } from '../responder/evidence/evidence.ts';
import type { DiagnosisView } from '../responder/incidents/incidents.ts';
import type { Diagnosed, ModelJudgement, ModelsInForce } from '../responder/pipeline/pipeline.ts';
import { errorMessage, sleep } from '../std/std.ts';
import type { Clock, Logger } from '../std/std.ts';
import { createDiagnose } from './diagnosis.ts';
import type { Diagnose, DiagnoseOptions } from './diagnosis.ts';

/** What a diagnosis waits for its shadow at most. */
const SHADOW_LIMIT_MS = 2000;

type Prepared = {
  readonly diagnose: Diagnose;
  readonly judge: (evidence: Evidence) => EvidenceJudgement;
};

export type LearnedDiagnosisParts = DiagnoseOptions & {
  readonly models: ModelsInForce;
  readonly clock: Clock;
  readonly logger: Logger;
};

/**
 * Diagnoses with the champion of the moment, and lets the challenger judge the same evidence. Whatever becomes of the
 * challenger, the answer is that of the champion.
 */
export function createLearnedDiagnosis({
  models,
  clock,
  logger,
  ...options
}: LearnedDiagnosisParts): (evidence: Evidence) => Promise<Diagnosed> {
  const prepared = new WeakMap<TrainedModel, Prepared>();

  function prepare(model: TrainedModel): Prepared {
    const known = prepared.get(model);
    if (known !== undefined) return known;
    const made = {
      diagnose: createDiagnose(model, options),
      judge: createJudgeEvidence(model),
    };
    prepared.set(model, made);
    return made;
  }

  async function judgeAs(id: string, evidence: Evidence): Promise<ModelJudgement> {
    const { answer, probabilities } = prepare(await models.load(id)).judge(evidence);
    return { modelId: id, role: 'challenger', answer, probabilities };
  }

  async function judgeInShadow(id: string, evidence: Evidence): Promise<ModelJudgement> {
    const limit = new AbortController();
    const late = sleep(clock, SHADOW_LIMIT_MS, limit.signal).then((): never => {
      throw new Error(`it took longer than ${SHADOW_LIMIT_MS} ms`);
    });
    const judged = judgeAs(id, evidence);
    try {
      return await Promise.race([judged, late]);
    } catch (error) {
      const problem = errorMessage(error);
      logger.warn('the challenger could not judge', { model: id, why: problem });
      return { modelId: id, role: 'challenger', problem };
    } finally {
      // Whichever of the two is still under way is of no interest any more.
      judged.catch(() => {});
      late.catch(() => {});
      limit.abort();
    }
  }

  return async (evidence) => {
    const { champion, challenger } = await models.current();
    const { diagnose, judge } = prepare(champion);
    const view = diagnose(evidence);
    const { answer, probabilities } = judge(evidence);
    const own: ModelJudgement = { modelId: champion.id, role: 'champion', answer, probabilities };
    if (challenger === null || challenger === champion.id) return { view, judgements: [own] };
    const other = await judgeInShadow(challenger, evidence);
    return { view: besideView(view, other), judgements: [own, other] };
  };
}

/** What the challenger would have said, where that is something else. */
function besideView(view: DiagnosisView, judgement: ModelJudgement): DiagnosisView {
  if ('problem' in judgement || judgement.answer === view.answer) return view;
  const { modelId, answer } = judgement;
  return { ...view, challenger: { modelId, answer } };
}
