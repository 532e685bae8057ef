export { SUSPICIOUS_DEVIATIONS, calleesFirst } from './callees-first.ts';
export type { Moved } from './callees-first.ts';
export { rankComponents } from './rank-components.ts';
export type { ComponentSuspect } from './rank-components.ts';
export { readCallGraph, readSeries, timeOf } from './read-series.ts';
export type { SeriesOptions } from './read-series.ts';
export type { SeriesScore } from './score-series.ts';
export type { CallGraph, MetricSeries } from './series.ts';
