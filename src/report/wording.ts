import type { FigureName } from '../responder/diagnosis/diagnosis.ts';

/** What each figure is called, on the command line and on the page. */
export const FIGURE_TITLES: Readonly<Record<FigureName, string>> = {
  accuracy: 'accuracy',
  macroF1: 'macro-F1',
  topThree: 'right class among the first three',
  logLoss: 'log-loss (nats)',
  brier: 'Brier score (0 to 2)',
  calibrationError: 'expected calibration error (15 bins)',
  areaUnderRoc: 'area under ROC, each class against the rest',
  accuracyAt90: 'accuracy of the surest 90 %',
};

/** Figures of which more is better; they lie between 0 and 1. Of the others less is better, and 0 is best. */
export const SHARES: readonly FigureName[] = [
  'accuracy',
  'macroF1',
  'topThree',
  'accuracyAt90',
  'areaUnderRoc',
];
