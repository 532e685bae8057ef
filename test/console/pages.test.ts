import { describe, expect, it } from 'vitest';
import {
  exporterLandingPage,
  incidentDetailPage,
  incidentListPage,
  incidentListUrl,
  renderMarkdown,
} from '../../src/console/console.ts';
import type { DiagnosisAnswer } from '../../src/catalog/catalog.ts';
import type { IncidentListView, PipeView } from '../../src/console/console.ts';
import {
  SAMPLE_NOW_MS,
  sampleDetail,
  samplePageContext,
  sampleStatistics,
  sampleSummaries,
  sampleTargets,
} from '../support/console-samples.ts';

const context = samplePageContext();

/** What a reader sees: text without tags, white space made one. */
function readable(document: string): string {
  return document
    .replace(/<title>.*?<\/title>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

function list(overrides: Partial<IncidentListView> = {}): string {
  return incidentListPage(
    {
      statistics: sampleStatistics(),
      filter: { state: 'open' },
      incidents: sampleSummaries(),
      nextBefore: null,
      ...overrides,
    },
    context,
  );
}

function listWithPipe(pipe: PipeView): string {
  return readable(list({ incidents: [], statistics: { ...sampleStatistics(), pipe } }));
}

describe('incident list', () => {
  it('says what is wrong, what is known and who has it', () => {
    const text = readable(list());
    expect(text).toContain('4 open');
    expect(text).toContain('Database trouble 93 %');
    expect(text).toContain('Verifying Unconfirmed Bad import set by a person');
    expect(text).toContain('Age 12 min Owner Nobody yet');
    expect(text).toContain('Jonas Falk 33 min ago');
    expect(text).toContain('Reopened Not diagnosed yet');
  });

  it('warns when the pipe is dead, so that an empty list is not taken for peace', () => {
    const dead = {
      state: 'dead',
      lastSeenAtMs: SAMPLE_NOW_MS - 600_000,
      limitSeconds: 180,
    } as const;
    expect(listWithPipe(dead)).toContain('The alerting pipe looks dead');
    expect(listWithPipe(dead)).toContain('It was last seen 10 min ago');
    expect(listWithPipe({ ...dead, lastSeenAtMs: null })).toContain('It was never seen');
    expect(listWithPipe({ ...dead, state: 'waiting' })).toContain('Waiting for the first watchdog');
    expect(listWithPipe(dead)).not.toContain('pipe is alive');
    expect(listWithPipe({ ...dead, state: 'alive' })).toContain('the alerting pipe is alive');
  });

  it('keeps the filter in the address and in the form', () => {
    const filter = { state: 'all', severity: 'critical', text: 'a&b' } as const;
    expect(incidentListUrl(filter, 'c 1')).toBe(
      '/?state=all&severity=critical&text=a%26b&before=c+1',
    );
    expect(incidentListUrl({ state: 'open' })).toBe('/');
    const page = list({ filter, nextBefore: 'c1' });
    expect(page).toContain('href="/?state=all&amp;severity=critical&amp;text=a%26b&amp;before=c1"');
    expect(page).toMatch(/<option value="critical"\s+selected>/);
  });
});

describe('incident page', () => {
  it('tells what is known in one paragraph', () => {
    expect(readable(incidentDetailPage(sampleDetail(), context))).toContain(
      'sales-tryton has been in trouble for 12 min. 2 alerts fire: CrmLoginFailed, CrmProbeFailed. ' +
        'The diagnosis is Database trouble (93 %), most likely in PostgreSQL behind sales-tryton. ' +
        'A fresh run of login still fails. Nobody has acknowledged it.',
    );
  });

  it('says plainly that recovery is unconfirmed, and warns before closing', () => {
    const page = readable(
      incidentDetailPage(sampleDetail({ recovery: 'unconfirmed', phase: 'verifying' }), context),
    );
    expect(page).toContain('Unconfirmed: the alerts are gone, but it is not proved');
    expect(page).toContain('Recovery is not confirmed. Close it only if you know why.');
  });

  it('blames no probe when it is a peer that keeps the recovery from being confirmed', () => {
    const why = 'Alertmanager b still has CrmLoginFailed active';
    const check = { alert: 'CrmLoginFailed', probe: null, outcome: 'failed', detail: why } as const;
    const verifications = [{ ...check, atMs: null }];
    const held = readable(
      incidentDetailPage(
        sampleDetail({ recovery: 'unconfirmed', unconfirmedBecause: [why], verifications }),
        context,
      ),
    );
    expect(held).toContain(`it is not proved yet that the trouble is over. ${why}.`);
    const firing = readable(incidentDetailPage(sampleDetail({ verifications }), context));
    expect(firing).not.toContain('A fresh run of');
  });

  it('puts a correction above the model and keeps what the model said', () => {
    const correction = { answer: 'service_outage', by: 'Mia', atMs: SAMPLE_NOW_MS } as const;
    const page = readable(incidentDetailPage(sampleDetail({ correction }), context));
    expect(page).toMatch(
      /Service outage\s+Set by Mia .* The model had said: Database trouble \(93 %\)/,
    );
    expect(page).toContain('Mia says the cause is: Service outage.');
  });

  it('says in a line what a model in the shadow would have said, where that is something else', () => {
    const line = 'which is tried in its shadow, would have said:';
    const page = readable(incidentDetailPage(sampleDetail(), context));
    expect(page).toContain(`Model own-labels-of-May, ${line} Network`);
    const { modelDiagnosis } = sampleDetail();
    if (modelDiagnosis === null) throw new Error('the sample is diagnosed');
    const alone = sampleDetail({ modelDiagnosis: { ...modelDiagnosis, challenger: null } });
    expect(readable(incidentDetailPage(alone, context))).not.toContain(line);
  });

  it('shows the class of an earlier version by its name', () => {
    const { modelDiagnosis } = sampleDetail();
    if (modelDiagnosis === null) throw new Error('the sample is diagnosed');
    const earlier = { ...modelDiagnosis, answer: 'data_loss' as DiagnosisAnswer };
    const page = readable(incidentDetailPage(sampleDetail({ modelDiagnosis: earlier }), context));
    expect(page).toContain('The diagnosis is data_loss (93 %)');
    expect(page).toContain('a class of another version of crmwatch');
  });

  it('speaks of an unknown cause with the reason', () => {
    const { modelDiagnosis } = sampleDetail();
    if (modelDiagnosis === null) throw new Error('the sample is diagnosed');
    const unknown = {
      ...modelDiagnosis,
      answer: 'unknown',
      whyUnknown: 'no class is likely',
    } as const;
    const page = readable(incidentDetailPage(sampleDetail({ modelDiagnosis: unknown }), context));
    expect(page).toContain('Cause not known');
    expect(page).toContain('no class is likely');
  });

  it('offers only what can still be done', () => {
    const acknowledged = { by: 'Mia', atMs: SAMPLE_NOW_MS };
    const closed = incidentDetailPage(sampleDetail({ phase: 'closed', acknowledged }), context);
    expect(closed).not.toContain('acknowledge-form');
    expect(closed).not.toContain('close-form');
    expect(closed).toContain('correction-form');
    expect(closed.match(/name="form_token" value="sample-form-token"/g)).toHaveLength(3);
  });

  it('stays short in a storm of alerts, with the firing ones first', () => {
    const [alert] = sampleDetail().alerts;
    if (alert === undefined) throw new Error('the sample has alerts');
    const stopped = { ...alert, status: 'resolved', endsAtMs: SAMPLE_NOW_MS } as const;
    const alerts = [...Array.from({ length: 10_000 }, () => stopped), { ...alert, name: 'TheOne' }];
    const page = incidentDetailPage(sampleDetail({ alerts, totalAlerts: alerts.length }), context);
    expect(page.length).toBeLessThan(300_000);
    expect(readable(page)).toMatch(/Links ● Firing TheOne .* 9901 more alerts not shown/);
  });

  it('says why a recovery is in doubt and what is muted, on the page and in the list', () => {
    const why = 'Prometheus has no rule <b>CrmApiSlow</b>';
    const changes = {
      recovery: 'unconfirmed',
      unconfirmedBecause: [why],
      muted: ['CrmLoginSlow fires and is silenced in Alertmanager'],
    } as const;
    const pages = [
      incidentDetailPage(sampleDetail(changes), context),
      list({ incidents: [sampleDetail(changes)] }),
    ];
    for (const page of pages) {
      expect(page).toContain('Prometheus has no rule &lt;b&gt;CrmApiSlow');
      expect(page).toContain('CrmLoginSlow fires and is silenced');
    }
  });

  it('marks the phase it is in, and where it came back', () => {
    const page = incidentDetailPage(sampleDetail({ phase: 'reported', timesReopened: 2 }), context);
    expect(page).toMatch(/aria-current="step">.*?Reopened/s);
    expect(readable(page)).toContain('It came back 2 times.');
  });

  it('uses neither inline style nor inline script', () => {
    for (const page of [list(), incidentDetailPage(sampleDetail(), context)]) {
      expect(page).not.toMatch(/\sstyle=|\son[a-z]+=|<style|<script(?! src="\/assets\/)/);
    }
  });
});

describe('exporter landing page', () => {
  it('lists every probe with its state and the reason in words', () => {
    const view = {
      version: '1',
      nowMs: SAMPLE_NOW_MS,
      notReady: null,
      targets: sampleTargets(),
      telemetryPath: '/metrics',
      lastReload: { atMs: null, failure: null },
    };
    const text = readable(exporterLandingPage(view));
    expect(text).toContain('authentication: the CRM does not accept the credentials');
    expect(text).toContain('Failed, retrying');
    expect(readable(exporterLandingPage({ ...view, targets: [], notReady: 'loading' }))).toMatch(
      /Not ready yet: loading.*No target is configured/,
    );
  });
});

describe('Markdown', () => {
  it('renders what reviews are written in', () => {
    const { html } = renderMarkdown(
      '# T\n\na **b** `c`\nd\n- x\n- [y](https://e.org/)\n1. n\n\n| h | i |\n| --- | --- |\n| 1 \\| 2 | \\*3 |\n\n```\n<raw>\n```',
    );
    const tight = html.replace(/>\s+/g, '>').replace(/\s+</g, '<');
    expect(tight).toContain('<h1>T</h1><p>a<strong>b</strong><code>c</code>d</p><ul><li>x</li>');
    expect(tight).toContain('<a href="https://e.org/" rel="noopener noreferrer">y</a>');
    expect(tight).toContain('<tbody><tr><td>1 | 2</td><td>*3</td></tr></tbody>');
    expect(tight).toContain('<code>&lt;raw&gt;</code>');
  });
});
