import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TestResponder } from '../../support/responder.ts';

const COMMENTS_OF_EACH = 25;

async function openIncident({ pipeline, clock }: TestResponder): Promise<string> {
  await pipeline.accept(createWebhookBody([createAlert()]), 'am', clock.now());
  await pipeline.settle();
  return (await pipeline.listIncidents())[0]?.id ?? '';
}

/** What the stream of events, and everybody who goes on from an id, rests on; on both engines. */
it('ids of the journal become visible in their order and without a hole, whoever writes', async () => {
  using folder = createTemporaryFolder();
  const file = join(folder.path, 'incidents.db');
  await using one = await createTestResponder({ file });
  await using other = await createTestResponder({ file });
  const id = await openIncident(one);
  const first = await one.pipeline.newestLineId();
  const work = { isDone: false };
  const writing = Promise.all(
    [one, other].map(async ({ pipeline }) => {
      for (let count = 0; count < COMMENTS_OF_EACH; count++) {
        await pipeline.comment(id, 'Mia', `${count}`);
      }
    }),
  ).finally(() => (work.isDone = true));

  const seen: number[] = [];
  for (let isLast = false; !isLast;) {
    isLast = work.isDone;
    // The writers need a turn of the event loop between two looks.
    await new Promise((resolve) => setImmediate(resolve));
    const lines = await other.pipeline.linesAfter(first + seen.length, 7);
    seen.push(...lines.map((line) => line.id));
    if (lines.length > 0) isLast = false;
  }
  await writing;
  const expected = Array.from({ length: 2 * COMMENTS_OF_EACH }, (_, index) => first + 1 + index);
  expect(seen).toEqual(expected);
});
