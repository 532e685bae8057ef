import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exporterLandingPage,
  incidentDetailPage,
  incidentListPage,
  loginPage,
  messagePage,
  probeHistoryPage,
  renderMarkdown,
  reviewPage,
} from '../../src/console/console.ts';
import {
  SAMPLE_NOW_MS,
  sampleDetail,
  sampleHistory,
  samplePageContext,
  sampleStatistics,
  sampleSummaries,
  sampleTargets,
} from '../support/console-samples.ts';

/** Text with everything that could break out of an element, an attribute or Markdown. */
const HOSTILE = fc.oneof(
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    '</title></textarea></option><svg onload=alert(1)>',
    'javascript:alert(1)',
    '[x](javascript:alert(1)) `</code><b>` **<i>**',
    '| <u> | --- |\n```\n</pre><s>\n```',
  ),
  fc.string({
    unit: fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '`',
      '*',
      '|',
      '[',
      ']',
      '(',
      ')',
      '#',
      '\n',
      ' ',
      'a',
      '/',
      '=',
    ),
  }),
);

/** Strings that the types bind to a closed set, or that are compared rather than shown. */
const CLOSED_KEYS = new Set(['phase', 'recovery', 'answer', 'status', 'outcome', 'state']);

/** The same value with every free string replaced by `hostile`. */
function poison(value: unknown, hostile: string, key = ''): unknown {
  if (typeof value === 'string') return CLOSED_KEYS.has(key) ? value : hostile;
  if (Array.isArray(value)) return value.map((item) => poison(item, hostile, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      key === 'labels' ? `${name}${hostile}` : name,
      poison(inner, hostile, name),
    ]),
  );
}

/** Tags with their attribute names, without values and text: what a browser would build from the page. */
function skeleton(document: string): string {
  const tags = document.match(/<[a-z!/](?:"[^"]*"|[^>"])*>/gi) ?? [];
  return tags.map((tag) => tag.replace(/"[^"]*"/g, '""').replace(/\s+/g, ' ')).join('\n');
}

function poisoned<T>(value: T, hostile: string): T {
  return poison(value, hostile) as T;
}

describe('pages with hostile data', () => {
  const context = { ...samplePageContext(), nowMs: SAMPLE_NOW_MS };
  const signature = { by: 'Mia', atMs: SAMPLE_NOW_MS };
  const regrouping = { ...signature, incidentId: 'inc_a', title: 'Down', why: 'one disk' };
  const others = sampleSummaries();
  const detail = sampleDetail({
    correction: { answer: 'no_fault', ...signature },
    merged: [regrouping],
    splitFrom: regrouping,
  });

  it('build exactly the tags that harmless data builds, whatever the fields hold', () => {
    const list = {
      statistics: sampleStatistics(),
      filter: { state: 'open', target: 'x', text: 'y' },
      incidents: sampleSummaries(),
      nextBefore: 'cursor',
    } as const;
    const landing = {
      version: '1',
      nowMs: SAMPLE_NOW_MS,
      notReady: 'why',
      targets: sampleTargets(),
      telemetryPath: '/metrics',
      lastReload: { atMs: SAMPLE_NOW_MS, failure: 'why' },
    };
    const history = { nowMs: SAMPLE_NOW_MS, entries: sampleHistory(SAMPLE_NOW_MS) };
    const pages: ((hostile: string) => string)[] = [
      (hostile) =>
        incidentDetailPage(
          poisoned(detail, hostile),
          poisoned(context, hostile),
          poisoned(others, hostile),
        ),
      (hostile) =>
        incidentDetailPage(
          poisoned({ ...detail, phase: 'closed', mergedInto: regrouping }, hostile),
          poisoned(context, hostile),
        ),
      (hostile) => incidentListPage(poisoned(list, hostile), poisoned(context, hostile)),
      (hostile) => exporterLandingPage(poisoned(landing, hostile)),
      (hostile) => probeHistoryPage(poisoned(history, hostile)),
      (hostile) =>
        loginPage({
          next: hostile,
          problem: hostile,
          hasTokens: true,
          provider: hostile,
          endSessionUrl: `https://provider.example/?${encodeURIComponent(hostile)}`,
        }),
      (hostile) => messagePage({ title: hostile, message: hostile, remedy: hostile }, context),
    ];
    fc.assert(
      fc.property(HOSTILE, (hostile) => {
        for (const render of pages)
          expect(skeleton(render(`z${hostile}`))).toBe(skeleton(render('z')));
      }),
      { numRuns: 60 },
    );
  });

  it('never turn an address of another scheme into a link', () => {
    const [alert] = detail.alerts;
    if (alert === undefined) throw new Error('the sample has alerts');
    const page = incidentDetailPage(
      {
        ...detail,
        alerts: [{ ...alert, runbookUrl: 'javascript:alert(1)', sourceUrl: 'data:text/html,x' }],
      },
      context,
    );
    expect(page).not.toMatch(/javascript:|data:text/);
    expect(page).toContain('CrmLoginFailed');
  });

  it('render Markdown only into the few tags that reviews use', () => {
    const allowed =
      /^<\/?(?:h[1-4]|p|ul|ol|li|table|thead|tbody|tr|th|td|code|pre|strong|a|div)(?: (?:href|rel|scope|class|tabindex|role|aria-label)="[^"<>]*")*>$/;
    fc.assert(
      fc.property(fc.array(HOSTILE, { maxLength: 8 }), (lines) => {
        const { html } = renderMarkdown(lines.join('\n'));
        const tags = html.match(/<[^>]*>?/g) ?? [];
        for (const tag of tags) expect(tag.replace(/\s+/g, ' ')).toMatch(allowed);
        expect(html).not.toMatch(/href="(?!https?:)/);
      }),
    );
    expect(reviewPage(detail, '<script>x</script>', context)).not.toContain('<script>x');
  });
});
