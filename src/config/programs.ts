import { accessSync, constants, statSync } from 'node:fs';
import { describeFileError } from '../std/std.ts';
import type { Problem } from '../std/std.ts';
import type { TargetConfig } from './target.ts';

/** Every program that a target runs and that is no executable file for this user, with its place. */
export function checkPrograms(targets: readonly TargetConfig[]): readonly Problem[] {
  return targets.flatMap(({ connection: { programs = {} } }, index) =>
    Object.entries(programs).flatMap(([below, program]): readonly Problem[] => {
      const message = whyNotRunnable(program);
      if (message === undefined) return [];
      const remedy =
        'name an executable file by its whole path, or install the package that has it';
      return [{ place: `targets[${index}].connection.${below}`, message, remedy }];
    }),
  );
}

function whyNotRunnable(program: string): string | undefined {
  try {
    if (!statSync(program).isFile()) return `${program} is no file`;
    accessSync(program, constants.X_OK);
    return undefined;
  } catch (cause) {
    return describeFileError(program, cause);
  }
}
