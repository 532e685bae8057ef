import { html } from '../std/std.ts';
import type { Html } from '../std/std.ts';
import { CONSOLE_STYLES } from './asset-sources.ts';
import type { PageContext } from './views.ts';

export type PageOptions = {
  readonly title: string;
  /** Which navigation entry is the current page. */
  readonly section?: 'incidents' | 'maintenance' | 'quarantine';
  /** Address of the event stream; pages without one load no script. */
  readonly liveUrl?: string;
  /** `list` announces new rows in a banner; `page` updates everything in place. */
  readonly liveMode?: 'list' | 'page';
};

function scripts(options: PageOptions): Html | null {
  if (options.liveUrl === undefined) return null;
  return html`<script src="/assets/idiomorph.js" defer></script>
    <script src="/assets/live.js" defer></script>`;
}

function identity(context: PageContext): Html {
  if (context.means === 'proxy') {
    return html`<p class="who">
      <span>The proxy knows you as <strong>${context.actor}</strong>, ${context.role}</span>
    </p>`;
  }
  if (context.signedIn) {
    return html`<form method="post" action="/logout" class="who">
      <input type="hidden" name="form_token" value="${context.formToken}" />
      <span>Signed in as <strong>${context.actor}</strong>, ${context.role}</span>
      <button class="quiet" type="submit">Sign out</button>
    </form>`;
  }
  return html`<details class="who">
    <summary>You are <strong>${context.actor}</strong></summary>
    <form method="post" action="/name" id="name-form">
      <input type="hidden" name="form_token" value="${context.formToken}" />
      <label for="actor-name">Your name, as the timeline shows it</label>
      <input id="actor-name" name="name" maxlength="60" required autocomplete="name" />
      <button type="submit">Use this name</button>
    </form>
  </details>`;
}

/** A whole HTML document. No inline script and no inline style: the content security policy forbids both. */
export function page(options: PageOptions, context: PageContext | null, body: Html): string {
  const live = options.liveUrl === undefined ? null : html` data-live-url="${options.liveUrl}"`;
  const mode = options.liveMode === undefined ? null : html` data-live-mode="${options.liveMode}"`;
  const current = (section: PageOptions['section']): Html | null =>
    options.section === section ? html` aria-current="page"` : null;
  const document = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${options.title} · crmwatch</title>
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
    ${CONSOLE_STYLES.map((name) => html`<link rel="stylesheet" href="/assets/${name}" />`)}
    ${scripts(options)}
  </head>
  <body${live}${mode}>
    <a class="skip" href="#main">Skip to content</a>
    <header class="top">
      <a class="brand" href="/">${brandMark()}<span>crmwatch</span></a>
      ${
        context === null
          ? null
          : html`<nav aria-label="Main">
                <a href="/" ${current('incidents')}>Incidents</a>
                <a href="/maintenance" ${current('maintenance')}>Maintenance</a>
                <a href="/quarantine" ${current('quarantine')}>Quarantine</a>
              </nav>
              <p class="live-state" id="live-state" role="status" hidden></p>
              ${identity(context)}`
      }
    </header>
    <main id="main" tabindex="-1">${body}</main>
    <footer class="bottom">
      <p>
        crmwatch ${context?.version ?? ''}
        ${context === null ? null : html`· page made at ${clockText(context.nowMs)} · all times in UTC`}
      </p>
    </footer>
  </body>
</html>
`;
  return document.html;
}

function clockText(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(11, 19)} UTC`;
}

function brandMark(): Html {
  return html`<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
    <path class="mark-ring" d="M12 2.5a9.5 9.5 0 1 0 9.5 9.5" />
    <path class="mark-pulse" d="M2.5 12.5h5l2.2-5 3.6 9 2.2-4h6" />
  </svg>`;
}

/** The hidden field every state-changing form carries. */
export function formToken(context: PageContext): Html {
  return html`<input type="hidden" name="form_token" value="${context.formToken}" />`;
}
