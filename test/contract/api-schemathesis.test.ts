import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startResponder } from '../../src/app/app.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { createTestRuntime, rewriteConfig, writeSmallConfig } from '../support/app-site.ts';
import { runProgram } from '../support/program.ts';
import { createTemporaryFolder } from '../support/responder.ts';

const ROOT = join(import.meta.dirname, '../..');
const FUZZER = join(ROOT, '.crmwatch/fuzzer/bin/schemathesis');
const SETTINGS = join(ROOT, 'test/fuzz/schemathesis.toml');
const REMEDY = 'sh deploy/setup/fuzzer.sh';
const TOKEN = 'correct-horse-battery-staple';
/** Of the whole run; what is generated is always the same, and this much of it is sent. */
const FUZZ_SECONDS = 40;
/** A stream that never ends cannot be held against a schema; test/web/event-stream.test.ts looks at it. */
const ENDLESS = 'streamEvents';

const isAbsent = !existsSync(FUZZER);

type Document = {
  readonly paths: Readonly<Record<string, object>>;
  readonly components: {
    readonly schemas: { readonly Statistics: { readonly properties: Record<string, object> } };
  };
};

let url = '';
let release = async (): Promise<void> => {};
const folder = createTemporaryFolder();

/** Some incidents of every kind of target, so that there is something to change. */
async function openIncidents(): Promise<void> {
  const alerts = ['shop', 'desk', 'Zürich', 'a&b=c'].map((target) =>
    createAlert({ labels: { alertname: 'CrmUnreachable', target, severity: 'critical' } }),
  );
  const pipe = createAlert({ name: 'PipeBroken', labels: { alertname: 'PipeBroken' } });
  const answer = await fetch(`${url}/api/v1/alerts/alertmanager`, {
    method: 'POST',
    body: createWebhookBody([...alerts, pipe]),
  });
  expect(answer.status).toBe(200);
}

/**
 * The fuzzer tries wrong tokens everywhere and wants to see 401, so whoever counts them forgets a thousand times sooner;
 * test/web/access/guess-limit.test.ts holds the limit itself.
 */
function createPatientRuntime(): ReturnType<typeof createTestRuntime> {
  const runtime = createTestRuntime();
  const { clock } = runtime;
  return { ...runtime, clock: { ...clock, monotonicMs: () => clock.monotonicMs() * 1000 } };
}

/** Deliveries that cannot be read, so that there is something to decide upon. */
async function fillQuarantine(): Promise<void> {
  for (const body of ['broken', '{"version":"9"}', '\u0000<script>']) {
    const answer = await fetch(`${url}/api/v1/alerts/alertmanager`, { method: 'POST', body });
    expect(answer.status).toBe(400);
  }
}

/** From a file, because the fuzzer leaves out the address that it has the document from. */
async function fuzz(document: Document, words: readonly string[]): Promise<string> {
  const file = join(folder.path, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  return runProgram(FUZZER, {
    folder: folder.path,
    logFile: join(folder.path, 'fuzzer.log'),
    arguments: [
      '--config-file',
      SETTINGS,
      '--no-color',
      'run',
      file,
      '--url',
      url,
      '--header',
      `Authorization: Bearer ${TOKEN}`,
      '--generation-deterministic',
      '--continue-on-failure',
      '--request-timeout',
      '10',
      ...words,
    ],
    timeoutMs: 100_000,
  });
}

describe.skipIf(isAbsent)(`the API and its OpenAPI document (needs: ${REMEDY})`, () => {
  beforeAll(async () => {
    const site = join(folder.path, 'site');
    mkdirSync(site);
    writeSmallConfig(site);
    writeFileSync(join(site, 'token'), TOKEN);
    const config = rewriteConfig(join(site, 'crmwatch.yaml'), (sections) => {
      const console_token = { file: 'token' };
      sections['responder'] = { ...(sections['responder'] as object), console_token };
    });
    const running = await startResponder(config, createPatientRuntime());
    url = running.url;
    release = async () => running.stop();
    await openIncidents();
    await fillQuarantine();
  });
  afterAll(async () => {
    await release();
    folder[Symbol.dispose]();
  });

  async function read(path: string): Promise<unknown> {
    const headers = { Authorization: `Bearer ${TOKEN}` };
    return (await fetch(`${url}/api/v1/${path}`, { headers })).json();
  }
  const readDocument = async (): Promise<Document> => (await read('openapi.json')) as Document;

  it('agree on every answer, and no request is too odd for it', async () => {
    const document = await readDocument();
    const output = await fuzz(document, [
      '--max-time',
      String(FUZZ_SECONDS),
      '--max-examples',
      '25',
      '--exclude-operation-id',
      ENDLESS,
    ]);
    const total = Object.values(document.paths).flatMap((group) => Object.keys(group)).length;
    expect(output).toContain(`${total - 1} selected / ${total} total`);
    expect(output).toContain(`Tested: ${total - 1}\n`);
    // It came as far as what there was to decide.
    const decided = (await read('quarantine?status=discarded')) as { entries: readonly object[] };
    expect(decided.entries).toContainEqual(expect.objectContaining({ id: 1 }));
    expect(Number(/(\d+) generated/.exec(output)?.[1])).toBeGreaterThan(200);
  });

  it('would be told apart: a document that says something else is found out', async () => {
    const document = await readDocument();
    document.components.schemas.Statistics.properties['open'] = { type: 'string' };
    const words = ['--phases', 'coverage', '--include-operation-id', 'getStatistics'];
    await expect(fuzz(document, words)).rejects.toThrow('violates schema');
  });
});
