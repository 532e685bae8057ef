import { CrmwatchError } from '../../../std/std.ts';
import type { ErrorCode } from '../../../std/std.ts';
import type { LabelledTable } from './labelled-table.ts';

export function refuseTable(
  message: string,
  remedy: string,
  { cause, code = 'training_data_invalid' }: { cause?: unknown; code?: ErrorCode } = {},
): never {
  throw new CrmwatchError(code, message, { remedy, cause });
}

/**
 * Where there is nothing to tell apart, there is nothing to learn.
 * @throws CrmwatchError training_data_invalid when the table has fewer than two classes.
 */
export function requireClasses({ classes }: Pick<LabelledTable, 'classes'>): void {
  if (classes.length >= 2) return;
  refuseTable(`all rows are of the class "${classes[0]}"`, 'give rows of at least two classes');
}
