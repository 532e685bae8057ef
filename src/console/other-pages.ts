import { html } from '../std/std.ts';
import { page } from './layout.ts';
import { renderMarkdown } from './markdown.ts';
import type { IncidentDetailView, PageContext } from './views.ts';

/** The review of an incident, from its Markdown. */
export function reviewPage(
  view: Pick<IncidentDetailView, 'id' | 'title'>,
  markdown: string,
  context: PageContext,
): string {
  const address = `/incidents/${encodeURIComponent(view.id)}`;
  const heading = /^#\s/m.test(markdown) ? null : html`<h1>Review: ${view.title}</h1>`;
  const body = html`<nav class="crumbs" aria-label="Breadcrumb">
      <a href="/">Incidents</a> <span aria-hidden="true">›</span>
      <a href="${address}">${view.title}</a> <span aria-hidden="true">›</span> <span>Review</span>
    </nav>
    <p class="review-tools">
      <a class="button" href="${address}/review.md">Download as Markdown</a>
    </p>
    <article class="card prose">${heading}${renderMarkdown(markdown)}</article>`;
  return page({ title: `Review: ${view.title}`, section: 'incidents' }, context, body);
}

export type LoginView = {
  /** A local path to go to afterwards. */
  readonly next: string;
  readonly problem: string | null;
};

/** Asks for the access token; there are no accounts yet. */
export function loginPage(view: LoginView): string {
  const body = html`<div class="card login">
    <h1>Sign in</h1>
    ${view.problem === null ? null : html`<p class="banner critical" role="alert" id="login-problem">${view.problem}</p>`}
    <form method="post" action="/login">
      <input type="hidden" name="next" value="${view.next}" />
      <label for="login-name">Your name, as the timeline shows it</label>
      <input id="login-name" name="name" maxlength="60" required autocomplete="name" />
      <label for="login-token">Access token</label>
      <input
        id="login-token"
        name="token"
        type="password"
        required
        maxlength="1000"
        autocomplete="current-password"
      />
      <button class="primary" type="submit">Sign in</button>
    </form>
    <p class="muted small">
      The token is the one under <code>console_token</code> in the configuration of the responder.
    </p>
  </div>`;
  return page({ title: 'Sign in' }, null, body);
}

export type MessageView = {
  readonly title: string;
  readonly message: string;
  readonly remedy: string;
  /** Where to go from here. */
  readonly link?: { readonly href: string; readonly label: string };
};

/** Not found, refused and failed, in plain words with the way out. */
export function messagePage(view: MessageView, context: PageContext | null): string {
  const link = view.link ?? { href: '/', label: 'Go to the incidents' };
  const body = html`<div class="card message">
    <h1>${view.title}</h1>
    <p>${view.message}</p>
    <p>${view.remedy}</p>
    <p><a class="button" href="${link.href}">${link.label}</a></p>
  </div>`;
  return page({ title: view.title }, context, body);
}
