import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { send, startResponder } from '../../support/start-web.ts';
import type { RawAnswer } from '../../support/start-web.ts';

const OPERATORS = [{ name: 'bot', token: 'operator-token' }];
const API = '/api/v1/incidents';
const JSON_HEADERS = { 'Content-Type': 'application/json' };

function act(url: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  return send(`${url}${API}/${path}`, {
    method: 'POST',
    headers: { ...JSON_HEADERS, ...headers },
    body: JSON.stringify(body),
  });
}

type Problem = {
  readonly type: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly problems: readonly { place: string; message: string; remedy: string }[];
};

/** What makes an answer a problem document, whatever its kind. */
function problemOf(answer: RawAnswer): Problem {
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const problem = JSON.parse(answer.body) as Problem;
  expect(problem.status).toBe(answer.status);
  expect(Object.keys(problem)).toEqual(
    expect.arrayContaining(['type', 'title', 'status', 'detail', 'instance', 'problems']),
  );
  return problem;
}

function kindOf(answer: RawAnswer): string {
  return `${answer.status} ${problemOf(answer).type.replace('urn:crmwatch:problem:', '')}`;
}

describe('reading', () => {
  it('lists, shows and finds nothing, as JSON', async () => {
    const { url, service } = await startResponder();
    const id = service.incidents[0]?.id ?? '';
    const list = JSON.parse((await send(`${url}${API}?severity=critical&limit=1`)).body);
    expect(list.incidents.map((incident: { id: string }) => incident.id)).toEqual([id]);
    const one = await send(`${url}${API}/${id}`);
    expect(one.headers['etag']).toBe('"9"');
    expect(JSON.parse(one.body)).toMatchObject({
      id,
      modelDiagnosis: { answer: 'database' },
    });
    const none = await send(`${url}${API}/inc_none?`, { headers: { Accept: 'text/html' } });
    expect(kindOf(none)).toBe('404 not-found');
    expect(problemOf(none).instance).toBe(`${API}/inc_none`);
  });

  it('gives statistics, the journal and the review', async () => {
    const { url, service } = await startResponder();
    const id = service.incidents[0]?.id ?? '';
    expect(JSON.parse((await send(`${url}/api/v1/statistics`)).body)).toMatchObject({ open: 4 });
    const journal = JSON.parse((await send(`${url}${API}/${id}/journal?limit=1`)).body);
    expect(journal.entries).toHaveLength(1);
    expect(journal.next).toContain(`${API}/${id}/journal?limit=1&cursor=`);
    const review = await send(`${url}${API}/${id}/review`);
    expect(review.headers['content-type']).toBe('text/markdown; charset=utf-8');
    for (const path of ['journal', 'review']) {
      expect(kindOf(await send(`${url}${API}/inc_none/${path}`))).toBe('404 not-found');
    }
  });

  it('says of an open incident that it has no review yet', async () => {
    const { url, service } = await startResponder();
    service.review = () => null;
    const answer = await send(`${url}${API}/${service.incidents[0]?.id}/review`);
    expect(kindOf(answer)).toBe('409 not-possible');
  });

  it('reports every problem of a query at once', async () => {
    const { url } = await startResponder();
    const { problems } = problemOf(await send(`${url}${API}?state=broken&severity=page&limit=0`));
    expect(problems.map(({ place }) => place)).toEqual(['state', 'severity', 'limit']);
    expect(problems[0]?.remedy).toBe('use one of: open, resolved, closed, all');
  });

  it.each(['limit=', 'limit=1.5', 'limit=501', 'state=', 'sate=open', 'text=a&text=b', 'text=%00'])(
    'refuses the query %s',
    async (query) => {
      const { url } = await startResponder();
      expect(kindOf(await send(`${url}${API}?${query}`))).toBe('400 invalid-request');
    },
  );

  it('breaks loudly, and tells nothing, when an answer does not fit its schema', async () => {
    const { url, service } = await startResponder();
    service.statistics = () => ({ secret: 'x' }) as never;
    const answer = await send(`${url}/api/v1/statistics`);
    expect(kindOf(answer)).toBe('500 internal');
    expect(answer.body).not.toContain('secret');
  });
});

describe('changing', () => {
  it('acts in the name of the token', async () => {
    const { url, service } = await startResponder({ operators: OPERATORS });
    const id = service.incidents[0]?.id ?? '';
    const headers = { Authorization: 'Bearer operator-token' };
    for (const [action, body] of [
      ['acknowledge', {}],
      ['comment', { text: ' hello\r\nworld ' }],
      ['diagnosis', { answer: 'background_jobs' }],
      ['close', {}],
      ['reopen', { text: 'again' }],
    ] as const) {
      expect((await act(url, `${id}/${action}`, body, headers)).status, action).toBe(200);
    }
    expect(service.actions).toEqual([
      ['acknowledge', id, 'bot'],
      ['comment', id, 'bot', 'hello\nworld'],
      ['diagnosis', id, 'bot', 'background_jobs'],
      ['close', id, 'bot', ''],
      ['reopen', id, 'bot', 'again'],
    ]);
  });

  it('needs no body where nothing has to be said', async () => {
    const { url, service } = await startResponder();
    const path = `${url}${API}/${service.incidents[0]?.id}/acknowledge`;
    expect((await send(path, { method: 'POST' })).status).toBe(200);
  });

  it.each([
    ['comment', { text: '  ' }, 'body.text'],
    ['comment', { text: 5 }, 'body.text'],
    ['comment', { text: 'x'.repeat(4001) }, 'body.text'],
    ['comment', { text: 'x', txet: 'y' }, 'body'],
    ['comment', {}, 'body.text'],
    ['acknowledge', { text: 'x' }, 'body'],
    ['diagnosis', { answer: 'unknown' }, 'body.answer'],
    ['diagnosis', null, 'body'],
    ['close', [], 'body'],
  ])('refuses %s with an unfitting body (%#)', async (action, body, place) => {
    const { url, service } = await startResponder();
    const answer = await act(url, `${service.incidents[0]?.id}/${action}`, body);
    expect(kindOf(answer)).toBe('400 invalid-body');
    expect(problemOf(answer).problems.map((problem) => problem.place)).toEqual([place]);
    expect(service.actions).toEqual([]);
  });

  it('counts characters, and not halves of them', async () => {
    const { url, service } = await startResponder();
    const path = `${service.incidents[0]?.id}/comment`;
    expect((await act(url, path, { text: '🙂'.repeat(4000) })).status).toBe(200);
  });

  it('explains a refusal of the state machine', async () => {
    const { url, service } = await startResponder();
    service.outcome = { status: 'refused', why: 'it is closed', remedy: 'wait' };
    const answer = await act(url, `${service.incidents[0]?.id}/acknowledge`, {});
    expect(kindOf(answer)).toBe('409 not-possible');
    expect(problemOf(answer).problems).toEqual([
      { place: 'request', message: 'it is closed', remedy: 'wait' },
    ]);
    expect(kindOf(await act(url, 'inc_none/acknowledge', {}))).toBe('404 not-found');
  });

  it('lets a second request with the key of one under way come again', async () => {
    const { url, service } = await startResponder();
    let release = (): void => {};
    const started = new Promise<void>((reached) => {
      service.acknowledge = async () => {
        reached();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return { status: 'done', sequence: 10 };
      };
    });
    const path = `${service.incidents[0]?.id}/acknowledge`;
    const headers = { 'Idempotency-Key': 'k1' };
    const first = act(url, path, {}, headers);
    await started;
    const second = await act(url, path, {}, headers);
    expect(kindOf(second)).toBe('409 request-in-progress');
    expect(second.headers['retry-after']).toBe('1');
    release();
    expect((await first).headers['etag']).toBe('"10"');
  });

  it.each([
    ['Idempotency-Key', 'a b'],
    ['Idempotency-Key', 'x'.repeat(256)],
  ])('refuses the header %s: %s', async (name, value) => {
    const { url, service } = await startResponder();
    const answer = await act(url, `${service.incidents[0]?.id}/acknowledge`, {}, { [name]: value });
    expect(kindOf(answer)).toBe('400 invalid-request');
    expect(service.actions).toEqual([]);
  });
});

describe('refusing', () => {
  it('lets nobody in without a token when tokens are configured', async () => {
    const { url, service } = await startResponder({ operators: OPERATORS });
    for (const path of ['', `/${service.incidents[0]?.id}`, '/x/acknowledge']) {
      const answer = await send(`${url}${API}${path}`);
      expect(kindOf(answer)).toBe('401 unauthenticated');
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="crmwatch"');
    }
    expect((await act(url, `${service.incidents[0]?.id}/close`, {})).status).toBe(401);
    expect(service.actions).toEqual([]);
  });

  it('changes nothing for a page of another site, whatever it sends', async () => {
    const { url, service } = await startResponder();
    const path = `${service.incidents[0]?.id}/acknowledge`;
    for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'null' }]) {
      expect(kindOf(await act(url, path, {}, headers))).toBe('403 cross-site');
    }
    const text = await act(url, path, {}, { 'Content-Type': 'text/plain' });
    expect(kindOf(text)).toBe('415 unsupported-media-type');
    expect(service.actions).toEqual([]);
  });

  it('answers malformed and oversized requests with problems, not with a crash', async () => {
    const { url, service } = await startResponder();
    const path = `${url}${API}/${service.incidents[0]?.id}/comment`;
    const post = { method: 'POST', headers: JSON_HEADERS };
    expect(kindOf(await send(path, { ...post, body: '{"text":' }))).toBe('400 invalid-request');
    const large = JSON.stringify({ text: 'x'.repeat(70_000) });
    expect(kindOf(await send(path, { ...post, body: large }))).toBe('413 too-large');
    const headers = { ...JSON_HEADERS, 'Content-Encoding': 'rot13' };
    const coded = await send(path, { method: 'POST', headers, body: '{}' });
    expect(kindOf(coded)).toBe('415 unsupported-media-type');
    expect(kindOf(await send(`${url}${API}/%E0%A4%A`))).toBe('400 invalid-request');
    expect(kindOf(await send(`${url}/api/v1/nothing`))).toBe('404 not-found');
    expect(kindOf(await send(`${url}${API}`, { headers: { Host: 'evil.example' } }))).toBe(
      '421 wrong-host',
    );
    expect(service.actions).toEqual([]);
  });

  it('names the methods that are possible', async () => {
    const { url } = await startResponder();
    for (const method of ['DELETE', 'HEAD', 'OPTIONS', 'TRACE']) {
      const answer = await send(`${url}${API}/x/close`, { method });
      expect([answer.status, answer.headers['allow']], method).toEqual([405, 'POST']);
    }
  });

  it('leaves the intake its plain answers', async () => {
    const { url } = await startResponder();
    const answer = await send(`${url}/api/v1/alerts/alertmanager`);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      405,
      'text/plain; charset=utf-8',
    ]);
  });
});

describe('the OpenAPI document', () => {
  it('is served, and its schemas hold what is answered', async () => {
    const { url, service } = await startResponder();
    const document = JSON.parse((await send(`${url}/api/v1/openapi.json`)).body);
    expect(document.openapi).toBe('3.1.1');
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ $id: 'api', components: document.components });
    const check = (name: string, value: unknown): void => {
      const isValid = ajv.validate({ $ref: `api#/components/schemas/${name}` }, value);
      expect(isValid, `${name}: ${ajv.errorsText()}`).toBe(true);
    };
    const id = service.incidents[0]?.id ?? '';
    check('Incident', JSON.parse((await send(`${url}${API}/${id}`)).body));
    check('IncidentPage', JSON.parse((await send(`${url}${API}`)).body));
    check('Problem', JSON.parse((await send(`${url}${API}/inc_none`)).body));
    check('ChangeDone', JSON.parse((await act(url, `${id}/acknowledge`, {})).body));
    expect(ajv.validate({ $ref: 'api#/components/schemas/Incident' }, { id })).toBe(false);
  });
});
