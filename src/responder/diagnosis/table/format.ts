import type { TableFormat } from './labelled-table.ts';

const SVMLIGHT_NAMES = /\.(svm|svmlight|libsvm)$/i;

/** By the end of the file's name. */
export function formatOf(place: string): TableFormat {
  return SVMLIGHT_NAMES.test(place) ? 'svmlight' : 'delimited';
}
