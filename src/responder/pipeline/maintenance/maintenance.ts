import { createId } from '../../../std/std.ts';
import type { DatabaseTransaction } from '../../../store/store.ts';
import {
  changeWindow,
  describeWindowEvent,
  findUnsettledWindows,
  findWindow,
  findWindows,
  readWindowJournal,
} from '../../incidents/incidents.ts';
import type {
  ListedWindow,
  MaintenanceScope,
  MaintenanceWindow,
  WindowEntry,
  WindowEvent,
  WindowFilter,
} from '../../incidents/incidents.ts';
import { once } from '../idempotency.ts';
import type { ChangeOptions } from '../make-change.ts';
import type { PipelineContext } from '../pipeline-parts.ts';

export type WindowRequest = {
  readonly name: string;
  readonly reason: string;
  readonly scope: MaintenanceScope;
  /** Now, when absent or past. */
  readonly startsAtMs?: number;
  readonly endsAtMs: number;
};

export type WindowLine = {
  readonly sequence: number;
  readonly atMs: number;
  readonly kind: WindowEvent['kind'];
  readonly actor: string;
  /** In plain words. */
  readonly line: string;
};

export type WindowDetail = ListedWindow & { readonly journal: readonly WindowLine[] };

export type WindowAnswer =
  | { readonly status: 'done'; readonly window: MaintenanceWindow; readonly isReplayed?: true }
  | { readonly status: 'unknown' }
  /** It is not as the caller has seen it. */
  | { readonly status: 'stale'; readonly sequence: number }
  | { readonly status: 'key_reused' }
  | { readonly status: 'refused'; readonly why: string; readonly remedy: string };

/** What people do about maintenance, and what they look at. */
export type Maintenance = {
  /** The newest first. */
  list(filter: WindowFilter): Promise<readonly ListedWindow[]>;
  /** Null when there is no such window. */
  get(id: string): Promise<WindowDetail | null>;
  create(request: WindowRequest, by: string, options?: ChangeOptions): Promise<WindowAnswer>;
  /** Makes it longer or shorter; an end that is past ends it now. */
  move(
    id: string,
    change: { readonly endsAtMs: number; readonly why: string },
    by: string,
    options?: ChangeOptions,
  ): Promise<WindowAnswer>;
  /** Ends it now, or calls it off when it did not begin yet. `why` may be empty. */
  end(id: string, why: string, by: string, options?: ChangeOptions): Promise<WindowAnswer>;
};

/** Windows that are not over, so that each alert is compared with few. */
const MAXIMUM_OPEN_WINDOWS = 200;
export const LONGEST_WINDOW_MS: number = 30 * 86_400_000;
const FURTHEST_START_MS = 366 * 86_400_000;

export function createMaintenance(context: PipelineContext, wake: () => void): Maintenance {
  const { store, clock, random } = context;
  const { database } = store;

  async function act(
    options: ChangeOptions | undefined,
    work: (transaction: DatabaseTransaction, nowMs: number) => Promise<WindowAnswer>,
  ): Promise<WindowAnswer> {
    const nowMs = clock.now();
    const result = await store.transaction(async (transaction) =>
      once(
        transaction,
        options?.once,
        nowMs,
        async () => work(transaction, nowMs),
        ({ status }) => status === 'done',
      ),
    );
    wake();
    if (result.kind === 'key_reused') return { status: 'key_reused' };
    const { answer, isReplayed } = result;
    return isReplayed && answer.status === 'done' ? { ...answer, isReplayed } : answer;
  }

  async function change(
    id: string,
    event: WindowEvent,
    options: ChangeOptions | undefined,
    check: (window: MaintenanceWindow, nowMs: number) => WindowAnswer | null = () => null,
  ): Promise<WindowAnswer> {
    return act(options, async (transaction, nowMs) => {
      const window = await findWindow(transaction, id);
      if (window === null) return { status: 'unknown' };
      const { sequence } = window;
      if (options?.expectedSequences?.includes(sequence) === false) {
        return { status: 'stale', sequence };
      }
      const refusal = check(window, nowMs);
      if (refusal !== null) return refusal;
      const outcome = await changeWindow(transaction, id, event, nowMs);
      if (outcome.changed) return { status: 'done', window: outcome.window };
      return refuse(outcome.reason, 'look at the window anew: it may have moved on');
    });
  }

  return {
    list: async (filter) => findWindows(database, filter),
    async get(id) {
      const [listed] = await findWindows(database, { id, limit: 1 });
      if (listed === undefined) return null;
      const journal = (await readWindowJournal(database, id)).map(toLine);
      return { ...listed, journal };
    },
    create: async (request, by, options) =>
      act(options, async (transaction, nowMs) =>
        create(transaction, request, { id: createId('mw', nowMs, random), by, nowMs }),
      ),
    async move(id, { endsAtMs, why }, by, options) {
      const event = { kind: 'maintenance_moved', actor: by, endsAtMs, why } as const;
      return change(id, event, options, ({ startsAtMs }, nowMs) =>
        endsAtMs <= nowMs
          ? refuse('the new end is past', 'end the window instead')
          : refusalOf({ startsAtMs, endsAtMs }, nowMs),
      );
    },
    async end(id, why, by, options) {
      const reason = why === '' ? `${by} ended it` : `${by} ended it: ${why}`;
      return change(id, { kind: 'maintenance_ended', actor: by, why: reason }, options);
    },
  };
}

function toLine({ sequence, atMs, event }: WindowEntry): WindowLine {
  const { kind, actor } = event;
  return { sequence, atMs, kind, actor, line: describeWindowEvent(event) };
}

async function create(
  transaction: DatabaseTransaction,
  request: WindowRequest,
  { id, by, nowMs }: { readonly id: string; readonly by: string; readonly nowMs: number },
): Promise<WindowAnswer> {
  const { name, reason, scope, endsAtMs } = request;
  const startsAtMs = Math.max(nowMs, request.startsAtMs ?? nowMs);
  const refusal = refusalOf({ startsAtMs, endsAtMs }, nowMs);
  if (refusal !== null) return refusal;
  if ((await findUnsettledWindows(transaction)).length >= MAXIMUM_OPEN_WINDOWS) {
    return refuse(
      `there are ${MAXIMUM_OPEN_WINDOWS} windows that are not over`,
      'end those that nobody needs, or make one of several',
    );
  }
  const window = { name, reason, scope, schedule: null, startsAtMs, endsAtMs };
  const event = { kind: 'maintenance_planned', actor: by, window } as const;
  const outcome = await changeWindow(transaction, id, event, nowMs);
  if (outcome.changed) return { status: 'done', window: outcome.window };
  return refuse(outcome.reason, 'try again');
}

function refuse(why: string, remedy: string): WindowAnswer {
  return { status: 'refused', why, remedy };
}

function refusalOf(
  { startsAtMs, endsAtMs }: Pick<MaintenanceWindow, 'startsAtMs' | 'endsAtMs'>,
  nowMs: number,
): WindowAnswer | null {
  if (endsAtMs <= startsAtMs) return refuse('it would end before it begins', 'choose a later end');
  if (endsAtMs - startsAtMs > LONGEST_WINDOW_MS) {
    return refuse('it would last longer than 30 days', 'choose an earlier end');
  }
  if (startsAtMs - nowMs <= FURTHEST_START_MS) return null;
  return refuse('it would begin in more than a year', 'plan it later');
}
