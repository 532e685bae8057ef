import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { startRealResponder } from '../support/start-real-responder.ts';
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
    for (let count = 0; count < 10_002; count++) service.emit('inc_1', 'commented', 'old');
    const late = await open(`${url}/events`, { 'Last-Event-ID': '1' });
    const text = await late.until('event: snapshot');
    expect(text).toContain('id: 10002\nevent: snapshot');
    expect(text).not.toContain('old');
    const foreign = await open(`${url}/events`, { 'Last-Event-ID': '99999' });
    await foreign.until('event: snapshot');
    foreign.close();
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

  it('is the same under the address of the API', async () => {
    const { url, service } = await startResponder();
    service.emit('inc_1', 'commented', 'one');
    const stream = await open(`${url}/api/v1/events`);
    await stream.until('id: 1\nevent: snapshot');
    service.emit('inc_1', 'commented', 'two');
    await stream.until('id: 2\nevent: incident');
    stream.close();
  });

  it('doubles and skips nothing while events come in during the replay', async () => {
    const { url, service } = await startResponder();
    for (let count = 0; count < 1000; count++) service.emit('inc_1', 'commented', 'old');
    const { eventsAfter } = service;
    service.eventsAfter = async (id, limit) => {
      const events = await eventsAfter(id, limit);
      // Somebody writes while each page is on its way.
      if (id < 1000) service.emit('inc_1', 'commented', 'new');
      return events;
    };
    const stream = await open(`${url}/events`, { 'Last-Event-ID': '0' });
    const text = await stream.until('id: 1005\n');
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect(text).not.toContain('snapshot');
    stream.close();
  });

  it('lets a reader of one incident move on, so that it is not told of old things', async () => {
    const { url, service, clock } = await startResponder();
    const stream = await open(`${url}/events?incident=inc_2`);
    await stream.until('snapshot');
    service.emit('inc_1', 'commented', 'other');
    await clock.advance(15_000);
    expect(await stream.until('id: 1\nevent: heartbeat')).not.toContain('other');
    stream.close();
  });

  it('goes on after the last event over a restart, from the journal', async () => {
    using folder = createTemporaryFolder();
    const file = join(folder.path, 'incidents.sqlite');
    {
      await using responder = await startRealResponder(file);
      const body = createWebhookBody([createAlert()]);
      await responder.pipeline.accept(body, 'am', responder.clock.now());
      await responder.pipeline.settle();
      const id = (await responder.pipeline.listIncidents())[0]?.id ?? '';
      for (const text of ['one', 'two']) await responder.pipeline.comment(id, 'Mia', text);
    }
    await using restarted = await startRealResponder(file);
    const stream = await open(`${restarted.url}/events`, { 'Last-Event-ID': '2' });
    const replayed = await stream.until('Mia wrote: two');
    expect(replayed).not.toContain('Mia wrote: one');
    const [incident] = await restarted.pipeline.listIncidents();
    await restarted.pipeline.comment(incident?.id ?? '', 'Mia', 'three');
    const text = await stream.until('Mia wrote: three');
    expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(['3', '4']);
    expect(text).not.toContain('snapshot');
    stream.close();
  });

  it('ends when the database cannot be asked, and the reader comes back', async () => {
    const { url, service } = await startResponder();
    service.newestEventId = async () => Promise.reject(new Error('away'));
    const stream = await open(`${url}/events`);
    await expect.poll(() => stream.answer.complete).toBe(true);
    expect(service.listeners()).toBe(0);
  });
});
