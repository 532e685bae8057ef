export { fitPlatt } from './platt.ts';
export type { PlattScaling, ScoredCase } from './platt.ts';
export { fitTemperature } from './temperature.ts';
export type { ScoredRow } from './temperature.ts';
