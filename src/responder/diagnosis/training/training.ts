export { SEVERAL_ANSWERS, figuresOfHeldOut } from './hold-model-to.ts';
export type { HeldOutFigures, HeldOutRow } from './hold-model-to.ts';
export type { AnswerFacts } from './judged-rows.ts';
export { observeRow } from './left-out.ts';
export { trainModel } from './train-model.ts';
export type { TrainOptions, Training } from './train-model.ts';
