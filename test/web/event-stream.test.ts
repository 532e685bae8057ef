import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startResponder } from '../support/start-web.ts';

type Stream = {
  readonly answer: IncomingMessage;
  until(text: string): Promise<string>;
  close(): void;
};

async function open(url: string, headers: Record<string, string> = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false }, (answer) => {
      let seen = '';
      let check = (): void => {};
      answer.setEncoding('utf8');
      answer.on('error', () => {});
      answer.on('data', (chunk: string) => {
        seen += chunk;
        check();
      });
      resolve({
        answer,
        close: () => request.destroy(),
        until: async (text) =>
          new Promise((found) => {
            check = () => {
              if (seen.includes(text)) found(seen);
            };
            check();
          }),
      });
    });
    request.on('error', reject);
  });
}

describe('event stream', () => {
  it('tells a new reader to look at everything, then every event with its id', async () => {
    const { url, service } = await startResponder();
    const stream = await open(`${url}/events`);
    expect(stream.answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    await stream.until('event: snapshot');
    service.emit('inc_1', 'diagnosed', 'line one\nline two');
    const text = await stream.until('\ndata: {"id":1');
    expect(text).toContain('id: 1\nevent: incident\ndata: {"id":1,"incidentId":"inc_1"');
    expect(text).toContain(String.raw`line one\nline two`);
    stream.close();
  });

  it('replays what was missed, without a snapshot', async () => {
    const { url, service } = await startResponder();
    for (const text of ['one', 'two', 'three']) service.emit('inc_1', 'commented', text);
    const stream = await open(`${url}/events`, { 'Last-Event-ID': '1' });
    const text = await stream.until('three');
    expect(text).toContain('id: 2');
    expect(text).not.toContain('id: 1\n');
    expect(text).not.toContain('snapshot');
    stream.close();
  });

  it('asks for a snapshot when the missed events are gone, or the id is nonsense', async () => {
    const { url, service } = await startResponder();
    service.keptSince = 100;
    const late = await open(`${url}/events`, { 'Last-Event-ID': '5' });
    await late.until('event: snapshot');
    const odd = await open(`${url}/events`, { 'Last-Event-ID': '-1; drop' });
    await odd.until('event: snapshot');
    late.close();
    odd.close();
  });

  it('sends only events of the incident that was asked for', async () => {
    const { url, service } = await startResponder();
    const stream = await open(`${url}/events?incident=inc_2`);
    await stream.until('snapshot');
    service.emit('inc_1', 'commented', 'other');
    service.emit('inc_2', 'commented', 'mine');
    expect(await stream.until('mine')).not.toContain('other');
    stream.close();
  });

  it('beats every 15 s, so that both ends notice a dead connection', async () => {
    const { url, clock } = await startResponder();
    const stream = await open(`${url}/events`);
    await stream.until('snapshot');
    await clock.advance(31_000);
    const text = await stream.until('heartbeat');
    expect(text.match(/event: heartbeat/g)?.length).toBeGreaterThanOrEqual(1);
    stream.close();
  });

  it('lets go of the responder when the reader leaves', async () => {
    const { url, service, clock } = await startResponder();
    const stream = await open(`${url}/events`);
    await stream.until('snapshot');
    expect(service.listeners()).toBe(1);
    stream.close();
    await expect.poll(() => service.listeners()).toBe(0);
    expect(clock.pendingTimers()).toBe(0);
  });
});
