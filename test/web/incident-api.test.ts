import { describe, expect, it } from 'vitest';
import { send, startResponder } from '../support/start-web.ts';

const OPERATORS = [{ name: 'bot', token: 'operator-token' }];
const API = '/api/v1/incidents';

function act(url: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  return send(`${url}${API}/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

describe('incident API', () => {
  it('lists, shows and finds nothing, as JSON', async () => {
    const { url, service } = await startResponder();
    const id = service.incidents[0]?.id ?? '';
    const list = JSON.parse((await send(`${url}${API}?severity=critical&limit=1`)).body);
    expect(list.incidents.map((incident: { id: string }) => incident.id)).toEqual([id]);
    expect(JSON.parse((await send(`${url}${API}/${id}`)).body)).toMatchObject({
      id,
      modelDiagnosis: { answer: 'database_failure' },
    });
    const none = await send(`${url}${API}/inc_none`, { headers: { Accept: 'text/html' } });
    expect([none.status, JSON.parse(none.body).error]).toEqual([
      404,
      'There is no incident with this id.',
    ]);
  });

  it('reports every problem of a query at once', async () => {
    const { url } = await startResponder();
    const answer = await send(`${url}${API}?state=broken&severity=page&limit=0`);
    expect(answer.status).toBe(400);
    const { problems } = JSON.parse(answer.body);
    expect(problems.map(({ place }: { place: string }) => place)).toEqual([
      'severity',
      'state',
      'limit',
    ]);
    expect(problems[1].remedy).toBe('use one of: open, resolved, closed, all');
  });

  it('acts in the name of the token', async () => {
    const { url, service } = await startResponder({ operators: OPERATORS });
    const id = service.incidents[0]?.id ?? '';
    const headers = { Authorization: 'Bearer operator-token' };
    expect((await act(url, `${id}/acknowledge`, {}, headers)).status).toBe(200);
    expect((await act(url, `${id}/comment`, { text: ' hello\r\nworld ' }, headers)).status).toBe(
      200,
    );
    expect((await act(url, `${id}/diagnosis`, { answer: 'jobs_stalled' }, headers)).status).toBe(
      200,
    );
    expect((await act(url, `${id}/close`, {}, headers)).status).toBe(200);
    expect(service.actions).toEqual([
      ['acknowledge', id, 'bot'],
      ['comment', id, 'bot', 'hello\nworld'],
      ['diagnosis', id, 'bot', 'jobs_stalled'],
      ['close', id, 'bot', ''],
    ]);
  });

  it.each([
    ['comment', { text: '  ' }, 'text: is empty'],
    ['comment', { text: 5 }, 'text: is empty'],
    ['comment', { text: 'x'.repeat(4001) }, 'text: has 4001 characters'],
    ['diagnosis', { answer: 'unknown' }, 'answer: "unknown" is not possible'],
    ['diagnosis', null, 'answer: "" is not possible'],
  ])('refuses %s with %j', async (action, body, error) => {
    const { url, service } = await startResponder();
    const answer = await act(url, `${service.incidents[0]?.id}/${action}`, body);
    expect(answer.status).toBe(400);
    if (body !== null) expect(JSON.parse(answer.body).error).toBe(error);
    expect(service.actions).toEqual([]);
  });

  it('explains a refusal of the state machine', async () => {
    const { url, service } = await startResponder();
    service.outcome = {
      status: 'refused',
      why: 'it is closed',
      remedy: 'wait until it is reopened',
    };
    const answer = await act(url, `${service.incidents[0]?.id}/acknowledge`, {});
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      409,
      { error: 'it is closed', remedy: 'wait until it is reopened' },
    ]);
    expect((await act(url, 'inc_none/acknowledge', {})).status).toBe(404);
  });

  it('lets nobody in without a token when tokens are configured', async () => {
    const { url, service } = await startResponder({ operators: OPERATORS });
    for (const path of ['', `/${service.incidents[0]?.id}`, '/x/acknowledge']) {
      expect((await send(`${url}${API}${path}`)).status).toBe(401);
    }
    expect((await act(url, `${service.incidents[0]?.id}/close`, {})).status).toBe(401);
    expect(service.actions).toEqual([]);
  });

  it('changes nothing for a page of another site, whatever it sends', async () => {
    const { url, service } = await startResponder();
    const id = service.incidents[0]?.id ?? '';
    const path = `${id}/acknowledge`;
    expect((await act(url, path, {}, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await act(url, path, {}, { Origin: 'null' })).status).toBe(403);
    expect((await act(url, path, {}, { 'Content-Type': 'text/plain' })).status).toBe(415);
    expect(service.actions).toEqual([]);
  });

  it('answers malformed and oversized JSON with 4xx, not with a crash', async () => {
    const { url, service } = await startResponder();
    const path = `${url}${API}/${service.incidents[0]?.id}/comment`;
    const headers = { 'Content-Type': 'application/json' };
    expect((await send(path, { method: 'POST', headers, body: '{"text":' })).status).toBe(400);
    const large = JSON.stringify({ text: 'x'.repeat(70_000) });
    expect((await send(path, { method: 'POST', headers, body: large })).status).toBe(413);
    expect((await send(`${url}${API}/%E0%A4%A`)).status).toBe(400);
  });
});
