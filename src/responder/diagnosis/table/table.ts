export type { LabelledTable, TableFormat, TableOptions } from './labelled-table.ts';
export { readTable } from './read-table.ts';
