import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';

/** Rows under their heads; it scrolls by itself where the page is narrow, and by the keyboard too. */
export function plainTable(label: string, heads: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table class="plain">
      <thead>
        <tr>
          ${heads.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
