export { isNumber, readCells } from './cells.ts';
export type { CellRow, Cells } from './cells.ts';
export { hasClass, singleRows } from './labelled-table.ts';
export type { LabelledTable, TableFormat, TableOptions } from './labelled-table.ts';
export { readKnownRows } from './read-known-rows.ts';
export type { KnownRow, KnownRows } from './read-known-rows.ts';
export { readTable } from './read-table.ts';
export { refuseTable, requireClasses } from './refuse.ts';
