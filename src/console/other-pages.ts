import { html } from '../std/std.ts';
import { page } from './layout.ts';
import { renderMarkdown } from './markdown.ts';
import type { Html } from '../std/std.ts';
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
  /** Whether there is a token that one can sign in with. */
  readonly hasTokens: boolean;
  /** The identity provider that one can sign in at, as people know it. */
  readonly provider: string | null;
  /** After signing out: where the identity provider is told so too. */
  readonly endSessionUrl?: string | null;
};

function providerLink(provider: string, next: string): Html {
  return html`<p>
    <a class="button primary" id="provider" href="/login/oidc?next=${encodeURIComponent(next)}"
      >Sign in at ${provider}</a
    >
  </p>`;
}

function tokenForm(view: LoginView): Html {
  return html`<form method="post" action="/login">
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
      <button class="${view.provider === null ? 'primary' : ''}" type="submit">
        Sign in with the token
      </button>
    </form>
    <p class="muted small">
      The token is the one under <code>console_token</code>, or your own under
      <code>access.tokens_for_people</code>, in the configuration of the responder.
    </p>`;
}

function signedOut(endSessionUrl: string, provider: string): Html {
  return html`<p class="banner" role="status" id="signed-out">
    You are signed out here. <a href="${endSessionUrl}">Sign out of ${provider} too</a>
  </p>`;
}

/** Leads to the identity provider, asks for a token, or lets choose between both. */
export function loginPage(view: LoginView): string {
  const { provider, problem, endSessionUrl = null, hasTokens } = view;
  const tokens =
    provider === null || !hasTokens
      ? tokenForm(view)
      : html`<details class="other-way" ${problem === null ? null : html` open`}>
          <summary>Sign in with a token instead</summary>
          ${tokenForm(view)}
        </details>`;
  const body = html`<div class="card login">
    <h1>Sign in</h1>
    ${endSessionUrl === null ? null : signedOut(endSessionUrl, provider ?? 'the provider')}
    ${problem === null ? null : html`<p class="banner critical" role="alert" id="login-problem">${problem}</p>`}
    ${provider === null ? null : providerLink(provider, view.next)}
    ${provider !== null && !hasTokens ? null : tokens}
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
