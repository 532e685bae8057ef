import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { decodeCursor, encodeCursor } from '../../../src/web/api/cursor.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder } from '../../support/responder.ts';
import { startRealResponder } from '../../support/start-real-responder.ts';
import type { RealResponder } from '../../support/start-real-responder.ts';
import { send } from '../../support/start-web.ts';

const API = '/api/v1/incidents';

async function open(responder: RealResponder, targets: readonly string[]): Promise<void> {
  const alerts = targets.map((target) =>
    createAlert({ labels: { alertname: 'CrmUnreachable', target, severity: 'critical' } }),
  );
  await responder.pipeline.accept(createWebhookBody(alerts), 'am', responder.clock.now());
  await responder.pipeline.settle();
  // Identifiers sort by their millisecond.
  await responder.clock.advance(1);
}

type Page = {
  readonly incidents: readonly { readonly target: string }[];
  readonly next: string | null;
};

async function page(
  url: string,
): Promise<{ page: Page; targets: string[]; link: string | undefined }> {
  const answer = await send(url);
  expect(answer.status, answer.body).toBe(200);
  const found = JSON.parse(answer.body) as Page;
  const link = answer.headers['link'];
  return {
    page: found,
    targets: found.incidents.map(({ target }) => target),
    link: Array.isArray(link) ? link[0] : link,
  };
}

describe('pages', () => {
  it('neither skip nor double anything while incidents come in', async () => {
    using folder = createTemporaryFolder();
    await using responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
    const { url } = responder;
    for (const target of ['a', 'b', 'c', 'd', 'e']) await open(responder, [target]);
    const first = await page(`${url}${API}?limit=2`);
    expect(first.targets).toEqual(['e', 'd']);
    expect(first.link).toBe(`<${first.page.next}>; rel="next"`);
    await open(responder, ['f']);
    const second = await page(`${url}${first.page.next}`);
    expect(second.targets).toEqual(['c', 'b']);
    const third = await page(`${url}${second.page.next}`);
    expect([third.targets, third.page.next, third.link]).toEqual([['a'], null, undefined]);
  });

  it('refuse a cursor that was changed, or is of another list', async () => {
    using folder = createTemporaryFolder();
    await using responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
    await open(responder, ['a', 'b', 'c']);
    const { next } = (await page(`${responder.url}${API}?limit=1`)).page;
    const cursor = new URL(`http://x${next}`).searchParams.get('cursor') ?? '';
    expect((await page(`${responder.url}${API}?cursor=${cursor}`)).targets).toHaveLength(2);
    for (const query of [
      `cursor=${cursor.slice(1)}`,
      `cursor=${cursor}0`,
      `state=all&cursor=${cursor}`,
      'cursor=',
      'cursor=inc_1',
    ]) {
      const answer = await send(`${responder.url}${API}?${query}`);
      expect([answer.status, JSON.parse(answer.body).type], query).toEqual([
        400,
        'urn:crmwatch:problem:invalid-cursor',
      ]);
    }
  });

  it('show the whole journal of an incident in parts', async () => {
    using folder = createTemporaryFolder();
    await using responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
    await open(responder, ['a']);
    const [incident] = await responder.pipeline.listIncidents();
    const id = incident?.id ?? '';
    for (const text of ['one', 'two', 'three']) await responder.pipeline.comment(id, 'Mia', text);
    const seen: number[] = [];
    for (let next: string | null = `${API}/${id}/journal?limit=3`; next !== null;) {
      const answer = await send(`${responder.url}${next}`);
      const body = JSON.parse(answer.body) as {
        entries: readonly { sequence: number }[];
        next: string | null;
      };
      seen.push(...body.entries.map(({ sequence }) => sequence));
      next = body.next;
    }
    expect(seen).toEqual([1, 2, 3, 4]);
  });
});

describe('the search', () => {
  it('looks in all incidents, however many there are', async () => {
    using folder = createTemporaryFolder();
    await using responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
    await open(responder, ['Zürich 100 %_shop']);
    await open(
      responder,
      Array.from({ length: 520 }, (_, index) => `crm-${index}`),
    );
    for (const text of ['ZÜRICH', '100 %', '%_shop', 'crmunreachable']) {
      const query = new URLSearchParams({ text, limit: '500' }).toString();
      const { targets, page: found } = await page(`${responder.url}${API}?${query}`);
      if (text === 'crmunreachable') {
        expect([targets.length, found.next === null]).toEqual([500, false]);
      } else expect(targets, text).toEqual(['Zürich 100 %_shop']);
    }
  });
});

describe('a cursor', () => {
  it('gives back its position, and to no other list and in no other form', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (position, list, other) => {
        fc.pre(other !== list && position.isWellFormed());
        const cursor = encodeCursor(position, list);
        expect(decodeCursor(cursor, list)).toBe(position);
        expect(decodeCursor(cursor, other)).toBeNull();
        expect(decodeCursor(`${cursor}.`, list)).toBeNull();
      }),
    );
  });
});
