import { CrmwatchError } from '../../std/std.ts';
import type { Problem } from '../../std/std.ts';
import type { Database } from '../../store/store.ts';
import { isSourceKind } from '../alerts/alerts.ts';
import type { SourceKind } from '../alerts/alerts.ts';
import type { QuarantineStatus } from './intake-tables.ts';
import { pipelineTables } from './pipeline-tables.ts';

/** A delivery that could not be read, or not wholly. */
export type QuarantineEntry = {
  readonly id: number;
  readonly sender: string;
  readonly kind: SourceKind;
  readonly encoding: string;
  readonly status: QuarantineStatus;
  readonly receivedAtMs: number;
  /** When the same bytes came for the last time, and how often they came. */
  readonly lastReceivedAtMs: number;
  readonly copies: number;
  readonly bytes: number;
  readonly problems: readonly Problem[];
  readonly decidedAtMs: number | null;
  readonly decidedBy: string | null;
  readonly note: string | null;
};

export type QuarantineFilter = {
  readonly status?: QuarantineStatus;
  /** Entries before this one, for the next page. */
  readonly beforeId?: number;
  readonly limit: number;
};

const COLUMNS = [
  'id',
  'sender',
  'kind',
  'encoding',
  'status',
  'received_at_ms',
  'last_received_at_ms',
  'copies',
  'bytes',
  'problems',
  'decided_at_ms',
  'decided_by',
  'note',
] as const;

type Row = {
  readonly id: number;
  readonly sender: string;
  readonly kind: string;
  readonly encoding: string;
  readonly status: QuarantineStatus;
  readonly received_at_ms: number;
  readonly last_received_at_ms: number;
  readonly copies: number;
  readonly bytes: number;
  readonly problems: string;
  readonly decided_at_ms: number | null;
  readonly decided_by: string | null;
  readonly note: string | null;
};

function toKind(kind: string): SourceKind {
  if (isSourceKind(kind)) return kind;
  throw new CrmwatchError('store_incompatible', `a delivery of the kind "${kind}" is not known`, {
    remedy: 'run the version of crmwatch that wrote it',
  });
}

function toEntry(row: Row): QuarantineEntry {
  return {
    id: row.id,
    sender: row.sender,
    kind: toKind(row.kind),
    encoding: row.encoding,
    status: row.status,
    receivedAtMs: row.received_at_ms,
    lastReceivedAtMs: row.last_received_at_ms,
    copies: row.copies,
    bytes: row.bytes,
    problems: JSON.parse(row.problems) as readonly Problem[],
    decidedAtMs: row.decided_at_ms,
    decidedBy: row.decided_by,
    note: row.note,
  };
}

export async function findEntry(database: Database, id: number): Promise<QuarantineEntry | null> {
  const row = await pipelineTables(database)
    .selectFrom('quarantine')
    .select(COLUMNS)
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : toEntry(row);
}

/** The bytes as they came, compressed if they were. */
export async function readBody(database: Database, id: number): Promise<Buffer | null> {
  const row = await pipelineTables(database)
    .selectFrom('quarantine')
    .select('body')
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : Buffer.from(row.body);
}

/** The first bytes alone, so that looking at a large body does not need the memory for it. */
export async function readBeginning(
  database: Database,
  id: number,
  bytes: number,
): Promise<Buffer | null> {
  const row = await pipelineTables(database)
    .selectFrom('quarantine')
    .select((select) =>
      select
        .fn<Uint8Array | null>('substr', ['body', select.val(1), select.val(bytes)])
        .as('beginning'),
    )
    .where('id', '=', id)
    .executeTakeFirst();
  // SQLite says of the beginning of nothing that it is NULL.
  return row === undefined ? null : Buffer.from(row.beginning ?? []);
}

/** Newest first. */
export async function listEntries(
  database: Database,
  { status, beforeId, limit }: QuarantineFilter,
): Promise<readonly QuarantineEntry[]> {
  let query = pipelineTables(database)
    .selectFrom('quarantine')
    .select(COLUMNS)
    .orderBy('id', 'desc')
    .limit(limit);
  if (status !== undefined) query = query.where('status', '=', status);
  if (beforeId !== undefined) query = query.where('id', '<', beforeId);
  return (await query.execute()).map(toEntry);
}

/** Oldest first. */
export async function listKeptIds(
  database: Database,
  afterId: number,
  limit: number,
): Promise<readonly number[]> {
  const rows = await pipelineTables(database)
    .selectFrom('quarantine')
    .select('id')
    .where('status', '=', 'kept')
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}
