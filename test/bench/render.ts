import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Figure } from './main.ts';

/** Renderers that are measured, each in a process of its own: memory and compiled code are then its own too. */
const RENDERERS = [
  'crmwatch',
  'crmwatch-whole',
  'prom-client',
  'prometheus-io-client',
  'opentelemetry',
] as const;

/** Renders 50,000 gauges with five labels with our exposition and with its peers, in the same run. */
export function benchRender(): readonly Figure[] {
  return RENDERERS.flatMap((renderer): readonly Figure[] => {
    const child = join(import.meta.dirname, '../support/render-child.ts');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--expose-gc', child, renderer],
      { encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    if (status !== 0) throw new Error(`${renderer}: ${stderr}`);
    return JSON.parse(stdout) as readonly Figure[];
  });
}
