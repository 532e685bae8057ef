import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { evaluationPage } from '../../src/report/report.ts';
import { inventReport } from '../support/invented-report.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

/** The report of an evaluation as a browser shows it: silent, legible and complete on every screen and on paper. */
const CHROMIUM = '/usr/bin/chromium';
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const IRIS = resolve(import.meta.dirname, '../fixtures/cli/iris.csv');
const QUICK = ['--encoding', 'plain', '--c', '1'];

const folder = createTemporaryFolder();
let browser: Browser;

/** Forty classes whose names are long, and would run if they could. */
function fortyClasses(): string {
  const classes = Array.from(
    { length: 40 },
    (_, index) => `${index} <img src=x onerror=alert(1)> of the catalogue`,
  );
  return evaluationPage({
    report: inventReport(classes, 4000),
    evaluation: { folds: 10, inOrderOfTime: false, recipes: [{ encoding: 'steps', strengthC: 1 }] },
    source: {
      name: `${'forty'.repeat(30)}.csv`,
      files: [{ name: 'forty.csv', sha256: '0f'.repeat(32) }],
      command: ['npx', 'crmwatch', 'evaluate', `${'forty'.repeat(30)}.csv`],
      version: '0.1.0',
      seed: 0,
    },
  });
}

async function makeReport(name: string, words: readonly string[]): Promise<void> {
  const errors: string[] = [];
  const note = (line: string): void => void errors.push(line);
  const all = ['evaluate', ...words, ...QUICK, '--report', join(folder.path, `${name}.html`)];
  const exitCode = await runCommandLine(all, { print: () => undefined, note });
  expect(exitCode, errors.join('\n')).toBe(0);
}

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) return;
  writeFileSync(join(folder.path, 'forty.html'), fortyClasses());
  await makeReport('iris', [IRIS]);
  await makeReport('left-out', [IRIS, '--leave-class-out', '--folds', '2']);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser?.close();
  folder[Symbol.dispose]();
});

type Look = {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
  readonly media: 'screen' | 'print';
};

/** Fails when the page complains, as it would of anything that its own policy forbids, or asks for another file. */
async function openReport(name: string, { width, colorScheme, media }: Look): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const url = pathToFileURL(join(folder.path, `${name}.html`)).href;
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== url) complaints.push(`asked for ${request.url()}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  await page.emulateMedia({ media, colorScheme });
  await page.goto(url);
  return page;
}

/** Texts of drawings as they are on the screen: too small, beyond the edge of their drawing, or upon each other. */
const LOOK_AT_TEXTS = `(() => {
  const found = { texts: 0, small: [], cut: [], upon: [] };
  for (const svg of document.querySelectorAll('svg.plot')) {
    const frame = svg.getBoundingClientRect();
    const scale = frame.width / svg.viewBox.baseVal.width;
    const texts = [...svg.querySelectorAll('text')].map((text) => ({
      said: svg.querySelector('title').textContent + ': ' + text.textContent,
      size: parseFloat(getComputedStyle(text).fontSize) * scale,
      box: text.getBoundingClientRect(),
    }));
    found.texts += texts.length;
    for (const { said, size, box } of texts) {
      if (size < 11) found.small.push(said + ' ' + size);
      if (box.left < frame.left - 1 || box.right > frame.right + 1) found.cut.push(said);
    }
    // Boxes are as high as the highest letters could be, so some of their height is air.
    const isUpon = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 6 && b.top < a.bottom - 6;
    for (const [index, { said, box }] of texts.entries()) {
      for (const other of texts.slice(index + 1)) {
        if (isUpon(box, other.box)) found.upon.push(said + ' | ' + other.said);
      }
    }
  }
  return found;
})()`;

type Texts = {
  readonly texts: number;
  readonly small: string[];
  readonly cut: string[];
  readonly upon: string[];
};

const NAMES = ['iris', 'forty', 'left-out'];
const SCREENS = [
  { width: 1280, colorScheme: 'light', media: 'screen' },
  { width: 1280, colorScheme: 'dark', media: 'screen' },
  { width: 375, colorScheme: 'light', media: 'screen' },
] as const;

describe.skipIf(!existsSync(CHROMIUM))('the report of an evaluation in Chromium', () => {
  describe.each(NAMES)('%s', (name) => {
    it.each(SCREENS)('is accessible and legible: $width, $colorScheme', async (look) => {
      const page = await openReport(name, look);
      const texts = await page.evaluate<Texts>(LOOK_AT_TEXTS);
      expect(texts.texts).toBeGreaterThan(20);
      expect(texts).toEqual({ texts: texts.texts, small: [], cut: [], upon: [] });
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      await page.evaluate(axe.source);
      const result = await page.evaluate<{
        violations: { id: string; nodes: { html: string }[] }[];
        passes: unknown[];
      }>(`axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(AXE_TAGS)} } })`);
      expect(result.passes.length).toBeGreaterThan(10);
      expect(
        result.violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
        ),
      ).toEqual([]);
    });

    it('is printed dark on light, and nothing is left beyond the paper', async () => {
      // As wide as A4 between margins of 12 mm.
      const page = await openReport(name, { width: 703, colorScheme: 'dark', media: 'print' });
      expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(23, 33, 44)');
      const beyond = await page.evaluate<string[]>(
        `[...document.querySelectorAll('svg, table, pre')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 80))`,
      );
      expect(beyond).toEqual([]);
    });
  });

  it('would tell of a text that lies upon another', async () => {
    const page = await openReport('iris', SCREENS[0]);
    await page.evaluate(`document.querySelector('svg.plot text.tick').setAttribute('x', '95')`);
    expect((await page.evaluate<Texts>(LOOK_AT_TEXTS)).upon.length).toBeGreaterThan(0);
  });
});
