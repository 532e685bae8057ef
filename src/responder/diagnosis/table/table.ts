export { isNumber, readCells } from './cells.ts';
export type { CellRow, Cells } from './cells.ts';
export type { LabelledTable, TableFormat, TableOptions } from './labelled-table.ts';
export { refuseTable } from './refuse.ts';
export { readTable } from './read-table.ts';
