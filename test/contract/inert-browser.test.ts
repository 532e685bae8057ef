import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startResponder } from '../../src/app/app.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { createTestRuntime, rewriteConfig, writeSmallConfig } from '../support/app-site.ts';
import { startMailServer } from '../support/mail-server.ts';
import type { MailServer } from '../support/mail-server.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';
import type { WebhookReceiver } from '../support/webhook-receiver.ts';
import { MATRIX, verdictOf } from '../web/access/matrix.ts';

/** What an attacker writes into alerts, seen by a real browser that no policy protects. */
const CHROMIUM = '/usr/bin/chromium';

/** Each way out of an element, an attribute, a title, a script and a link that pages have. */
const SCRIPTS = [
  '<script>ran("script")</script>',
  '<img src="/ran" onerror=\'ran("image")\'>',
  '"><svg onload=ran("attribute")>',
  '\' autofocus onfocus=\'ran("focus")',
  '</title></textarea></pre></script><iframe srcdoc="<script>parent.ran(1)</script>">',
  '[link](javascript:ran("markdown")) ![](/ran) `</code><img src=/ran onerror=ran("code")>`',
];
const LINK = 'javascript:ran("link")';

function hostileBody(number: number): string {
  const text = SCRIPTS.join(' ');
  const labels = {
    alertname: `A${number} ${text}`,
    target: `shop${number} ${text}`,
    severity: 'critical',
    area: text,
    [SCRIPTS[0] ?? '']: text,
  };
  const annotations = { summary: text, description: text, runbook_url: LINK, reason: text };
  return createWebhookBody([
    createAlert({ labels, annotations, generatorUrl: LINK, name: labels.alertname }),
  ]);
}

type Site = {
  readonly url: string;
  readonly mail: MailServer;
  readonly webhooks: WebhookReceiver;
};

async function startSite(): Promise<Site> {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  const [mail, webhooks] = await Promise.all([startMailServer(), startWebhookReceiver()]);
  onTestFinished(async () => {
    await Promise.all([mail.stop(), webhooks.stop()]);
  });
  writeSmallConfig(folder.path);
  writeFileSync(join(folder.path, 'webhook'), webhooks.secret);
  const config = rewriteConfig(join(folder.path, 'crmwatch.yaml'), (sections) => {
    const email = {
      type: 'email',
      name: 'mail',
      host: '127.0.0.1',
      port: mail.port,
      encryption: 'none',
      from: 'crmwatch@example.com',
      to: ['oncall@example.com'],
    };
    const hook = { type: 'webhook', name: 'hook', url: webhooks.url, secret: { file: 'webhook' } };
    const responder = sections['responder'] as object;
    sections['responder'] = { ...responder, storm: { incidents: 1000 }, notify: [email, hook] };
  });
  const running = await startResponder(config, createTestRuntime());
  onTestFinished(async () => running.stop());
  return { url: running.url, mail, webhooks };
}

async function deliver({ url }: Site, body: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/alerts/alertmanager`, { method: 'POST', body });
  return answer.status;
}

/** A window of maintenance that says what a script would like to; gives its identifier. */
async function planHostileWindow({ url }: Site): Promise<string> {
  const answer = await fetch(`${url}/api/v1/maintenance`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      name: SCRIPTS[0],
      reason: SCRIPTS.join(' '),
      labels: { job: SCRIPTS[1], instance: SCRIPTS[2] },
      endsAtMs: Date.now() + 3_600_000,
    }),
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return ((await answer.json()) as { readonly id: string }).id;
}

type Watched = { readonly page: Page; readonly ran: string[] };

/** A page without our policy, so that only the pages themselves keep scripts from running. */
async function openUnprotected(browser: Browser): Promise<Watched> {
  const context = await browser.newContext({ bypassCSP: true });
  onTestFinished(async () => context.close());
  const ran: string[] = [];
  await context.exposeFunction('ran', (what: string) => void ran.push(`${what} ran`));
  const page = await context.newPage();
  page.on('dialog', (dialog) => {
    ran.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url().endsWith('/ran')) ran.push('an image was asked for');
  });
  return { page, ran };
}

/** Schemes of links and forms, and attributes that run something. */
const LOOK = `(() => {
  const all = [...document.querySelectorAll('*')];
  const attributes = all.flatMap((element) => [...element.attributes]);
  const addresses = attributes.filter(({ name }) => /^(href|src|action|formaction)$/.test(name));
  return {
    schemes: addresses.map(({ value }) => new URL(value, 'http://here').protocol),
    handlers: attributes.filter(({ name }) => /^on/.test(name)).map(({ name }) => name),
    frames: document.querySelectorAll('iframe, object, embed, base').length,
  };
})()`;

async function expectInert({ page, ran }: Watched, what: string): Promise<void> {
  const found = await page.evaluate<{ schemes: string[]; handlers: string[]; frames: number }>(
    LOOK,
  );
  expect(found.handlers, what).toEqual([]);
  expect(found.frames, what).toBe(0);
  expect(new Set([...found.schemes, 'http:', 'https:']), what).toEqual(
    new Set(['http:', 'https:', ...found.schemes.filter((scheme) => scheme === 'mailto:')]),
  );
  // A turn for whatever would load and run.
  await page.waitForLoadState('networkidle');
  expect(ran, what).toEqual([]);
}

/** Every page that shows something of alerts, with what stands for its parameters. */
function pagesOf(incidents: readonly string[], window: string): readonly string[] {
  const routes = Object.keys(MATRIX)
    .filter((route) => route.startsWith('GET ') && verdictOf(route, 'anonymous') === 'signs in')
    .map((route) => route.slice('GET '.length));
  const pages = routes.flatMap((route) => {
    if (!route.includes(':')) return [route];
    if (route.startsWith('/incidents/:id')) return incidents.map((id) => route.replace(':id', id));
    if (route.startsWith('/quarantine/:id'))
      return ['1', '2'].map((id) => route.replace(':id', id));
    if (route.startsWith('/maintenance/:id')) return [route.replace(':id', window)];
    throw new Error(`say here what stands for the parameters of ${route}`);
  });
  const search = new URLSearchParams({ text: SCRIPTS.join(' '), target: SCRIPTS[2] ?? '' });
  const odd = [
    '/?state=%3Cscript%3Eran(1)%3C/script%3E',
    '/nowhere/%3Cscript%3Eran(1)%3C/script%3E',
  ];
  return [...pages, `/?${search.toString()}`, ...odd, '/login?next=javascript:ran(1)'];
}

describe.skipIf(!existsSync(CHROMIUM))(
  `hostile alerts in a real browser (needs ${CHROMIUM})`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    });
    afterAll(async () => browser?.close());

    it('run nothing on any page, nor while a page is open', async () => {
      const site = await startSite();
      const { url } = site;
      for (let number = 0; number < 3; number++) {
        expect(await deliver(site, hostileBody(number))).toBe(200);
      }
      expect(await deliver(site, SCRIPTS.join('\n'))).toBe(400);
      expect(await deliver(site, JSON.stringify({ version: SCRIPTS[0], alerts: [LINK] }))).toBe(
        400,
      );
      const list = async (): Promise<readonly string[]> => {
        const answer = await fetch(`${url}/api/v1/incidents?state=all`);
        const { incidents } = (await answer.json()) as { incidents: readonly { id: string }[] };
        return incidents.map(({ id }) => id);
      };
      await expect.poll(async () => (await list()).length, { timeout: 30_000 }).toBe(3);
      const ids = await list();
      const change = async (action: string, body: object): Promise<void> => {
        const headers = { 'Content-Type': 'application/json' };
        const address = `${url}/api/v1/incidents/${ids[0]}/${action}`;
        const answer = await fetch(address, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        });
        expect(answer.status, action).toBe(200);
      };
      await change('comment', { text: SCRIPTS.join('\n') });
      await change('close', { text: SCRIPTS.join('\n') });

      const window = await planHostileWindow(site);

      const watched = await openUnprotected(browser);
      for (const path of pagesOf(ids, window)) {
        // What is sent to be saved is no page: /body is, and so is a review as Markdown.
        if (/\/body$|\.md$/.test(path)) continue;
        await watched.page.goto(`${url}${path}`, { waitUntil: 'load' });
        await expectInert(watched, path);
      }

      await watched.page.goto(`${url}/`);
      expect(await deliver(site, hostileBody(4))).toBe(200);
      await watched.page.waitForFunction(`document.body.innerText.includes('new incident')`);
      await watched.page.goto(`${url}/incidents/${ids[0]}`);
      const content = async (): Promise<string> => watched.page.locator('main').innerText();
      const before = await content();
      await change('reopen', { text: SCRIPTS.join('\n') });
      await expect.poll(content, { timeout: 30_000 }).not.toBe(before);
      await expectInert(watched, 'updates of an open page');
    });

    it('are downloads and not pages where they are given as they came', async () => {
      const site = await startSite();
      await deliver(site, SCRIPTS.join('\n'));
      for (const path of ['/quarantine/1/body', '/api/v1/quarantine/1/body']) {
        const answer = await fetch(`${site.url}${path}`);
        expect(answer.headers.get('content-type'), path).toContain('text/plain');
        expect(answer.headers.get('content-disposition'), path).toContain('attachment');
        expect(answer.headers.get('x-content-type-options'), path).toBe('nosniff');
      }
    });

    it('run nothing in an e-mail, and are plain data in a webhook', async () => {
      const site = await startSite();
      await deliver(site, hostileBody(1));
      await expect
        .poll(() => site.mail.mails.length * site.webhooks.accepted.length, { timeout: 60_000 })
        .toBeGreaterThan(0);
      const watched = await openUnprotected(browser);
      for (const { html, subject } of site.mail.mails) {
        expect(html).toContain('&lt;script&gt;');
        expect(subject).not.toMatch(/[\r\n]/);
        await watched.page.setContent(html);
        await expectInert(watched, 'the e-mail');
      }
      // Signed JSON; the receiver of it reads the text back as it was, and decides how to show it.
      expect(site.webhooks.refused).toEqual([]);
      expect(JSON.stringify(site.webhooks.accepted)).toContain('<script>ran(');
    });

    it('would be noticed if they ran', async () => {
      const watched = await openUnprotected(browser);
      await watched.page.goto('about:blank');
      await watched.page.setContent(`<p>${SCRIPTS.join(' ')}</p>`);
      await expect.poll(() => watched.ran).toContain('script ran');
      await expect(expectInert(watched, 'a page that escapes nothing')).rejects.toThrow();
    });
  },
);
