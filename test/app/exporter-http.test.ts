import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startExporter } from '../../src/app/app.ts';
import type { Running } from '../../src/app/app.ts';
import { PROBE_KIND_NAMES } from '../../src/catalog/catalog.ts';
import { allSeries } from '../support/exposition-parser.ts';
import { createTestRuntime, rewriteConfig } from '../support/app-site.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { startSandboxSite } from '../support/sandbox-site.ts';
import type { SandboxSite } from '../support/sandbox-site.ts';

type Answer = { readonly status: number; readonly text: string };

const folder = createTemporaryFolder();
let site: SandboxSite;
let exporter: Running;
let firstReadiness: Answer;

beforeAll(async () => {
  site = await startSandboxSite(folder.path);
  const loaded = rewriteConfig(site.configFile, (config) => {
    const [target] = config['targets'] as { probes: Record<string, object> }[];
    for (const settings of Object.values(target?.probes ?? {})) {
      Object.assign(settings, { interval: '500ms', retry_interval: '200ms' });
    }
  });
  exporter = await startExporter(loaded, createTestRuntime());
  firstReadiness = await ask('/-/ready');
});

afterAll(async () => {
  await exporter.stop();
  await site.stop();
  folder[Symbol.dispose]();
});

async function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(exporter.url + path, { headers });
  return { status: response.status, text: await response.text() };
}

/** Asks again and again; the limit of the test ends it. */
async function untilAnswer(path: string, isGood: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask(path);
    if (isGood(answer)) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function isAccounts(labels: Readonly<Record<string, string>>): boolean {
  return labels['probe'] === 'accounts';
}

describe('the exporter in front of a real sandbox CRM', () => {
  it('is not ready before every probe has run, and says how many are missing', async () => {
    expect(firstReadiness).toEqual({
      status: 503,
      text: expect.stringMatching(/^not ready: \d of 9 probes have not run yet\n$/),
    });
    expect((await untilAnswer('/-/ready', ({ status }) => status === 200)).text).toBe('ready\n');
    expect(await ask('/-/healthy')).toMatchObject({ status: 200 });
  });

  it('serves what every probe measured, and its own state', async () => {
    await untilAnswer('/-/ready', ({ status }) => status === 200);
    const { status, text } = await ask('/metrics');
    expect(status).toBe(200);
    const samples = allSeries(text);
    const success = samples.filter(({ name }) => name === 'crm_probe_success');
    expect(new Set(success.map(({ labels }) => labels['probe']))).toEqual(
      new Set(PROBE_KIND_NAMES),
    );
    expect(success).toHaveLength(PROBE_KIND_NAMES.length);
    expect(success.every(({ value }) => value === 1)).toBe(true);
    const names = new Set(samples.map(({ name }) => name));
    for (const name of ['crm_missing_ratio', 'crm_failed_logins', 'crm_probe_threshold']) {
      expect(names).toContain(name);
    }
    expect(names).toContain('crmwatch_build_info');
    expect(text).not.toContain(site.addresses.token);
  });

  it('runs one probe on demand', async () => {
    const { status, text } = await ask('/probe?target=sandbox&kind=accounts');
    expect(status).toBe(200);
    expect(text).toContain('crm_probe_success{probe="accounts"} 1');
    expect(text).not.toContain('# settings');
  });

  it('shows settings and log of a probe to who debugs it, and never a secret', async () => {
    const { text } = await ask('/probe?target=sandbox&kind=failed_logins&debug=true');
    expect(text).toContain('# settings {"intervalMs":500,"retryIntervalMs":200,"maxAttempts":3');
    expect(text).toContain('"windowMs":120000');
    for (const kind of PROBE_KIND_NAMES) {
      const debug = (await ask(`/probe?target=sandbox&kind=${kind}&debug=true`)).text;
      expect(debug, kind).not.toContain(site.addresses.token);
      expect(debug, kind).not.toContain(site.addresses.password);
    }
  });

  it('answers 200 with exactly one reason when the CRM fails, on demand and at its own pace', async () => {
    await site.sandbox.break('permission_removed', { intensity: 1 });
    const { status, text } = await ask('/probe?target=sandbox&kind=accounts&debug=true');
    expect(status).toBe(200);
    expect(text).toContain('crm_probe_success{probe="accounts"} 0');
    expect(text).toContain('# failed: authorization: GET /api/users answered 403');
    const reasonsIn = (answer: Answer): readonly (string | undefined)[] =>
      allSeries(answer.text)
        .filter(({ name, labels }) => name.endsWith('_failure_reason') && isAccounts(labels))
        .map(({ labels }) => labels['reason']);
    const metrics = await untilAnswer('/metrics', (answer) => reasonsIn(answer).length > 0);
    expect(reasonsIn(metrics)).toEqual(['authorization']);
    // What was measured before is not told on as if it were still so.
    expect(allSeries(metrics.text).map(({ name }) => name)).not.toContain('crm_privileged_users');
    await site.sandbox.mend('permission_removed');
    await untilAnswer('/metrics', (answer) => reasonsIn(answer).length === 0);
  });

  it.each([
    ['/probe', 400, '"target" is missing; known: sandbox'],
    ['/probe?target=crm&kind=login', 400, 'unknown target "crm"; known: sandbox'],
    ['/probe?target=sandbox', 400, `"kind" is missing; known: ${PROBE_KIND_NAMES.join(', ')}`],
    [
      '/probe?target=sandbox&kind=x',
      400,
      `unknown kind "x"; known: ${PROBE_KIND_NAMES.join(', ')}`,
    ],
  ])('answers %s with %d', async (path, status, text) => {
    expect(await ask(path)).toEqual({ status, text: `${text}\n` });
  });

  it('keeps the deadline that Prometheus gives', async () => {
    await site.sandbox.break('network_slow', { intensity: 1 });
    const { text } = await ask('/probe?target=sandbox&kind=reachability', {
      'x-prometheus-scrape-timeout-seconds': '1',
    });
    await site.sandbox.mend('network_slow');
    expect(text).toContain('reason="timeout"');
    const duration = /crm_probe_duration_seconds\{probe="reachability"\} ([\d.]+)/.exec(text)?.[1];
    expect(Number(duration)).toBeLessThan(3);
  });
});
