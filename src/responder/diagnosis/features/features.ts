export { dictionaryOf } from './dictionary.ts';
export type { Dictionary } from './dictionary.ts';
export { extractFeatures, isFeatureName } from './extract.ts';
export type { Feature, FeatureLink, Features, FeatureSubject } from './feature.ts';
export { hasFailed } from './probe-features.ts';
