import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { px } from './svg.ts';

/** A share as a bar beside its number in a cell of a table; the number says it already, so nothing is read out. */
export function shareBar(share: number | null): Html {
  return html`<svg
    class="share-bar"
    viewBox="0 0 100 8"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <rect class="track" width="100" height="8" />
    <rect class="bar" width="${px((share ?? 0) * 100)}" height="8" />
  </svg>`;
}
