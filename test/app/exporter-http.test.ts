import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startExporter } from '../../src/app/app.ts';
import type { Running } from '../../src/app/app.ts';
import { PROBE_KIND_NAMES } from '../../src/catalog/catalog.ts';
import { allSeries } from '../support/exposition-parser.ts';
import { createTestRuntime, rewriteConfig } from '../support/app-site.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { startSandboxSite } from '../support/sandbox-site.ts';
import type { SandboxSite } from '../support/sandbox-site.ts';

/** What the sandbox can do: a CRM runs no plugins, and this one has no vendor. */
const KINDS = PROBE_KIND_NAMES.filter((kind) => kind !== 'plugin' && kind !== 'vendor_status');

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
  it('is not ready before every target was tried, and says which are missing', async () => {
    expect(firstReadiness).toEqual({
      status: 503,
      text: 'not ready: 1 of 1 targets has not been tried yet: sandbox\n',
    });
    expect((await untilAnswer('/-/ready', ({ status }) => status === 200)).text).toBe('ready\n');
    expect(await ask('/-/healthy')).toMatchObject({ status: 200 });
  });

  it('serves what every probe measured, and its own state', async () => {
    const ran = ({ text: page }: Answer): boolean =>
      page.split('\n').filter((line) => line.startsWith('crm_probe_success{')).length ===
      KINDS.length;
    const { status, text } = await untilAnswer('/metrics', ran);
    expect(status).toBe(200);
    const samples = allSeries(text);
    const success = samples.filter(({ name }) => name === 'crm_probe_success');
    expect(new Set(success.map(({ labels }) => labels['probe']))).toEqual(new Set(KINDS));
    expect(success).toHaveLength(KINDS.length);
    expect(success.every(({ value }) => value === 1)).toBe(true);
    const names = new Set(samples.map(({ name }) => name));
    for (const name of ['crm_missing_ratio', 'crm_failed_logins', 'crm_probe_threshold']) {
      expect(names).toContain(name);
    }
    expect(names).toContain('crmwatch_build_info');
    expect(text).not.toContain(site.addresses.token);
  });

  it('answers several modules at once, and all of a target when none is named', async () => {
    const modulesIn = (text: string): ReadonlySet<string | undefined> =>
      new Set(
        allSeries(text)
          .filter(({ name }) => name === 'crm_probe_success')
          .map(({ labels }) => labels['probe']),
      );
    const two = await ask('/probe?target=sandbox&module=login,accounts');
    expect(modulesIn(two.text)).toEqual(new Set(['login', 'accounts']));
    const all = await ask('/probe?target=sandbox');
    expect(modulesIn(all.text)).toEqual(new Set(KINDS));
  });

  it('lists each area of each target for service discovery', async () => {
    const { text } = await ask('/sd?module=accounts');
    expect(JSON.parse(text)).toEqual([
      {
        targets: [new URL(exporter.url).host],
        labels: {
          __metrics_path__: '/probe',
          __param_target: 'sandbox',
          __param_module: 'accounts',
          __scrape_interval__: '500ms',
          __scrape_timeout__: '500ms',
          target: 'sandbox',
          platform: 'rest',
          area: 'security',
        },
      },
    ]);
    expect(JSON.parse((await ask('/sd')).text)).toHaveLength(3);
    expect((await ask('/sd?target=sandbox&platform=x')).text).toBe(
      'unknown platform "x"; known: rest\n',
    );
    expect((await ask('/sd?target=sandbox&area=health&module=accounts')).text).toBe('[]\n');
  });

  it('keeps the runs that failed, with their logs', async () => {
    await untilAnswer('/history', ({ text }) => text.includes('/history?id='));
    const { text } = await ask('/history');
    const [, id] = /history\?id=([0-9a-f]{16})/.exec(text) ?? [];
    const one = await ask(`/history?id=${id}`);
    expect(one.status).toBe(200);
    expect(one.text).toMatch(/^# \w+ of sandbox, started /);
    expect(one.text).toContain('crm_probe_success{');
    expect(one.text).not.toContain(site.addresses.token);
  });

  it('shows its configuration with every default and no secret', async () => {
    const { text } = await ask('/config');
    expect(text).toContain('scrape_timeout_offset: 500ms');
    expect(text).toContain('scrapes_in_flight: 100');
    expect(text).toContain('min_interval: 30s');
    expect(text).not.toContain(site.addresses.token);
    expect(text).not.toContain(site.addresses.password);
  });

  it('runs one probe on demand', async () => {
    const { status, text } = await ask('/probe?target=sandbox&module=accounts');
    expect(status).toBe(200);
    expect(text).toContain('crm_probe_success{probe="accounts"} 1');
    expect(text).not.toContain('# settings');
  });

  it('shows settings and log of a probe to who debugs it, and never a secret', async () => {
    const { text } = await ask('/probe?target=sandbox&module=failed_logins&debug=true');
    expect(text).toContain('# settings {"intervalMs":500,"retryIntervalMs":200,"maxAttempts":3');
    expect(text).toContain('"windowMs":120000');
    for (const kind of KINDS) {
      const debug = (await ask(`/probe?target=sandbox&module=${kind}&debug=true`)).text;
      expect(debug, kind).not.toContain(site.addresses.token);
      expect(debug, kind).not.toContain(site.addresses.password);
    }
  });

  it('answers 200 with exactly one reason when the CRM fails, on demand and at its own pace', async () => {
    await site.sandbox.break('permission_removed', { intensity: 1 });
    const { status, text } = await ask('/probe?target=sandbox&module=accounts&debug=true');
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
    ['/probe?target=crm&module=login', 400, 'unknown target "crm"; known: sandbox'],
    ['/probe?target=sandbox&module=x', 400, `unknown module "x"; known: ${KINDS.join(', ')}`],
  ])('answers %s with %d', async (path, status, text) => {
    expect(await ask(path)).toEqual({ status, text: `${text}\n` });
  });

  it('keeps the deadline that Prometheus gives', async () => {
    await site.sandbox.break('network_slow', { intensity: 1 });
    const { text } = await ask('/probe?target=sandbox&module=reachability&debug=true', {
      'x-prometheus-scrape-timeout-seconds': '1',
    });
    await site.sandbox.mend('network_slow');
    expect(text).toContain('reason="timeout"');
    const duration = /crm_probe_duration_seconds\{probe="reachability"\} ([\d.]+)/.exec(text)?.[1];
    expect(Number(duration)).toBeLessThan(3);
  });
});
