import type { ModelDescription } from '../responder/diagnosis/diagnosis.ts';
import type { ModelOverview, Promotion, ShadowComparison } from '../responder/pipeline/pipeline.ts';
import { describeFigures } from './evaluate-text.ts';

function dateOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
}

function quoted(words: readonly string[]): string {
  return words.map((word) => ` "${word}"`).join(',');
}

/** What `crmwatch model show` prints. */
export function describeModelFile(model: ModelDescription): readonly string[] {
  const { training, evaluation, calibration } = model;
  const calibrated =
    calibration.kind === 'platt'
      ? `Platt's scaling, slope ${calibration.slope.toFixed(3)}, offset ${calibration.offset.toFixed(3)}`
      : `temperature ${calibration.temperature.toFixed(3)}`;
  return [
    `model        ${model.id}, of ${model.kind === 'table' ? 'a table' : 'evidence'}`,
    `schema       ${model.schema}`,
    `classes      ${model.classes.length}: ${model.classes.join(', ')}`,
    `features     ${model.featureCount}, of which ${model.encodedColumnCount} columns were made`,
    `recipe       ${training.encoding}, C ${training.strengthC}`,
    `fit          ${training.iterations} iterations, gradient ${training.gradientNorm.toExponential(1)}`,
    `calibration  ${calibrated}`,
    `unknown      above a novelty of ${model.noveltyLimit.toFixed(4)}`,
    `costs        ${model.costs.length === 0 ? 'the usual ones' : ''}`.trimEnd(),
    ...model.costs.map(({ actual, answer, cost }) => `  ${actual} answered as ${answer}: ${cost}`),
    `training     ${training.rows} rows in ${training.groups} groups, SHA-256 ${training.sha256}`,
    '',
    ...(evaluation === null
      ? ['no group of rows could be left out: nothing is known about how well it does']
      : [`left-out groups (${evaluation.folds} folds):`, ...describeFigures(evaluation.figures)]),
    '',
    'what speaks most for and against each class, in log-odds per standard deviation:',
    ...model.byClass.flatMap(({ class: name, weights }) => [
      `  ${name}`,
      ...weights.map(
        ({ feature, words, form, weight }) =>
          `    ${weight < 0 ? '' : '+'}${weight.toFixed(3)}  ${feature}${quoted(words)} (${form})`,
      ),
    ]),
  ];
}

/** What `crmwatch model list` prints. */
export function describeModels(overview: ModelOverview): readonly string[] {
  const { roles, configured, models, history } = overview;
  const roleOf = (id: string): string => {
    if (id === (roles.champion ?? configured)) return 'champion';
    if (id === roles.challenger) return 'challenger';
    return roles.former.includes(id) ? 'champion before' : '';
  };
  const known = models.some(({ id }) => id === configured);
  return [
    ...(known ? [] : [`${configured}  ${roleOf(configured).padEnd(15)}  from the configuration`]),
    ...models.map(
      ({ id, addedAtMs, addedBy, note }) =>
        `${id}  ${roleOf(id).padEnd(15)}  added ${dateOf(addedAtMs)} by ${addedBy}${note === '' ? '' : `: ${note}`}`,
    ),
    ...(history.length === 0 ? [] : ['', 'what happened:']),
    ...history.map(
      ({ modelId, role, atMs, actor, why }) =>
        `  ${dateOf(atMs)}  ${modelId}  ${role} by ${actor}${why === '' ? '' : `: ${why}`}`,
    ),
  ];
}

/** The figures by which a promotion is decided. */
export function describeComparison(comparison: ShadowComparison): readonly string[] {
  const { championId, challengerId, incidents, logLoss, gain, recalls, objections } = comparison;
  return [
    `champion ${championId}, challenger ${challengerId}`,
    `${incidents} incidents were judged by both before they were labelled`,
    ...(logLoss === null || gain === null
      ? []
      : [
          `log-loss ${logLoss.champion.toFixed(4)} to ${logLoss.challenger.toFixed(4)}, gain ${gain.difference.toFixed(4)}, 95 % interval ${gain.interval.low.toFixed(4)} to ${gain.interval.high.toFixed(4)}`,
          '',
          '  class                    incidents   recall now   then',
          ...recalls.map(
            (recall) =>
              `  ${recall.class.padEnd(24)} ${String(recall.incidents).padStart(9)}   ${recall.champion.toFixed(3).padStart(10)}  ${recall.challenger.toFixed(3)}`,
          ),
          '',
        ]),
    ...(objections.length === 0
      ? ['nothing speaks against the challenger']
      : ['against the challenger:', ...objections.map((objection) => `  ${objection}`)]),
  ];
}

export function describePromotion(promotion: Promotion): readonly string[] {
  const { isPromoted, challengerId, championId } = promotion;
  return [
    ...describeComparison(promotion),
    isPromoted
      ? `promoted: ${challengerId} answers now, and ${championId} is kept for a rollback`
      : 'not promoted',
  ];
}
