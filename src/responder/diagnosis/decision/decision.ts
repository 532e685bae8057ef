export { UNKNOWN_ANSWER, costMatrix, decide } from './decide.ts';
export type { Cost, CostMatrix, Decision } from './decide.ts';
export { readCosts } from './read-costs.ts';
