import { html, sha256Hex } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { shellText } from './source.ts';
import type { ReportSource } from './source.ts';
import { STYLE } from './style.ts';

/** Nothing is loaded and nothing runs: the page says so itself, and allows its one style by its hash. */
const POLICY = `default-src 'none'; style-src 'sha256-${Buffer.from(sha256Hex(STYLE), 'hex').toString('base64')}'; base-uri 'none'; form-action 'none'`;

export type Card = {
  /** Unique on its page. */
  readonly id: string;
  readonly title: string;
  /** What is seen, and how to read it. */
  readonly lead?: string;
  readonly body: Html | readonly (Html | null)[];
  /** Over the whole width of the page. */
  readonly isWide?: boolean;
};

export type Page = {
  readonly title: string;
  /** Facts beneath the title. */
  readonly facts: readonly string[];
  readonly source: ReportSource;
  readonly cards: readonly Card[];
};

/** One file that needs nothing else: the same values give the same text. */
export function renderPage({ title, facts, source, cards }: Page): string {
  const style: Html = { html: `<style>${STYLE}</style>` };
  return `${
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title}: ${source.name}</title>
          ${style}
        </head>
        <body>
          <header>
            <h1>${title}: <bdi>${source.name}</bdi></h1>
            <ul class="facts">
              ${facts.map((fact) => html`<li>${fact}</li>`)}
            </ul>
          </header>
          <main>${cards.map(card)} ${card(sourceCard(source))}</main>
        </body>
      </html>`.html
  }\n`;
}

function card({ id, title, lead, body, isWide = false }: Card): Html {
  return html`<section class="${isWide ? 'card wide' : 'card'}" aria-labelledby="card-${id}">
    <h2 id="card-${id}">${title}</h2>
    ${lead === undefined ? null : html`<p class="lead">${lead}</p>`} ${body}
  </section>`;
}

function sourceCard({ files, command, version }: ReportSource): Card {
  return {
    id: 'source',
    title: 'How to make this again',
    isWide: true,
    body: html`<p>
        With crmwatch ${version} and the same data, this gives the same file to the byte:
      </p>
      <pre><code>${shellText(command)}</code></pre>
      <table>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          ${files.map(
            (file) =>
              html`<tr>
                <th scope="row"><bdi>${file.name}</bdi></th>
                <td class="hash">${file.sha256}</td>
              </tr>`,
          )}
        </tbody>
      </table>`,
  };
}

/** What may be wider than a telephone moves within its own frame, by keyboard as well. */
export function scrolling(name: string, content: Html): Html {
  return html`<div class="scrolling" role="region" aria-label="${name}" tabindex="0">
    ${content}
  </div>`;
}
