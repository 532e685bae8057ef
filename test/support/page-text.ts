import { gunzipSync } from 'node:zlib';
import { PLAIN_SCRAPE } from '../../src/exporter/exposition/exposition.ts';
import type {
  AnsweredRun,
  Exposition,
  RenderedPage,
} from '../../src/exporter/exposition/exposition.ts';
import { renderProbe } from '../../src/exporter/exposition/exposition.ts';

/** The text of a page, whatever it was compressed with. */
export function pageText(page: RenderedPage): string {
  const bytes = Buffer.concat(page.body);
  return (page.contentEncoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
}

/** /metrics as text 0.0.4. */
export async function metricsText(exposition: Exposition): Promise<string> {
  return pageText(await exposition.render(PLAIN_SCRAPE));
}

/** /probe as text 0.0.4. */
export async function probeText(...runs: readonly AnsweredRun['run'][]): Promise<string> {
  return pageText(
    await renderProbe(
      runs.map((run) => ({ run, ageSeconds: 0 })),
      PLAIN_SCRAPE,
    ),
  );
}
