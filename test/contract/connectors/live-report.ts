import { setTimeout } from 'node:timers/promises';

import type {
  Aggregate,
  Connection,
  Connector,
} from '../../../src/exporter/connectors/connectors.ts';
import { isMissing } from '../../../src/exporter/quality/values.ts';
import type { Outcome } from '../../../src/http/http.ts';
import { errorMessage } from '../../../src/std/std.ts';
import type { SentRequest } from '../../support/sent-requests.ts';
import { callsOf } from './calls.ts';

export type LiveCall = {
  readonly name: string;
  /** Requests over HTTP. */
  readonly requests: number;
  readonly seconds: number;
  /** What was thrown stands here as `internal`. */
  readonly outcome: Outcome<unknown>;
};

/** Numbers of records of an object, by what they are of: "records", "without email". Not all have to be known. */
export type Counts = Readonly<Record<string, number>>;

export type LiveReport = {
  readonly calls: readonly LiveCall[];
  readonly objects: readonly {
    readonly name: string;
    readonly counted?: Counts;
    /** Absent where the object was not read to its end. */
    readonly scanned?: Counts;
  }[];
};

export type LiveOptions = {
  readonly timeoutMs: number;
  /** Before each call. */
  readonly pauseMs: number;
  /** Objects with more records are not read to their end. */
  readonly largestScan: number;
};

type Subject = {
  readonly connection: Pick<Connection, 'objects'>;
  readonly connector: Connector;
  readonly sent: readonly SentRequest[];
};

/** Asks everything that a connector can tell, one call after the other; never throws. */
export async function examine(subject: Subject, options: LiveOptions): Promise<LiveReport> {
  const { connector, connection } = subject;
  const { record, calls } = createRecorder(subject.sent, options.pauseMs);
  const { ping, certificate } = connector;
  const call = { timeoutMs: options.timeoutMs };
  if (ping !== undefined) await record('ping', () => ping(call));
  if (certificate !== undefined) await record('certificate', () => certificate(call));
  // Objects are asked for below, each of them.
  const none = { object: '', field: '', values: [] };
  const { aggregate: _aggregate, scan: _scan, ...others } = callsOf(connector, none);
  for (const [name, run] of Object.entries(others)) {
    await record(name, async () => (await run(call)) as Outcome<unknown>);
  }
  const objects: LiveReport['objects'][number][] = [];
  for (const [name, { fields }] of Object.entries(connection.objects)) {
    const subjectOfAll = { connector, record, options, name, fields: Object.keys(fields) };
    const counted = await count(subjectOfAll);
    const scanned = await scan(subjectOfAll, counted?.[ALL]);
    objects.push({
      name,
      ...(counted === undefined ? {} : { counted }),
      ...(scanned === undefined ? {} : { scanned }),
    });
  }
  return { calls, objects };
}

type RecordCall = <T>(name: string, run: () => Promise<Outcome<T>>) => Promise<Outcome<T>>;

function createRecorder(
  sent: readonly SentRequest[],
  pauseMs: number,
): { readonly record: RecordCall; readonly calls: readonly LiveCall[] } {
  const calls: LiveCall[] = [];
  return {
    calls,
    async record(name, run) {
      await setTimeout(pauseMs);
      const before = sent.length;
      const startedAtMs = performance.now();
      const outcome = await run().catch((error: unknown): Awaited<ReturnType<typeof run>> => {
        const detail = `threw: ${errorMessage(error)}`;
        return { ok: false, failure: { reason: 'internal', detail } };
      });
      const seconds = (performance.now() - startedAtMs) / 1000;
      calls.push({ name, requests: sent.length - before, seconds, outcome });
      return outcome;
    },
  };
}

type ObjectOfAll = {
  readonly connector: Connector;
  readonly record: RecordCall;
  readonly options: LiveOptions;
  readonly name: string;
  readonly fields: readonly string[];
};

const ALL = 'records';

function lacking(field: string): string {
  return `without ${field}`;
}

async function count(object: ObjectOfAll): Promise<Counts | undefined> {
  const { connector, record, name, fields, options } = object;
  const { aggregate } = connector;
  if (aggregate === undefined) return undefined;
  const wanted: readonly Aggregate[] = [
    { kind: 'rows' },
    ...fields.map((field) => ({ kind: 'missing', field }) as const),
  ];
  const outcome = await record(`count ${name}`, async () => {
    const answer = await aggregate({ timeoutMs: options.timeoutMs }, name, wanted);
    if (!answer.ok) return answer;
    const names = [ALL, ...fields.map(lacking)];
    const value = answer.value.map((number, index) => [names[index] ?? '', number] as const);
    return { ok: true, value: Object.fromEntries(value) };
  });
  if (!outcome.ok) return undefined;
  return Object.fromEntries(
    Object.entries(outcome.value).flatMap(([what, number]) =>
      number.known ? [[what, number.value]] : [],
    ),
  );
}

async function scan(object: ObjectOfAll, expected = 0): Promise<Counts | undefined> {
  const { connector, record, name, fields, options } = object;
  const { scan: read } = connector;
  if (read === undefined) return undefined;
  const counts = new Map<string, number>([ALL, ...fields.map(lacking)].map((what) => [what, 0]));
  const add = (what: string, number: number): void =>
    void counts.set(what, (counts.get(what) ?? 0) + number);
  // Of too many records, the first page shows that they can be read.
  const limit = expected > options.largestScan ? 0 : options.largestScan;
  const outcome = await record(`scan ${name}`, () =>
    read({ timeoutMs: options.timeoutMs }, name, fields, (rows) => {
      add(ALL, rows.length);
      for (const field of fields) {
        add(lacking(field), rows.filter((row) => isMissing(row[field])).length);
      }
      return (counts.get(ALL) ?? 0) < limit;
    }),
  );
  return outcome.ok && outcome.value.complete ? Object.fromEntries(counts) : undefined;
}
