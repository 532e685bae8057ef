import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { decodeEvidence } from '../../src/responder/evidence/evidence.ts';
import type { Evidence } from '../../src/responder/evidence/evidence.ts';

const ONSET_MS = Date.UTC(2026, 10, 28, 16, 0, 0);
const AT = new Date(ONSET_MS + 60_000).toISOString();
const WORLD = { target: 'sales', platform: 'rest', version: '7' };

/** What a Prometheus would tell of one CRM whose login probe fails; in the past and now. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/api/v1/alerts': {
    alerts: [
      {
        labels: { alertname: 'CrmLoginFailed', target: 'sales', severity: 'critical' },
        annotations: { summary: 'User jane cannot log in to sales: jane@example.com' },
        state: 'firing',
        activeAt: '2026-11-28T16:00:00Z',
      },
      { labels: { alertname: 'Other', target: 'support' }, state: 'firing', activeAt: AT },
      { labels: { alertname: 'Pending', target: 'sales' }, state: 'pending', activeAt: AT },
    ],
  },
  '/api/v1/query': {
    resultType: 'vector',
    result: [
      { metric: { __name__: 'crm_probe_success', probe: 'login', ...WORLD }, value: [0, '0'] },
      { metric: { __name__: 'crm_target_info', ...WORLD }, value: [0, '1'] },
    ],
  },
  '/api/v1/query_range': { resultType: 'matrix', result: [] },
};

const requests: string[] = [];
const prometheus = createServer((request, response) => {
  const { url = '' } = request;
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    requests.push(`${url}?${body}`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'success', data: ANSWERS[url] }));
  });
});
const folder = mkdtempSync(join(tmpdir(), 'crmwatch-evidence-'));
let address = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(prometheus.address() as AddressInfo).port}`;
});
afterAll(() => {
  prometheus.close();
  rmSync(folder, { recursive: true });
});

type Ran = { readonly output: string; readonly exitCode: number };

async function run(...words: readonly string[]): Promise<Ran> {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const exitCode = await runCommandLine(words, { print: write, note: write });
  return { output: lines.join('\n'), exitCode };
}

function saved(file: string): Evidence {
  return decodeEvidence(JSON.parse(readFileSync(file, 'utf8')), file);
}

describe('crmwatch evidence capture', () => {
  it('saves what a diagnosis would look at, without a text of anybody, and is replayed the same', async () => {
    const file = join(folder, 'evidence.json');
    const logs = join(folder, 'crm.log');
    const line = '2026-11-28T16:00:05Z ERROR login of jane@example.com refused';
    writeFileSync(logs, `${line}\n`);
    const words = ['--target', 'sales', '--prometheus', address, '--logs', logs, '--output', file];
    expect(await run('evidence', 'capture', ...words)).toEqual({
      output: `wrote ${file}: alerts 1, probes 1, series 0, changes 0, related targets 0, kinds of log lines 1`,
      exitCode: 0,
    });
    const text = readFileSync(file, 'utf8');
    expect(text).not.toMatch(/jane|example/i);
    const evidence = saved(file);
    expect(evidence).toMatchObject({ target: 'sales', platform: 'rest', onsetAtMs: ONSET_MS });
    expect(evidence.alerts).toEqual([
      {
        name: 'CrmLoginFailed',
        severity: 'critical',
        labels: {},
        startsAtMs: ONSET_MS,
        words: ['user', '<name>', 'cannot', 'log', 'in', 'to', '<target>', '<email>'],
      },
    ]);
    expect(evidence.logs).toEqual([
      { template: 'error login of <email> refused', count: 1, before: 0 },
    ]);
    const first = await run('diagnose', file, '--explain');
    expect(first.exitCode).toBe(0);
    expect(first.output).toMatch(/^answer {6}\w+/);
    expect(await run('diagnose', file, '--explain')).toEqual(first);
  });

  it('looks at the past when it is told to, where alerts have no texts', async () => {
    const file = join(folder, 'past.json');
    const words = ['--target', 'sales', '--prometheus', address, '--output', file];
    requests.length = 0;
    await run('evidence', 'capture', ...words, '--at', AT, '--onset', `${ONSET_MS / 1000}`);
    expect(saved(file)).toMatchObject({ onsetAtMs: ONSET_MS, capturedAtMs: ONSET_MS + 60_000 });
    const instants = requests.filter((request) => request.startsWith('/api/v1/query?'));
    expect(instants.length).toBeGreaterThan(2);
    for (const request of instants) {
      expect(new URLSearchParams(request).get('time')).toBe(`${ONSET_MS / 1000 + 60}.000`);
    }
    expect(requests.some((request) => request.startsWith('/api/v1/alerts'))).toBe(false);
  });

  it('prints it without a file, and says where it could not be written', async () => {
    const words = ['--target', 'sales', '--prometheus', address];
    const { output } = await run('evidence', 'capture', ...words);
    expect(decodeEvidence(JSON.parse(output), 'output').target).toBe('sales');
    const refused = await run('evidence', 'capture', ...words, '--output', join(folder, 'no', 'x'));
    expect(refused.exitCode).toBe(2);
    expect(refused.output).toMatch(/remedy: name a file in a folder that exists/);
  });
});
