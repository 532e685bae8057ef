import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import fc from 'fast-check';
import { load } from 'js-yaml';
import { afterEach, describe, expect, it } from 'vitest';

import type { FailureReason } from '../../../../src/catalog/catalog.ts';
import type { Connector } from '../../../../src/exporter/connectors/connectors.ts';
import { createFaultProxy } from '../../../../src/sandbox/sandbox.ts';
import { createSeededRandom, createSystemClock } from '../../../../src/std/std.ts';
import { startMockServer } from '../../../support/specifications/mock-server.ts';
import type { MockOptions, MockServer } from '../../../support/specifications/mock-server.ts';
import { createSpecification } from '../../../support/specifications/open-api.ts';
import { LICENCE_NOTE } from '../../../gate/report.ts';
import { callsOf } from '../calls.ts';
import type { NamedCalls } from '../calls.ts';

/** Valid answers to a call that it does not take, and why it is right not to. */
export type Refusal = { readonly reasons: readonly FailureReason[]; readonly why: string };

export type SpecificationContract = Omit<MockOptions, 'specification'> & {
  readonly name: string;
  /** Where the documents are. What may not be copied is in a folder of CRMWATCH_SPECIFICATIONS, named after the platform. */
  readonly source:
    | { readonly fixtures: readonly string[] }
    | { readonly folder: string; readonly files: readonly string[]; readonly from: string };
  /** Those that the documents know something of; all when there are none named. */
  readonly calls?: readonly string[];
  readonly bases?: Readonly<Record<string, string>>;
  readonly create: (url: string) => Connector;
  /** Every object with the fields that are read of it; the first field of the first one is counted too. */
  readonly objects: Readonly<Record<string, readonly string[]>>;
  /** The operations that have to be asked for, and no others are. */
  readonly uses: readonly string[];
  readonly refusals?: Readonly<Record<string, Refusal>>;
  /** The schemas let everything be missing, what the words promise included; that is a changed schema then. */
  readonly requiresNothing?: boolean;
  /** Calls that no answer made from the specification can please, and why. */
  readonly hopeless?: Readonly<Record<string, string>>;
  /** Statuses of refusals that are documented with a body of their own, and what they come to. */
  readonly statuses?: Readonly<Record<string, readonly FailureReason[]>>;
};

const ROOT = join(import.meta.dirname, '../../../..');
const FOLDER = process.env['CRMWATCH_SPECIFICATIONS'];
const CALL = { timeoutMs: 20_000 };
/** Without a seed it is the documented example that is answered. */
const SEEDS = [undefined, ...Array.from({ length: 20 }, (_nothing, index) => index)];
const ROUNDS = SEEDS.flatMap((seed) => [
  { seed, mode: 'complete' } as const,
  ...(seed === undefined ? [] : [{ seed, mode: 'sparse' } as const]),
]);

/** Holds a connector to a specification that its vendor, or somebody else who is not us, wrote. */
export function describeSpecification(contract: SpecificationContract): void {
  const paths = pathsOf(contract);
  const absent = paths.filter((path) => !existsSync(path));
  const title = `${contract.name} and its specification`;
  if (absent.length > 0) {
    it(`${title} (${remedyOf(contract)})`, ({ skip }) => {
      skip(LICENCE_NOTE);
    });
    return;
  }
  describe(title, () => {
    runAll(contract, paths);
  });
}

function pathsOf({ source }: SpecificationContract): readonly string[] {
  if ('fixtures' in source) {
    return source.fixtures.map((path) => join(ROOT, 'test/fixtures/specifications', path));
  }
  return source.files.map((file) => join(FOLDER ?? '/nowhere', source.folder, file));
}

/** What documents in the same folder refer to. */
function neighboursOf({ source }: SpecificationContract): readonly string[] {
  if ('fixtures' in source) return [];
  const folder = join(FOLDER ?? '', source.folder);
  return readdirSync(folder).map((name) => join(folder, name));
}

function remedyOf({ source }: SpecificationContract): string {
  if ('fixtures' in source) return 'it is missing';
  const files = source.files.join(', ');
  return `may not be copied: put ${files} of ${source.from} into CRMWATCH_SPECIFICATIONS/${source.folder}`;
}

function runAll(contract: SpecificationContract, paths: readonly string[]): void {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const item of open.splice(0)) await item.close();
  });

  const specification = createSpecification({
    documents: Object.fromEntries(
      [...new Set([...paths, ...neighboursOf(contract)])].map((path) => [
        basename(path),
        load(readFileSync(path, 'utf8')),
      ]),
    ),
    offering: paths.map((path) => basename(path)),
    ...(contract.bases === undefined ? {} : { bases: contract.bases }),
  });

  async function start(): Promise<MockServer> {
    const server = await startMockServer({ ...contract, specification });
    open.push(server);
    return server;
  }

  function connect(url: string): NamedCalls {
    const connector = contract.create(url);
    open.push(connector);
    const ping = connector.ping?.bind(connector);
    const [[object, [field = '']] = ['', []]] = Object.entries(contract.objects);
    const { scan: _one, ...calls } = callsOf(connector, { object, field, values: [] });
    const scans = Object.entries(contract.objects).map(
      ([name, fields]): [string, NamedCalls[string]] => [
        `scan of ${name}`,
        async (call) => connector.scan?.(call, name, fields, () => true),
      ],
    );
    const all: NamedCalls = {
      ...(ping === undefined ? {} : { ping: async (call) => ping(call) }),
      ...calls,
      ...Object.fromEntries(scans),
    };
    const wanted = contract.calls ?? Object.keys(all);
    return Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name)));
  }

  it('sends what it allows, and understands what it promises', async () => {
    const server = await start();
    const pleased = new Set<string>();
    const calls = connect(server.url);
    for (const { seed, mode } of ROUNDS) {
      server.setSeed(seed, mode);
      const forgiven: readonly FailureReason[] =
        mode === 'sparse' && contract.requiresNothing === true ? ['schema_changed'] : [];
      for (const [name, run] of Object.entries(calls)) {
        const outcome = outcomeOf(await run(CALL));
        const told = `${name} with the ${mode} seed ${seed}: ${JSON.stringify(outcome)}`;
        expect(strangeNumbersIn(outcome), told).toEqual([]);
        if (outcome.ok) pleased.add(name);
        else if (!forgiven.includes(outcome.failure.reason))
          expect(contract.refusals?.[name]?.reasons ?? [], told).toContain(outcome.failure.reason);
      }
    }
    expect(server.refused).toEqual([]);
    expect([...server.used].toSorted()).toEqual([...contract.uses].toSorted());
    const hopeless = Object.keys(contract.hopeless ?? {});
    const expected = Object.keys(calls).filter((name) => !hopeless.includes(name));
    expect([...pleased].toSorted()).toEqual(expected.toSorted());
  });

  for (const [status, reasons] of Object.entries(contract.statuses ?? {})) {
    it(`reads the refusal that it documents for ${status}`, async () => {
      const server = await start();
      const calls = connect(server.url);
      const seen = new Set<string>();
      server.setStatus(status);
      for (const seed of SEEDS.slice(0, 10)) {
        server.setSeed(seed, 'complete');
        for (const [name, run] of Object.entries(calls)) {
          const outcome = outcomeOf(await run(CALL));
          if (outcome.ok) continue;
          const allowed = [...reasons, ...(contract.refusals?.[name]?.reasons ?? [])];
          expect(allowed, `${name}: ${JSON.stringify(outcome)}`).toContain(outcome.failure.reason);
          if (reasons.includes(outcome.failure.reason)) seen.add(outcome.failure.reason);
        }
      }
      expect([...seen].toSorted()).toEqual([...reasons].toSorted());
    });
  }

  it('tells a line that is slow, cut or silent apart, and is well again after it', async () => {
    const server = await start();
    server.setSeed(1, 'complete');
    const proxy = createFaultProxy({
      host: '127.0.0.1',
      port: 0,
      upstreamPort: () => server.port,
      clock: createSystemClock(),
      random: createSeededRandom(1),
    });
    const port = await proxy.open();
    open.unshift(proxy);
    const calls = Object.entries(connect(`http://127.0.0.1:${port}`));
    const { line } = proxy;
    const all = async (timeoutMs: number): Promise<readonly unknown[]> =>
      Promise.all(
        calls.map(async ([, run]) => {
          const outcome = outcomeOf(await run({ timeoutMs }));
          return outcome.ok ? 'ok' : outcome.failure.reason;
        }),
      );
    const healthy = await all(CALL.timeoutMs);
    line.delayMs = 20;
    expect(await all(CALL.timeoutMs)).toEqual(healthy);
    line.delayMs = 0;
    line.resetRatio = 1;
    expect(new Set(await all(2000))).toEqual(new Set(['tcp']));
    line.resetRatio = 0;
    line.isSilent = true;
    proxy.dropConnections();
    expect(new Set(await all(300))).toEqual(new Set(['timeout']));
    line.isSilent = false;
    proxy.dropConnections();
    expect(await all(CALL.timeoutMs)).toEqual(healthy);
  });
}

type SomeOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: { readonly reason: FailureReason } };

function outcomeOf(outcome: unknown): SomeOutcome {
  expect(outcome).toEqual(expect.objectContaining({ ok: expect.any(Boolean) as unknown }));
  return outcome as SomeOutcome;
}

/** What a metric could not be made of, or what would lie; JSON has neither NaN nor infinity. */
function strangeNumbersIn(value: unknown): readonly unknown[] {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strangeNumbersIn);
}

/** Identifiers as platforms make them where a schema only says that they are texts. */
export const DIGITS: fc.Arbitrary<string> = fc.bigInt({ min: 1n, max: 10n ** 18n }).map(String);
