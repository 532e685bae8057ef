import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxControlOptions } from '../sandbox/sandbox.ts';
import { CrmwatchError, decode } from '../std/std.ts';

const FILE = 'sandbox-control.json';

const control = decode.object({
  url: decode.required(decode.url(), 'address of the control server'),
  token: decode.required(decode.text(), 'token of the control server'),
});

/** Lets `crmwatch sandbox` find the sandbox that a demonstration runs. Readable by its owner alone. */
export function writeSandboxFile(folder: string, options: SandboxControlOptions): void {
  const text = JSON.stringify({ url: options.url, token: options.token });
  writeFileSync(join(folder, FILE), text, { mode: 0o600 });
}

/** Finds the control server of the demonstration that uses this folder; throws sandbox_unreachable. */
export function findSandbox(folder: string): SandboxControlOptions {
  const path = join(folder, FILE);
  const remedy = 'start it with npm start, and name its folder with --data when it is not ./data';
  if (!existsSync(path)) {
    throw new CrmwatchError('sandbox_unreachable', `no sandbox was started in ${folder}`, {
      remedy,
    });
  }
  const decoded = decode.run(control, parseJson(readFileSync(path, 'utf8')), path);
  if (decoded.ok) return decoded.value;
  throw new CrmwatchError('sandbox_unreachable', `${path} is damaged`, { remedy });
}

/** Undefined, which decodes to nothing, when the text is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
