export { noveltyDecoder, noveltyProblem } from './decode-novelty.ts';
export { fitNovelty } from './fit-novelty.ts';
export { leaveClassesOut } from './leave-class-out.ts';
export type { LeaveClassOutOptions, LeftOutClass, UnknownPoint } from './leave-class-out.ts';
export { createNovelty } from './novelty.ts';
export type { Novelty } from './novelty.ts';
export type { NoveltyModel } from './novelty-model.ts';
export { createNoveltyReasons } from './reasons.ts';
export type { NoveltyReason, NoveltyReasons } from './reasons.ts';
