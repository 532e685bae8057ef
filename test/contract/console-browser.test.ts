import { existsSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSilentLogger, createSystemClock, createSystemRandom } from '../../src/std/std.ts';
import { createExporterApp, createResponderApp, createWebServer } from '../../src/web/web.ts';
import type { ResponderAppOptions } from '../../src/web/web.ts';
import { createTestAccounts } from '../support/accounts.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { sampleDetail, sampleStatistics } from '../support/console-samples.ts';
import { sampleWindow } from '../support/fake-maintenance.ts';
import { sampleDelivery } from '../support/fake-quarantine.ts';
import {
  createFakeExporter,
  createFakeResponder,
  readConsoleAssets,
} from '../support/fake-services.ts';
import type { FakeResponder } from '../support/fake-services.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { startRealResponder } from '../support/start-real-responder.ts';

const CHROMIUM = '/usr/bin/chromium';

const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const isAbsent = !existsSync(CHROMIUM);
const clock = createSystemClock();

let browser: Browser;

async function startConsole(
  options: Partial<ResponderAppOptions> = {},
): Promise<{ url: string; service: FakeResponder }> {
  const service = createFakeResponder(clock);
  const app = await createResponderApp({
    service,
    accounts: await createTestAccounts(clock),
    assets: readConsoleAssets(),
    clock,
    random: createSystemRandom(),
    logger: createSilentLogger(),
    listenHost: '127.0.0.1',
    ...options,
  });
  const server = createWebServer(app, { host: '127.0.0.1', port: 0, clock });
  const { url } = await server.start();
  onTestFinished(async () => server.stop());
  return { url, service };
}

/** A page whose console must stay silent: an error or a breach of the policy fails the test. */
async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  onTestFinished(async () => {
    await context.close();
    const real = complaints.filter(
      (text) => !/the server responded with a status of 4\d\d/.test(text),
    );
    expect(real).toEqual([]);
  });
  return page;
}

type AxeResult = { violations: { id: string; nodes: { html: string }[] }[]; passes: unknown[] };

/** What axe finds wrong, and proof that it looked at something. */
async function inspect(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const result = await page.evaluate<AxeResult>(
    `axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(AXE_TAGS)} } })`,
  );
  expect(result.passes.length).toBeGreaterThan(10);
  return result.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
}

/** Every kind of page, with the states that look different. */
function pagesOf(service: FakeResponder): readonly string[] {
  const nowMs = clock.now();
  const acknowledged = { by: 'Mia', atMs: nowMs };
  const regrouping = { ...acknowledged, incidentId: 'inc_a', title: 'Down', why: 'one disk' };
  const extra = [
    sampleDetail(
      { id: 'inc_unconfirmed', phase: 'verifying', recovery: 'unconfirmed', acknowledged },
      nowMs,
    ),
    sampleDetail(
      {
        id: 'inc_closed',
        phase: 'closed',
        recovery: 'confirmed',
        resolvedAtMs: nowMs,
        acknowledged,
        correction: { answer: 'no_fault', ...acknowledged },
      },
      nowMs,
    ),
    sampleDetail({ id: 'inc_merged', phase: 'closed', mergedInto: regrouping }, nowMs),
    sampleDetail({ id: 'inc_regrouped', merged: [regrouping], splitFrom: regrouping }, nowMs),
    sampleDetail(
      { id: 'inc_new', modelDiagnosis: null, diagnosis: null, plan: null, verifications: [] },
      nowMs,
    ),
  ];
  service.incidents = [...service.incidents, ...extra];
  const decided = { decidedAtMs: nowMs, decidedBy: 'Mia', note: 'a trial' };
  service.quarantine.entries = [
    sampleDelivery(),
    sampleDelivery({ id: 6, text: null, encoding: 'gzip' }),
    sampleDelivery({ id: 5, status: 'discarded', ...decided }),
  ];
  service.maintenance.windows = [
    sampleWindow(),
    sampleWindow({ id: 'mw_2', state: 'ended', endedAtMs: nowMs, endedBy: 'Mia', targets: [] }),
  ];
  const first = service.incidents[0]?.id ?? '';
  return [
    '/',
    '/?state=closed&target=sandbox&text=x',
    `/incidents/${first}`,
    ...extra.map(({ id }) => `/incidents/${id}`),
    `/incidents/${first}/review`,
    '/nowhere',
    '/quarantine',
    '/quarantine?status=replayed',
    ...service.quarantine.entries.map(({ id }) => `/quarantine/${id}`),
    '/quarantine/99',
    '/maintenance',
    '/maintenance?state=ended',
    ...service.maintenance.windows.map(({ id }) => `/maintenance/${id}`),
    '/maintenance/mw_99',
  ];
}

describe.skipIf(isAbsent)(`console in a real browser (needs ${CHROMIUM})`, () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(async () => browser?.close());

  it.each(['light', 'dark'] as const)(
    'has nothing for axe to report in the %s scheme',
    async (colorScheme) => {
      const { url, service } = await startConsole();
      const page = await openPage({ colorScheme });
      for (const path of pagesOf(service)) {
        await page.goto(`${url}${path}`);
        expect([path, await inspect(page)]).toEqual([path, []]);
      }
      const pipe = { state: 'dead', lastSeenAtMs: null, limitSeconds: 180 } as const;
      service.statistics = () => ({ ...sampleStatistics(clock.now()), pipe });
      await page.goto(url);
      await page.getByText('You are').click();
      expect(await inspect(page)).toEqual([]);
    },
    90_000,
  );

  it('has nothing for axe to report on the login page and the pages of the exporter', async () => {
    const { url } = await startConsole({ operators: [{ name: 'oncall', token: 'secret' }] });
    const page = await openPage();
    await page.goto(`${url}/incidents/x`);
    await page.getByLabel('Your name').fill('Mia');
    await page.getByLabel('Access token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('not one of the configured');
    expect(await inspect(page)).toEqual([]);
    await page.getByLabel('Your name').fill('Mia');
    await page.getByLabel('Access token').fill('secret');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(new URL(page.url()).pathname).toBe('/incidents/x');
    expect(await page.getByText('Signed in as').textContent()).toContain('Mia (oncall)');
    expect(await inspect(page)).toEqual([]);

    const assets = readConsoleAssets();
    const options = { assets, clock, logger: createSilentLogger(), listenHost: '127.0.0.1' };
    const app = createExporterApp({ service: createFakeExporter(clock), ...options });
    const server = createWebServer(app, { host: '127.0.0.1', port: 0, clock });
    onTestFinished(async () => server.stop());
    const { url: exporterUrl } = await server.start();
    for (const path of ['/', '/history']) {
      await page.goto(exporterUrl + path);
      expect(await inspect(page), path).toEqual([]);
    }
  }, 60_000);

  it('merges, splits and undoes both by forms, without JavaScript', async () => {
    using folder = createTemporaryFolder();
    await using responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
    for (const target of ['db', 'shop']) {
      const labels = { alertname: 'CrmApiSlow', target, severity: 'warning' };
      const alert = createAlert({ name: 'CrmApiSlow', labels, annotations: {} });
      await responder.pipeline.accept(createWebhookBody([alert]), 'am', responder.clock.now());
      await responder.pipeline.settle();
    }
    const page = await openPage({ javaScriptEnabled: false });
    const heading = async (): Promise<string | null> => page.locator('h1').textContent();
    await page.goto(responder.url);
    await page.getByRole('link', { name: 'CrmApiSlow on shop' }).click();
    const option = page.locator('#merge-into option', { hasText: 'CrmApiSlow on db' });
    await page
      .getByLabel('Merge this incident into')
      .selectOption((await option.getAttribute('value')) ?? '');
    await page.locator('#merge-reason').fill('one disk');
    await page.getByRole('button', { name: 'Merge', exact: true }).click();
    expect(await heading()).toBe('CrmApiSlow on db');
    expect(await page.locator('#alerts').textContent()).toContain('into this incident: one disk');
    await page.getByText('Split alerts off…').click();
    await page.getByLabel('target=shop').check();
    await page.getByRole('button', { name: 'Split off' }).click();
    expect(await heading()).toBe('CrmApiSlow on shop');
    await page.getByRole('button', { name: 'Undo the split' }).click();
    expect(await heading()).toBe('CrmApiSlow on db');
    await page.getByRole('button', { name: 'Undo the merge' }).last().click();
    expect(await heading()).toBe('CrmApiSlow on shop');
    expect(await page.locator('#merged').count()).toBe(1);
    const open = await responder.pipeline.listIncidents({ open: true });
    expect(open.length).toBe(2);
  }, 60_000);

  it('keeps ticks when the page is brought up to date', async () => {
    const { url, service } = await startConsole();
    const id = service.incidents[0]?.id ?? '';
    const page = await openPage();
    await page.goto(`${url}/incidents/${id}`);
    await page.getByText('Split alerts off…').click();
    const box = page.locator('#split-form input[type=checkbox]').first();
    await box.check();
    await page.locator('h1').click();
    await service.comment(id, 'ann', 'something new');
    service.emit(id, 'commented', 'something new');
    await page.getByText('something new').waitFor();
    expect(await box.isChecked()).toBe(true);
  }, 60_000);

  it('works without JavaScript: reads, comments and acknowledges by forms', async () => {
    const { url, service } = await startConsole();
    const id = service.incidents[0]?.id ?? '';
    const page = await openPage({ javaScriptEnabled: false });
    await page.goto(url);
    await page.getByRole('link', { name: 'Probe login of sales-tryton' }).click();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    expect(new URL(page.url()).pathname).toBe(`/incidents/${id}`);
    expect(await page.locator('#facts').textContent()).toContain('operator');
    expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0);
    await page.getByLabel('Comment for the timeline').fill('Looking <b>now</b>');
    await page.getByRole('button', { name: 'Add comment' }).click();
    expect(await page.locator('#timeline').textContent()).toContain('Looking <b>now</b>');
    await page.getByLabel('The cause really is').selectOption('background_jobs');
    await page.getByRole('button', { name: 'Correct the diagnosis' }).click();
    expect(service.actions.map(([action]) => action)).toEqual([
      'acknowledge',
      'comment',
      'diagnosis',
    ]);
  }, 60_000);

  it('updates the page by events and leaves typed text, choice and focus alone', async () => {
    const { url, service } = await startConsole();
    const id = service.incidents[0]?.id ?? '';
    const page = await openPage();
    await page.goto(`${url}/incidents/${id}`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByLabel('The cause really is').selectOption('data_decay');
    await page.getByText('Evidence: 3').click();
    const comment = page.getByLabel('Comment for the timeline');
    await comment.fill('half a sen');
    await service.acknowledge(id, 'Jonas');
    service.emit(id, 'acknowledged', 'Jonas takes care of it');
    await page.getByText('Jonas takes care of it').waitFor();
    expect(await page.locator('#facts').textContent()).toContain('Jonas');
    expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0);
    expect(await comment.inputValue()).toBe('half a sen');
    expect(await page.locator('#comment-text:focus').count()).toBe(1);
    expect(await page.getByLabel('The cause really is').inputValue()).toBe('data_decay');
    expect(await page.getByText('reachability passes in 18 ms').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Add comment' }).click();
    await page.getByText('half a sen').waitFor();
  }, 60_000);

  it('announces new incidents in a banner instead of moving the rows', async () => {
    const { url, service } = await startConsole();
    const page = await openPage();
    await page.goto(url);
    await page.getByText('Live', { exact: true }).waitFor();
    const id = service.incidents[0]?.id ?? '';
    await service.acknowledge(id, 'Jonas Falk');
    service.incidents = [
      sampleDetail({ id: 'inc_fresh', title: 'A fresh one' }, clock.now()),
      ...service.incidents,
    ];
    service.emit('inc_fresh', 'opened', 'A fresh one');
    await page.getByText('1 new incident').waitFor();
    expect(await page.locator('[data-incident]').count()).toBe(4);
    expect(await page.locator(`#incident-${id}`).textContent()).toContain('Jonas Falk');
    await page.getByRole('link', { name: 'Show the list as it is now' }).click();
    expect(await page.locator('[data-incident]').count()).toBe(5);
  }, 60_000);

  it('would notice a breach of the policy', async () => {
    const { url } = await startConsole();
    const page = await browser.newPage();
    onTestFinished(async () => page.close());
    await page.goto(url);
    const complaint = page.waitForEvent('console', (message) => message.type() === 'error');
    await page.evaluate(
      "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')",
    );
    expect((await complaint).text()).toContain('Content Security Policy');
  }, 60_000);

  it('fits a phone without scrolling sideways', async () => {
    const { url, service } = await startConsole();
    const page = await openPage({ viewport: { width: 360, height: 740 } });
    for (const path of pagesOf(service)) {
      await page.goto(`${url}${path}`);
      const overflow = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([path, overflow]).toEqual([path, 0]);
    }
  }, 60_000);
});
