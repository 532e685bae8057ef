export { answeredPoints } from './answered.ts';
export { evaluationPage } from './evaluation-page.ts';
export { meanOwnLimit, meanPoints } from './left-out.ts';
export { leftOutPage } from './left-out-page.ts';
export type { ReportSource } from './source.ts';
export { FIGURE_TITLES } from './wording.ts';
