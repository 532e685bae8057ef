import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSilentLogger, createSystemClock, createSystemRandom } from '../../src/std/std.ts';
import { createResponderApp, createWebServer } from '../../src/web/web.ts';
import { createTestAccounts } from '../support/accounts.ts';
import { createFakeResponder, readConsoleAssets } from '../support/fake-services.ts';
import { startIdentityProvider } from '../support/identity-provider.ts';
import { oidcOptions } from '../web/access/oidc/oidc-samples.ts';

const CHROMIUM = '/usr/bin/chromium';
const PEOPLE = {
  mia: { name: 'Mia Berg', groups: ['crm-oncall'] },
  vic: { name: 'Vic', groups: ['crm-readers'] },
};

let browser: Browser;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function start() {
  const clock = createSystemClock();
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  // Another site to the browser, as a provider is.
  const provider = await startIdentityProvider(publicUrl, PEOPLE, 'localhost');
  const service = createFakeResponder(clock);
  const app = await createResponderApp({
    service,
    accounts: await createTestAccounts(clock),
    assets: readConsoleAssets(),
    clock,
    random: createSystemRandom(),
    logger: createSilentLogger(),
    listenHost: '127.0.0.1',
    operators: [{ name: 'operator', token: 'break-glass' }],
    oidc: oidcOptions(provider.issuer, { publicUrl }),
  });
  const server = createWebServer(app, { host: '127.0.0.1', port, clock });
  await server.start();
  onTestFinished(async () => server.stop());
  return { url: publicUrl, provider, service };
}

/** A page of a browser that has seen nothing yet; what breaks our policy fails the test. */
async function openPage(colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const context = await browser.newContext({ colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    // Who clicks before the page has set its focus is not taken the focus from.
    if (text.startsWith('Autofocus processing was blocked')) return;
    if (/policy|blocked|refused/i.test(text)) complaints.push(text);
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  return page;
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const result = await page.evaluate<{ violations: { id: string }[]; passes: unknown[] }>(
    'axe.run(document)',
  );
  expect(result.passes.length).toBeGreaterThan(10);
  return result.violations.map(({ id }) => id);
}

async function signInAtProvider(page: Page, login: string): Promise<void> {
  await page.getByRole('link', { name: /^Sign in at localhost/ }).click();
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
}

describe.skipIf(!existsSync(CHROMIUM))(`signing in with a real browser (needs ${CHROMIUM})`, () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  }, 60_000);
  afterAll(async () => browser?.close());

  it('leads over the provider of another site to the page that was asked for, and acts', async () => {
    const { url, service } = await start();
    const id = service.incidents[0]?.id ?? '';
    const page = await openPage();
    await page.goto(`${url}/incidents/${id}`);
    await signInAtProvider(page, 'mia');
    await page.waitForURL(`${url}/incidents/${id}`);
    expect(await page.locator('.who strong').textContent()).toBe('Mia Berg (oidc)');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('Mia Berg (oidc) has acknowledged it').waitFor();
    expect(service.actions).toEqual([['acknowledge', id, 'Mia Berg (oidc)']]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: /^Sign out of localhost/ }).click();
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await page.waitForURL(`${url}/login`);
    await page.goto(`${url}/`);
    expect(page.url()).toBe(`${url}/login?next=%2F`);
  });

  it('shows a viewer why there is no form', async () => {
    const { url, service } = await start();
    const page = await openPage();
    await page.goto(`${url}/incidents/${service.incidents[0]?.id}`);
    await signInAtProvider(page, 'vic');
    await page.locator('#read-only').waitFor();
    expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'has nothing for axe to report on its pages in the %s scheme, and a token lets in',
    async (colorScheme) => {
      const { url, provider } = await start();
      const page = await openPage(colorScheme);
      await page.goto(`${url}/login`);
      expect(await violations(page)).toEqual([]);
      await page.getByText('Sign in with a token instead').click();
      expect(await violations(page)).toEqual([]);
      await page.getByLabel('Your name').fill('Mia');
      await page.getByLabel('Access token').fill('wrong');
      await page.getByRole('button', { name: 'Sign in with the token' }).click();
      await page.locator('#login-problem').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.goto(`${url}/login?signed_out=true`);
      await page.locator('#signed-out').waitFor();
      expect(await violations(page)).toEqual([]);
      await provider.stop();
      await page.goto(`${url}/login`);
      await page.getByText('Sign in with a token instead').click();
      await page.getByLabel('Your name').fill('Mia');
      await page.getByLabel('Access token').fill('break-glass');
      await page.getByRole('button', { name: 'Sign in with the token' }).click();
      await page.getByText('Mia (operator)').waitFor();
    },
  );
});
