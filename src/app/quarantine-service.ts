import type { QuarantineDetailView } from '../console/console.ts';
import type { Quarantine, QuarantineAnswer } from '../responder/pipeline/pipeline.ts';
import { unreachable } from '../std/std.ts';
import type { QuarantineOutcome, QuarantineService } from '../web/web.ts';

const SHOWN_BYTES = 64 * 1024;

/** What would move the cursor of a terminal or turn text around is shown as a mark. */
const HIDDEN = /[[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]--[\n\r\t]]/gv;

function toOutcome(answer: QuarantineAnswer): QuarantineOutcome {
  switch (answer.kind) {
    case 'done':
      return {
        status: 'done',
        events: answer.events,
        ...(answer.isReplayed === undefined ? {} : { isReplayed: answer.isReplayed }),
      };
    case 'key_reused':
      return { status: 'key_reused' };
    case 'unknown':
      return { status: 'unknown' };
    case 'decided':
      return {
        status: 'refused',
        why: `it was ${answer.status} already`,
        remedy: 'reload the quarantine: somebody may have been faster',
      };
    case 'undecodable': {
      const [first] = answer.problems;
      const where = first === undefined || first.place === '' ? '' : `${first.place}: `;
      return {
        status: 'refused',
        why: `it still cannot be read: ${where}${first?.message ?? ''}`,
        remedy: first?.remedy ?? 'update crmwatch, or discard it',
      };
    }
    default:
      return unreachable(answer);
  }
}

/** What web needs of the quarantine of the pipeline. */
export function createQuarantineService(quarantine: Quarantine): QuarantineService {
  return {
    async list({ status, before, limit }) {
      const found = await quarantine.list({
        limit: limit + 1,
        ...(status === undefined ? {} : { status }),
        ...(before === undefined ? {} : { beforeId: before }),
      });
      const entries = found.slice(0, limit);
      return {
        entries,
        nextBefore: found.length > limit ? (entries.at(-1)?.id ?? null) : null,
      };
    },
    async get(id): Promise<QuarantineDetailView | null> {
      const entry = await quarantine.find(id);
      if (entry === null) return null;
      if (entry.encoding !== '') return { ...entry, text: null, isCut: false };
      const beginning = (await quarantine.beginning(id, SHOWN_BYTES)) ?? Buffer.alloc(0);
      const text = beginning.toString('utf8').replace(HIDDEN, '�');
      return { ...entry, text, isCut: entry.bytes > SHOWN_BYTES };
    },
    body: async (id) => quarantine.body(id),
    replay: async (id, actor, options) => toOutcome(await quarantine.replay(id, actor, options)),
    replayAll: async (actor, after) => quarantine.replayAll(actor, after),
    discard: async (id, actor, reason, options) =>
      toOutcome(await quarantine.discard(id, actor, reason, options)),
  };
}
