import { existsSync, linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { formatYaml } from '../../config/config.ts';
import type { ProposedTarget } from '../../app/app.ts';
import { CrmwatchError, describeFileError, systemErrorCode } from '../../std/std.ts';
import type { Fields } from '../../std/std.ts';
import { plain } from './remedies.ts';

export type NewTarget = {
  readonly name: string;
  readonly connection: Fields;
  readonly proposed?: ProposedTarget;
};

/** A configuration of one target, with what was left out of it as remarks at its head. */
export function renderConfiguration({ name, connection, proposed }: NewTarget): string {
  const { probes = {}, thresholds = {}, remarks = [] } = proposed ?? {};
  const target = {
    name,
    connection,
    ...(Object.keys(probes).length === 0 ? {} : { probes }),
    ...(Object.keys(thresholds).length === 0 ? {} : { thresholds }),
  };
  const head = [
    '# Written by crmwatch init. docs/CONFIGURATION.md explains every key.',
    ...(remarks.length === 0 ? [] : ['# What it found while it tried this:']),
    ...remarks.map((remark) => `# - ${plain(remark)}`),
  ];
  return `${head.join('\n')}\n${formatYaml({ targets: [target] })}`;
}

/** Throws a usage error when a file is there that nobody said may go. */
export function requireNew(path: string, mayOverwrite: boolean): void {
  if (mayOverwrite || !existsSync(path)) return;
  throw new CrmwatchError('usage', `${path} is there already, and was not changed`, {
    remedy: 'name another file: --output FILE, or overwrite this one: --force',
  });
}

/** Writes the file whole or not at all, readable by its owner alone. */
export function writeConfiguration(path: string, text: string, mayOverwrite: boolean): void {
  const fresh = `${path}.${process.pid}.new`;
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
    // A link fails where something has got there meanwhile; renaming would not.
    if (mayOverwrite) renameSync(fresh, path);
    else linkSync(fresh, path);
  } catch (cause) {
    if (systemErrorCode(cause) === 'EEXIST') requireNew(path, false);
    throw new CrmwatchError('usage', describeFileError(path, cause), {
      remedy: 'name a file that this user may write: --output FILE',
      cause,
    });
  } finally {
    rmSync(fresh, { force: true });
  }
}
