import { CrmwatchError } from '../../../std/std.ts';

export function refuseTable(message: string, remedy: string, cause?: unknown): never {
  throw new CrmwatchError('training_data_invalid', message, { remedy, cause });
}
