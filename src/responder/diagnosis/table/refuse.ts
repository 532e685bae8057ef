import { CrmwatchError } from '../../../std/std.ts';
import type { ErrorCode } from '../../../std/std.ts';

export function refuseTable(
  message: string,
  remedy: string,
  { cause, code = 'training_data_invalid' }: { cause?: unknown; code?: ErrorCode } = {},
): never {
  throw new CrmwatchError(code, message, { remedy, cause });
}
