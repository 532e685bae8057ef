export { qualityChecksDecoder } from './checks.ts';
export type { Format, ObjectChecks, OrphanCheck, QualityChecks } from './checks.ts';
export { isEmailAddress } from './email.ts';
export { measureQuality } from './measure.ts';
export type { QualityContext, QualityReport } from './measure.ts';
export type { MeasuredValue } from './measured-value.ts';
export { isPhoneNumber } from './phone.ts';
