import { describe, expect, it } from 'vitest';
import { send, startExporter } from '../support/start-web.ts';

describe('exporter over HTTP', () => {
  it('answers /metrics with exactly the content type of the chosen format', async () => {
    const { url } = await startExporter();
    const plain = await send(`${url}/metrics`);
    expect([plain.status, plain.headers['content-type']]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(plain.body).toBe('crm_probe_success{target="sandbox"} 1\n');
    const open = await send(`${url}/metrics`, {
      headers: { Accept: 'application/openmetrics-text' },
    });
    expect(open.headers['content-type']).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
  });

  it('answers 200 for a failed probe: the failure is in the metric', async () => {
    const { url, service } = await startExporter();
    const answer = await send(`${url}/probe?target=sandbox&kind=login&debug=true`);
    expect([answer.status, answer.body]).toEqual([200, 'crm_probe_success 0\n']);
    expect(service.probes[0]).toMatchObject({ debug: true, timeoutMs: 10_000 });
  });

  it.each([
    ['10', 9500],
    ['0.4', 100],
    ['-1', 10_000],
    ['nonsense', 10_000],
    ['1e12', 3_599_500],
  ])('gives the probe the scrape timeout of %s s less a margin', async (header, timeoutMs) => {
    const { url, service } = await startExporter();
    await send(`${url}/probe?target=sandbox&kind=login`, {
      headers: { 'X-Prometheus-Scrape-Timeout-Seconds': header },
    });
    expect(service.probes[0]?.timeoutMs).toBe(timeoutMs);
  });

  it.each([
    ['target=nope&kind=login', 'unknown target "nope"; known: sandbox, warehouse-sql\n'],
    ['target=sandbox&kind=nope', 'unknown kind "nope"; known: login, accounts\n'],
    ['', '"target" is missing; known: sandbox, warehouse-sql\n'],
    ['target=sandbox', '"kind" is missing; known: login, accounts\n'],
    [
      'target=sandbox&target=%3Cb%3E&kind=login',
      'unknown target "<b>"; known: sandbox, warehouse-sql\n',
    ],
  ])('refuses /probe?%s with the known names', async (query, text) => {
    const { url } = await startExporter();
    const answer = await send(`${url}/probe?${query}`);
    expect([answer.status, answer.body]).toEqual([400, text]);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('aborts the probe when the caller hangs up', async () => {
    const { url, service } = await startExporter();
    const started = Promise.withResolvers<AbortSignal>();
    service.probeWith = async (_target, _kind, { signal }) => {
      started.resolve(signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { kind: 'ok', contentType: 'text/plain', body: [] };
    };
    const caller = new AbortController();
    const answer = fetch(`${url}/probe?target=sandbox&kind=login`, { signal: caller.signal });
    const signal = await started.promise;
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    caller.abort();
    await expect(answer).rejects.toThrow();
    await aborted;
    expect(signal.aborted).toBe(true);
  });

  it('is healthy at once and ready when its service says so', async () => {
    const { url, service } = await startExporter();
    service.ready = false;
    expect((await send(`${url}/-/healthy`)).status).toBe(200);
    const waiting = await send(`${url}/-/ready`);
    expect([waiting.status, waiting.body]).toEqual([503, 'not ready: no probe has run yet\n']);
    expect((await send(`${url}/`)).body).toContain('no probe has run yet');
    service.ready = true;
    expect((await send(`${url}/-/ready`)).status).toBe(200);
  });

  it('knows its paths and its one method', async () => {
    const { url } = await startExporter();
    const lost = await send(`${url}/metric`);
    expect(lost.status).toBe(404);
    expect(lost.body).toContain('/metrics');
    for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const refused = await send(`${url}/metrics`, { method });
      expect([method, refused.status, refused.headers['allow']]).toEqual([method, 405, 'GET']);
    }
  });

  it('refuses a foreign host name, which a rebinding attack would use', async () => {
    const { url } = await startExporter();
    const answer = await send(`${url}/metrics`, { headers: { Host: 'evil.example:9' } });
    expect(answer.status).toBe(421);
    expect(answer.body).toContain('listen on the address it is asked by');
    const good = await send(`${url}/metrics`, { headers: { Host: 'LOCALHOST:9' } });
    expect(good.status).toBe(200);
  });
});
