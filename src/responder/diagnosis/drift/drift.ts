export { featureDrift } from './population-stability.ts';
export type { FeatureDrift, SeenEvidence } from './population-stability.ts';
export { watchAnswers } from './watch-answers.ts';
export type { AnswerDrift, KeptAnswer } from './watch-answers.ts';
