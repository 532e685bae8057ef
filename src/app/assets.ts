import { readFileSync } from 'node:fs';
import { consoleAssetSources } from '../console/console.ts';
import { sha256Hex } from '../std/std.ts';
import type { Assets } from '../web/web.ts';

/** Reads the static files of the console once, so that web needs no file system. */
export function readAssets(): Assets {
  return new Map(
    consoleAssetSources().map(({ path, contentType, file }) => {
      const body = readFileSync(file);
      return [path, { contentType, body, etag: `"${sha256Hex(body).slice(0, 32)}"` }] as const;
    }),
  );
}
