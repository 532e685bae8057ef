import { join } from 'node:path';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { ODD_VALUES, pathsOf, replaceAt } from '../support/mutations.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { startRealResponder } from '../support/start-real-responder.ts';
import type { RealResponder } from '../support/start-real-responder.ts';
import { send } from '../support/start-web.ts';
import type { RawAnswer } from '../support/start-web.ts';

/**
 * What becomes of deliveries that are wrong, from the socket to the database and back on the pages; on both engines. The
 * table in docs/responder/intake.md names these tests.
 */
async function start(): Promise<RealResponder> {
  const folder = createTemporaryFolder();
  const responder = await startRealResponder(join(folder.path, 'incidents.db'));
  onTestFinished(async () => {
    await responder[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  return responder;
}

async function deliver(
  { url }: RealResponder,
  body: string | Buffer,
  encoding = '',
  kind = 'alertmanager',
): Promise<RawAnswer> {
  const headers = encoding === '' ? {} : { 'Content-Encoding': encoding };
  return send(`${url}/api/v1/alerts/${kind}`, { method: 'POST', headers, body });
}

/** Every body that is kept as a delivery, and every one that waits in quarantine. */
async function keptBodies({ store }: RealResponder): Promise<readonly string[]> {
  const { rows } = await sql<{ body: Uint8Array }>`
    SELECT body FROM deliveries UNION ALL SELECT body FROM quarantine`.execute(store.database);
  return rows.map(({ body }) => Buffer.from(body).toString('base64'));
}

/** Nothing was executed or broken: the pages show what came, and the next alert gets in. */
async function expectAlive(responder: RealResponder): Promise<void> {
  await responder.pipeline.settle();
  const { incidents } = JSON.parse(
    (await send(`${responder.url}/api/v1/incidents?limit=500`)).body,
  ) as { incidents: readonly { id: string }[] };
  const entries = await responder.pipeline.quarantine.list({ limit: 500 });
  const paths = [
    '/',
    '/quarantine',
    ...incidents.slice(0, 20).map(({ id }) => `/incidents/${id}`),
    ...entries.slice(0, 20).map(({ id }) => `/quarantine/${id}`),
  ];
  for (const path of paths) {
    const page = await send(`${responder.url}${path}`);
    expect(page.status, path).toBe(200);
    expect(page.body.length, path).toBeLessThan(2_000_000);
    expect(page.body.includes('<script>alert') || page.body.includes('<img src=x'), path).toBe(
      false,
    );
  }
  expect((await deliver(responder, createWebhookBody([createAlert()]))).status).toBe(200);
}

const GOOD = createWebhookBody([createAlert()]);
const SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(1)>';

function manyLabels(): string {
  const many = Array.from({ length: 10_000 }, (_, index) => [`label_${index}`, `${index}`]);
  const labels = { ...Object.fromEntries(many), alertname: 'A', target: 'shop' };
  return createWebhookBody([createAlert({ labels })]);
}

function withText(text: string): string {
  const labels = {
    alertname: `A ${text}`,
    target: `shop ${text}`,
    severity: 'critical',
    [text]: text,
  };
  return createWebhookBody([createAlert({ labels, annotations: { summary: text, [text]: text } })]);
}

const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const ZEROS = Buffer.alloc(80 * 1024 * 1024);

it.each<[what: string, status: number, body: () => string | Buffer, encoding?: string]>([
  ['no JSON', 400, () => '{"version":"4",'],
  ['nothing at all', 400, () => ''],
  ['bytes that are no text', 400, () => Buffer.from([0xff, 0xfe, 0x00, 0xd8])],
  ['a million brackets', 400, () => '['.repeat(1_000_000)],
  ['an unknown version', 400, () => GOOD.replace('"version":"4"', '"version":"5"')],
  ['no version', 400, () => GOOD.replace('"version":"4",', '')],
  ['another kind of sender', 400, () => '{"version":"1","alerts":[]}'],
  ['10,000 labels', 200, manyLabels],
  ['a value of 1 MB', 200, () => withText('x'.repeat(1_000_000))],
  ['control characters', 200, () => withText('\0\u0007\u001b[31m\u202e\r\n\ud800 end')],
  ['HTML and script', 200, () => withText(SCRIPT)],
  ['a time in the year 0', 400, () => GOOD.replace(/"startsAt":"[^"]*"/, '"startsAt":"0"')],
  ['an absurd time', 200, () => GOOD.replace(/"startsAt":"2026/, '"startsAt":"9999')],
  ['a gzip bomb', 400, () => gzipSync(ZEROS), 'gzip'],
  ['a deflate bomb', 400, () => deflateSync(ZEROS), 'deflate'],
  ['a br bomb', 400, () => brotliCompressSync(ZEROS, QUICK), 'br'],
  ['a bomb in a bomb', 400, () => gzipSync(gzipSync(ZEROS)), 'gzip'],
  ['a body compressed twice', 400, () => gzipSync(gzipSync(GOOD)), 'gzip, gzip'],
  ['no gzip although it says so', 400, () => GOOD, 'gzip'],
  ['an unknown encoding', 400, () => GOOD, 'zstd'],
])(
  'with %s is answered %i, kept to the byte, and harms nothing',
  async (_, status, make, encoding) => {
    const responder = await start();
    const body = make();
    const answer = await deliver(responder, body, encoding);
    expect(answer.status, answer.body.slice(0, 500)).toBe(status);
    if (status === 400) {
      const { problems } = JSON.parse(answer.body) as { problems: readonly { remedy: string }[] };
      expect(problems[0]?.remedy).not.toBe('');
    }
    const bytes = Buffer.from(body);
    expect(await keptBodies(responder)).toContain(bytes.toString('base64'));
    const [entry] = await responder.pipeline.quarantine.list({ limit: 1 });
    expect(entry === undefined).toBe(status === 200);
    if (entry !== undefined) expect(entry.bytes).toBe(bytes.length);
    await expectAlive(responder);
  },
);

it('with a mistake anywhere is answered 200 or 400, kept to the byte, and harms nothing', async () => {
  const responder = await start();
  const good: unknown = JSON.parse(
    createWebhookBody([createAlert(), createAlert({ labels: { alertname: 'B', target: 'b' } })]),
  );
  const value = fc.oneof(fc.constantFrom(...ODD_VALUES), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...pathsOf(good)), value, async (path, odd) => {
      const body = JSON.stringify(replaceAt(good, path, odd));
      const { status } = await deliver(responder, body);
      expect([200, 400]).toContain(status);
      expect(await keptBodies(responder)).toContain(Buffer.from(body).toString('base64'));
    }),
    { numRuns: 60 },
  );
  await expectAlive(responder);
});

it('with one alert that cannot be read lets the others in, and is in quarantine as a whole', async () => {
  const responder = await start();
  const good = JSON.parse(GOOD) as { alerts: readonly object[] };
  const body = JSON.stringify({ ...good, alerts: [{ status: 'on' }, ...good.alerts] });
  expect((await deliver(responder, body)).status).toBe(200);
  await responder.pipeline.settle();
  expect(await responder.pipeline.listIncidents()).toHaveLength(1);
  const [entry] = await responder.pipeline.quarantine.list({ limit: 1 });
  expect(entry).toMatchObject({ bytes: Buffer.byteLength(body), problems: [{}] });
});
