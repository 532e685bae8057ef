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
    const answer = await send(`${url}/probe?target=sandbox&module=login&debug=true`);
    expect([answer.status, answer.body]).toEqual([200, 'crm_probe_success 0\n']);
    expect(service.probes[0]).toMatchObject({ debug: true, timeoutMs: 10_000 });
  });

  it.each([
    ['10', 9500],
    ['0.4', 100],
    ['-1', 10_000],
    ['nonsense', 10_000],
    ['', 10_000],
    ['0', 10_000],
    ['NaN', 10_000],
    ['Infinity', 10_000],
    ['10, 20', 10_000],
    ['1e-9', 100],
    ['1e12', 3_599_500],
  ])('gives the probe the scrape timeout of %s s less a margin', async (header, timeoutMs) => {
    const { url, service } = await startExporter();
    await send(`${url}/probe?target=sandbox&module=login`, {
      headers: { 'X-Prometheus-Scrape-Timeout-Seconds': header },
    });
    expect(service.probes[0]?.timeoutMs).toBe(timeoutMs);
  });

  it.each([
    ['target=nope&module=login', 'unknown target "nope"; known: sandbox, warehouse-sql'],
    ['target=sandbox&module=nope', 'unknown module "nope"; known: login, accounts'],
    ['target=sandbox&module=login,nope', 'unknown module "nope"; known: login, accounts'],
    ['', '"target" is missing; known: sandbox, warehouse-sql'],
    ['module=login', '"target" is missing; known: sandbox, warehouse-sql'],
    ['target=sandbox&target=%3Cb%3E', 'unknown target "<b>"; known: sandbox, warehouse-sql'],
    [
      `target=${'x'.repeat(500)}`,
      `unknown target "${'x'.repeat(64)}…"; known: sandbox, warehouse-sql`,
    ],
    ['target=%ff', 'unknown target "\ufffd"; known: sandbox, warehouse-sql'],
    [
      'target=sandbox&kind=login',
      '"kind" is called "module"; write module=NAME or module=NAME,NAME',
    ],
    [
      'target=sandbox&module=a,b&module=c,d',
      '4 modules are more than the limit of 3; ask for them in several scrapes, or raise exporter.limits.modules_per_probe',
    ],
    ['target=sandbox&debug=yes', '"debug" is "yes"; write debug=true or leave it out'],
  ])('refuses /probe?%s', async (query, text) => {
    const { url } = await startExporter();
    const answer = await send(`${url}/probe?${query}`);
    expect([answer.status, answer.body]).toEqual([400, `${text}\n`]);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it.each([
    ['', []],
    ['&module=', []],
    ['&module=login', ['login']],
    ['&module=login,accounts', ['login', 'accounts']],
    ['&module=accounts&module=login', ['accounts', 'login']],
    ['&module=login,%20login&module=login', ['login']],
  ])('reads modules from %s', async (query, modules) => {
    const { url, service } = await startExporter();
    expect((await send(`${url}/probe?target=sandbox${query}`)).status).toBe(200);
    expect(service.probes[0]?.modules).toEqual(modules);
  });

  it.each(['/metrics', '/probe?target=sandbox'])(
    'turns %s away while too many scrapes are being answered, and counts it',
    async (path) => {
      const { url, service } = await startExporter();
      service.scrapesInFlight = 1;
      const started = Promise.withResolvers<void>();
      const finish = Promise.withResolvers<void>();
      service.renderWith = async () => {
        started.resolve();
        await finish.promise;
        return { contentType: 'text/plain', body: [] };
      };
      const first = send(`${url}/metrics`);
      await started.promise;
      const refused = await send(url + path);
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
      expect(refused.body).toBe(
        '1 scrapes are being answered, which is the limit; ask less often or raise exporter.limits.scrapes_in_flight\n',
      );
      expect(service.refused).toEqual([path.split('?')[0]]);
      finish.resolve();
      expect((await first).status).toBe(200);
      expect((await send(`${url}/probe?target=sandbox`)).status).toBe(200);
    },
  );

  it('gives service discovery under the name it was asked by', async () => {
    const { url } = await startExporter();
    const { host } = new URL(url);
    const answer = await send(`${url}/sd`);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(answer.body)).toEqual([{ targets: [host], labels: { target: 'sandbox' } }]);
    expect((await send(`${url}/sd?area=quality`)).body).toBe('[]\n');
  });

  it.each([
    ['area=nope', 'unknown area "nope"; known: health\n'],
    ['colour=red', 'unknown parameter "colour"; known: target, platform, module, area\n'],
  ])('refuses /sd?%s', async (query, text) => {
    const { url } = await startExporter();
    const answer = await send(`${url}/sd?${query}`);
    expect([answer.status, answer.body]).toEqual([400, text]);
  });

  it.each(['', '*/*', 'nonsense', ';;;q=,', 'text/plain;version=99', 'x'.repeat(4000)])(
    'never refuses a scrape for its Accept header %#',
    async (accept) => {
      const { url } = await startExporter();
      for (const path of ['/metrics', '/probe?target=sandbox']) {
        const answer = await send(url + path, { headers: { Accept: accept } });
        expect([answer.status, answer.headers['content-type']]).toEqual([
          200,
          'text/plain; version=0.0.4; charset=utf-8',
        ]);
      }
    },
  );

  it('takes no notice of a body where there is nothing to send', async () => {
    const { url, service } = await startExporter();
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '9' };
    const read = await send(`${url}/metrics`, { headers, body: '{"broken:' });
    expect(read.status).toBe(200);
    service.reload = async () => ({ kind: 'reloaded', summary: 'x', unapplied: [] });
    const reload = await send(`${url}/-/reload`, { method: 'POST', headers, body: '{"broken:' });
    expect([reload.status, reload.body]).toEqual([200, 'reloaded: x\n']);
  });

  it('reloads only when that is enabled, and says how it ended', async () => {
    const { url, service } = await startExporter();
    const reload = async () => send(`${url}/-/reload`, { method: 'POST' });
    const closed = await reload();
    expect([closed.status, closed.body]).toEqual([
      403,
      'Reloading over HTTP is not enabled; start with --web.enable-lifecycle, or send SIGHUP.\n',
    ]);
    service.reload = async () => ({
      kind: 'reloaded',
      summary: '2 targets, 1 unchanged',
      unapplied: ['exporter.listen'],
    });
    const done = await reload();
    expect([done.status, done.body]).toEqual([
      200,
      'reloaded: 2 targets, 1 unchanged; needs a restart: exporter.listen\n',
    ]);
    service.reload = async () => ({ kind: 'failed', why: 'targets: expected a list' });
    const failed = await reload();
    expect([failed.status, failed.body]).toEqual([
      500,
      'not reloaded, the old configuration stays in force: targets: expected a list\n',
    ]);
    expect((await send(`${url}/-/reload`)).status).toBe(405);
  });

  it('shows the history, one run of it, and the configuration', async () => {
    const { url } = await startExporter();
    const list = await send(`${url}/history`);
    expect(list.body).toContain('href="/history?id=abc"');
    const one = await send(`${url}/history?id=abc`);
    expect([one.status, one.body]).toEqual([200, '# info asked\ncrm_probe_success 0\n']);
    const gone = await send(`${url}/history?id=nope`);
    expect([gone.status, gone.body]).toEqual([
      404,
      'no run "nope" is kept; see /history for those that are\n',
    ]);
    expect((await send(`${url}/config`)).body).toBe('targets: []\n');
  });

  it('tells people about a failed reload on the first page', async () => {
    const { url, service, clock } = await startExporter();
    service.lastReloadView = { atMs: clock.now(), failure: 'targets: <b>' };
    const { body } = await send(`${url}/`);
    expect(body).toContain('the old configuration is in force');
    expect(body).toContain('targets: &lt;b&gt;');
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
    const answer = fetch(`${url}/probe?target=sandbox&module=login`, { signal: caller.signal });
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
