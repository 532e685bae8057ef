import { statSync } from 'node:fs';
import { CrmwatchError } from '../std/std.ts';
import type { WebConfig, WebConfigSource } from '../web/web.ts';
import { formatProblems } from './load.ts';
import { readWebConfig } from './web-config.ts';
import type { WebConfigResult } from './web-config.ts';

/** What tells whether a file is still the same: another file, a change of its content or of its length. */
function stateOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? 'none' : `${found.ino} ${found.mtimeMs} ${found.size}`;
}

function stateOfAll(files: readonly string[]): string {
  return files.map(stateOf).join('\n');
}

/**
 * The web configuration in a file, read anew when the file or one that it names has changed. Throws config_invalid with
 * every problem while it cannot be used, and works again once it is mended.
 */
export function createWebConfigSource(path: string): WebConfigSource {
  let result: WebConfigResult | undefined;
  let state = '';
  return {
    current(): WebConfig {
      if (result === undefined || stateOfAll(result.files) !== state) {
        result = readWebConfig(path);
        state = stateOfAll(result.files);
      }
      if (result.ok) return result.config;
      throw new CrmwatchError(
        'config_invalid',
        `${path} has problems:\n${formatProblems(result.problems)}`,
        { remedy: `mend these and try: crmwatch check-web-config ${path}` },
      );
    },
  };
}
