export { bootstrapIntervals } from './bootstrap.ts';
export type { BootstrapOptions, Interval } from './bootstrap.ts';
export { pairedBootstrap } from './paired-bootstrap.ts';
export type { LossPair, PairedDifference } from './paired-bootstrap.ts';
export type { Prediction } from './prediction.ts';
export { accuracyAtCoverage, riskCoverage } from './risk-coverage.ts';
export type { CoveragePoint } from './risk-coverage.ts';
export {
  accuracy,
  areaUnderRoc,
  brierScore,
  calibrationBins,
  classFigures,
  expectedCalibrationError,
  logLoss,
  lossOf,
  macroF1,
  topAccuracy,
} from './scores.ts';
export type { CalibrationBin, ClassFigures } from './scores.ts';
export { FIGURE_NAMES, reportOn } from './report.ts';
export type { Figure, FigureName, Report, ReportOptions } from './report.ts';
