import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

/**
 * `node test/support/report-picture.ts REPORT.html PICTURE.png`: the upper half of a report of `crmwatch evaluate`, as
 * docs/images/evaluation-report.png shows it.
 */
const [report = '', picture = ''] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 1160, height: 900 } });
await page.goto(pathToFileURL(report).href);
const last = await page.locator('section:has(#card-coverage)').boundingBox();
const height = Math.ceil((last?.y ?? 0) + (last?.height ?? 900)) + 16;
await page.screenshot({ path: picture, clip: { x: 0, y: 0, width: 1160, height }, fullPage: true });
await browser.close();
