import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createProgramRunner } from '../../../src/app/run-program.ts';
import type { Connector, PluginFacts } from '../../../src/exporter/connectors/connectors.ts';
import { runProbe } from '../../../src/exporter/probes/probes.ts';
import type { ProbeRun } from '../../../src/exporter/probes/probes.ts';
import { createSilentLogger, createSystemClock } from '../../../src/std/std.ts';
import { connectorOf, yamlOfDocument } from '../../support/connector-support.ts';
import { findProgram, waitUntil } from '../../support/program.ts';

const RUNNER = new URL('../../../src/app/run-program.ts', import.meta.url).href;
const DEBIAN = '/usr/lib/nagios/plugins';
const CALL = { timeoutMs: 20_000 };
const clock = createSystemClock();
const runProgram = createProgramRunner(clock);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crmwatch-plugins-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Plugin = {
  readonly program: string;
  readonly arguments?: readonly string[];
  readonly environment?: object;
  readonly timeout?: string;
};

/** A plugin that is a script; `$1` is the folder of the test. */
function script(text: string, more: Partial<Plugin> = {}): Plugin {
  return { program: '/bin/sh', arguments: ['-c', text, 'sh', folder], ...more };
}

function connect(plugins: Readonly<Record<string, Plugin>>, secrets = {}, more = {}): Connector {
  return connectorOf({ platform: 'nagios', plugins }, secrets, { runProgram, ...more });
}

async function factsOf(
  plugins: Readonly<Record<string, Plugin>>,
  call: { timeoutMs: number; signal?: AbortSignal } = CALL,
): Promise<readonly PluginFacts[]> {
  const outcome = await connect(plugins).plugins?.(call);
  if (outcome?.ok !== true) throw new Error(JSON.stringify(outcome));
  return outcome.value;
}

async function factOf(plugin: Plugin, call = CALL): Promise<PluginFacts> {
  const [fact] = await factsOf({ one: plugin }, call);
  if (fact === undefined) throw new Error('no facts');
  return fact;
}

function unknownBecause(reason: string, detail: unknown = expect.any(String)): object {
  return { state: { known: false, reason, detail }, text: '', performance: [] };
}

/** Ended, or as good as: nobody may have asked yet how. */
function isGone(pid: number): boolean {
  try {
    return /^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

async function expectGone(file: string): Promise<void> {
  const path = join(folder, file);
  await waitUntil(() => existsSync(path) && isGone(Number(readFileSync(path, 'utf8'))), {
    timeoutMs: 5000,
    describe: () => `${file} lives`,
  });
}

async function probe(connector: Connector, timeoutMs = CALL.timeoutMs): Promise<ProbeRun> {
  const how = { clock, logger: createSilentLogger(), timeoutMs, options: {} };
  return runProbe({ name: 'a', connector }, 'plugin', how);
}

describe('the answer of a plugin', () => {
  it.each<[string, string, object]>([
    ['0 is OK', 'echo fine; exit 0', { state: { value: 'ok' }, text: 'fine' }],
    ['1 is a warning', 'exit 1', { state: { value: 'warning' }, text: '' }],
    ['2 is critical', 'echo "bad | a=1"; exit 2', { state: { value: 'critical' }, text: 'bad', performance: [{ label: 'a' }] }],
    ['3 is unknown', 'echo "UNKNOWN - x | a=1"; exit 3', { state: { known: false, reason: 'undetermined', detail: 'the plugin says UNKNOWN' }, text: 'UNKNOWN - x' }],
    ['4 is unknown', 'exit 4', unknownBecause('undetermined', 'the plugin ended with the status 4, which has no meaning')],
    ['255 is unknown', 'exit 255', unknownBecause('undetermined')],
    ['a signal is unknown', 'echo "OK | a=1"; kill -SEGV $$', unknownBecause('undetermined', 'the program was ended by SIGSEGV')],
    ['on standard error nobody hears it', 'echo "s3cret | a=1" >&2; exit 1', { state: { value: 'warning' }, text: '', performance: [] }],
    ['need not be UTF-8', String.raw`printf 'caf\351 \377\376 \0 | caf\351=1 b=2'`, { state: { value: 'ok' }, text: 'caf', performance: [{ label: 'caf\uFFFD' }, { label: 'b' }] }],
    ['may come without standard input', 'cat; echo end', { state: { value: 'ok' }, text: 'end' }],
    ['may have two kinds of lines', String.raw`printf 'OK | a=1\nmore\nand | b=2\nc=3\n'`, { performance: [{ label: 'a' }, { label: 'b' }, { label: 'c' }] }],
  ])('%s', async (_what, text, expected) => {
    expect(await factOf(script(text))).toMatchObject(expected);
  }); // prettier-ignore

  it('leaves out what is no performance data, and says so', async () => {
    const facts = await factOf(script('echo "OK | a=1 b=x c=NaN d=0,5 e=2"'));
    expect(facts.performance.map(({ label }) => label)).toEqual(['a', 'e']);
    expect(facts.problems).toEqual(['a value is no number', 'what follows a number is no unit']);
  });

  it('may be more values than are exported, which is told', async () => {
    const many = 'i=0; printf "OK |"; while [ $i -lt 5000 ]; do printf " v$i=$i"; i=$((i+1)); done';
    const connector = connect({ many: script(many) });
    const { result } = await probe(connector);
    const values = result.samples.filter(({ metric }) => metric === 'crm_plugin_value');
    expect(values).toHaveLength(50);
    expect(result.ok && result.unknowns).toMatchObject([
      { metric: 'crm_plugin_value', reason: 'too_large' },
    ]);
  });

  it('is nothing at all where it is too long: a number that was cut off is another number', async () => {
    const startedAtMs = performance.now();
    const facts = await factsOf({
      ten_thousand: script(
        'i=0; printf "OK |"; while [ $i -lt 10000 ]; do printf " value$i=$i"; i=$((i+1)); done',
      ),
      gigabyte: script('echo $$ > "$1/gigabyte"; exec head -c 1000000000 /dev/zero'),
      deaf: script('trap "" TERM PIPE; while :; do echo aaaaaaaaaaaaaaaaaaaaaaa; done 2>/dev/null'),
    });
    for (const one of facts) expect(one).toMatchObject(unknownBecause('too_large'));
    expect(performance.now() - startedAtMs).toBeLessThan(CALL.timeoutMs);
    await expectGone('gigabyte');
  });
});

describe('a plugin that does not end', () => {
  const late = (): object => unknownBecause('undetermined', expect.stringMatching(/did not end/));

  it('is ended with all that it started, also when it does not listen', async () => {
    const startedAtMs = performance.now();
    const facts = await factsOf(
      {
        good: script('echo OK'),
        sleeps: script('echo $$ > "$1/sleeps"; exec sleep 600'),
        ignores: script('trap "" TERM; echo $$ > "$1/ignores"; while :; do sleep 600; done'),
        family: script('sleep 600 & echo $! > "$1/child"; echo $$ > "$1/parent"; wait'),
      },
      { timeoutMs: 2000 },
    );
    expect(performance.now() - startedAtMs).toBeLessThan(2400);
    expect(facts.map(({ state }) => state.known)).toEqual([true, false, false, false]);
    for (const one of facts.slice(1)) expect(one).toMatchObject(late());
    for (const file of ['sleeps', 'ignores', 'child', 'parent']) await expectGone(file);
  });

  it('ends by its own deadline, and cannot have a longer one than the probe', async () => {
    const startedAtMs = performance.now();
    expect(await factOf(script('exec sleep 600', { timeout: '300ms' }))).toMatchObject(late());
    expect(performance.now() - startedAtMs).toBeLessThan(5000);
    const own = script('exec sleep 600', { timeout: '1h' });
    expect(await factOf(own, { timeoutMs: 1000 })).toMatchObject(late());
    expect(performance.now() - startedAtMs).toBeLessThan(8000);
  });

  it('says so even when it says something good in the end', async () => {
    const text = 'trap "echo OK; exit 0" TERM; while :; do sleep 0.05; done';
    expect(await factOf(script(text), { timeoutMs: 1500 })).toMatchObject(late());
  });

  it('lets those that wait behind it be unknown, not forgotten', async () => {
    const slow = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`p${index}`, script('exec sleep 600')]),
    );
    const facts = await factsOf(slow, { timeoutMs: 1000 });
    expect(facts.map(({ name }) => name)).toEqual(Object.keys(slow));
    expect(facts.filter(({ state }) => state.known)).toEqual([]);
  });

  it('does not make the probe late', async () => {
    const run = await probe(
      connect({ a: script('echo "OK | a=1"'), b: script('exec sleep 600') }),
      1500,
    );
    expect(run.result.ok).toBe(true);
    expect(run.result.samples.map(({ metric, value }) => [metric, value])).toEqual([
      ['crm_plugin_state', 0],
      ['crm_plugin_unknown', 0],
      ['crm_plugin_value', 1],
      ['crm_plugin_unknown', 1],
    ]);
  });

  it('is ended when the run is given up, or the target goes, and then nothing is told', async () => {
    const plugins = { a: script('echo $$ > "$1/given-up"; exec sleep 600') };
    const stopped = { ok: false, failure: { reason: 'timeout', detail: 'the run was stopped' } };
    const signal = AbortSignal.timeout(500);
    expect(await connect(plugins).plugins?.({ ...CALL, signal })).toMatchObject(stopped);
    await expectGone('given-up');
    const connector = connect(plugins);
    const outcome = connector.plugins?.(CALL);
    setTimeout(() => void connector.close(), 300);
    expect(await outcome).toMatchObject(stopped);
    await expectGone('given-up');
    expect(await connector.plugins?.(CALL)).toMatchObject(stopped);
  });
});

describe('crmwatch that is ended at once', () => {
  it('takes its plugins along', async () => {
    const text = `
      import { createProgramRunner } from ${JSON.stringify(RUNNER)};
      const clock = { after: () => ({ cancel() {} }) };
      void createProgramRunner(clock)({
        program: '/bin/sh',
        arguments: ['-c', 'echo $$ > "$1/along"; sleep 600', 'sh', ${JSON.stringify(folder)}],
        environment: {}, timeoutMs: 60_000, graceMs: 100, outputBytes: 100,
      });
      setTimeout(() => process.exit(3), 500);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', text], { stdio: 'ignore' });
    expect(await once(child, 'exit')).toEqual([3, null]);
    await expectGone('along');
  });
});

describe('a plugin that leaves something behind', () => {
  it('has its say, and what stays in its group is ended', async () => {
    const startedAtMs = performance.now();
    const text = 'sleep 600 & echo $! > "$1/left"; echo "OK | a=12345"; exit 1';
    const facts = await factOf(script(text));
    expect(facts).toMatchObject({ state: { value: 'warning' }, performance: [{ value: { value: 12_345 } }] });
    expect(performance.now() - startedAtMs).toBeLessThan(5000);
    await expectGone('left');
  }); // prettier-ignore

  it.skipIf(findProgram('setsid') === undefined)(
    'has its say also when what left its group holds its output open',
    async () => {
      const startedAtMs = performance.now();
      const text =
        'setsid sh -c "echo \\$\\$ > $1/away; exec sleep 15" & echo "OK | a=1"; sleep 0.3';
      expect(await factOf(script(text))).toMatchObject({
        state: { value: 'ok' },
        performance: [{ label: 'a' }],
      });
      expect(performance.now() - startedAtMs).toBeLessThan(5000);
      process.kill(Number(readFileSync(join(folder, 'away'), 'utf8')));
    },
  );
});

describe('what a plugin is given', () => {
  it('are its arguments as they are, with no shell to read them', async () => {
    const marker = join(folder, 'marker');
    const text = `$(touch ${marker}); \`touch ${marker}\` && touch ${marker} * ~ "'`;
    const plugin = { program: process.execPath, arguments: ['-e', 'console.log(process.argv[1])', text] };
    expect((await factOf(plugin)).text).toBe(text);
    expect(existsSync(marker)).toBe(false);
  }); // prettier-ignore

  it('is a bare environment, an empty folder and nobody else', async () => {
    process.env['CRMWATCH_TEST_SECRET'] = 's3cret';
    const end = await runProgram({
      program: '/usr/bin/env',
      arguments: ['pwd'],
      environment: { A: 'b' },
      timeoutMs: 5000,
      graceMs: 100,
      outputBytes: 1000,
    });
    expect(end.kind === 'exited' && Buffer.from(end.output).toString()).toBe('/\n');
    const text = 'env | grep -vE "^(PWD|SHLVL|_)=" | sort | tr "\\n" " "';
    const environment = { PLAIN: 'x y', KEY: { environment: 'KEY' } };
    const connector = connect({ a: script(text, { environment }) }, { KEY: 'v4lue' });
    const outcome = await connector.plugins?.(CALL);
    expect(outcome?.ok === true && outcome.value[0]?.text).toBe(
      'KEY=v4lue LANG=C LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PLAIN=x y',
    );
    delete process.env['CRMWATCH_TEST_SECRET'];
  });

  it('are secrets, which it cannot publish', async () => {
    const environment = { KEY: { environment: 'KEY' } };
    const resolveSecret = Object.assign(() => 'v4lue', {
      hide: (text: string) => text.replaceAll('v4lue', '[hidden]'),
    });
    const plugin = script('echo "key $KEY | $KEY=1"', { environment });
    const outcome = await connect({ plugin }, {}, { resolveSecret }).plugins?.(CALL);
    expect(JSON.stringify(outcome)).not.toContain('v4lue');
    expect(outcome).toMatchObject({ value: [{ performance: [{ label: '[hidden]' }] }] });
  });
});

describe('a plugin that cannot be started', () => {
  it('is unknown, with a reason of its own', async () => {
    const file = (name: string, text: string, mode: number): Plugin => {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), mode);
      return { program: join(folder, name) };
    };
    const facts = await factsOf({
      gone: { program: join(folder, 'gone') },
      folder: { program: folder },
      forbidden: file('forbidden', '#!/bin/sh\n', 0o600),
      without_interpreter: file('without', '#!/nowhere/sh\n', 0o700),
      nonsense: file('nonsense', '\u0001\u0002', 0o700),
      good: script('echo OK'),
    });
    expect(facts.map(({ state }) => (state.known ? state.value : state.reason))).toEqual([
      'not_configured',
      'not_permitted',
      'not_permitted',
      'not_configured',
      'undetermined',
      'ok',
    ]);
  });
});

describe.skipIf(!existsSync(join(DEBIAN, 'check_dummy')))('the plugins of Debian', () => {
  const debian = (name: string, ...words: readonly string[]): Plugin => ({
    program: join(DEBIAN, name),
    arguments: words,
  });

  it('tell their states', async () => {
    const states = [0, 1, 2, 3].map((status) => [
      `s${status}`,
      debian('check_dummy', String(status), 'said'),
    ]);
    const facts = await factsOf(Object.fromEntries(states));
    expect(facts.map(({ state, text }) => [state.known ? state.value : state.reason, text])).toEqual([
      ['ok', 'OK: said'],
      ['warning', 'WARNING: said'],
      ['critical', 'CRITICAL: said'],
      ['undetermined', 'UNKNOWN: said'],
    ]);
  }); // prettier-ignore

  it('measure this machine and a web server, in base units and with their thresholds', async () => {
    const server = createServer((_request, response) => response.end('x'.repeat(3000)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const facts = await factsOf({
      procs: debian('check_procs', '-w', '1:100000', '-c', '1:'),
      load: debian('check_load', '-w', '900,900,900', '-c', '999,999,999'),
      disk: debian('check_disk', '-w', '1', '-p', '/'),
      http: debian('check_http', '-H', '127.0.0.1', '-p', String(port), '-w', '5', '-c', '10'),
      http_full: debian('check_http', '-H', '127.0.0.1', '-p', String(port), '-s', 'absent'),
      tcp: debian('check_tcp', '-H', '127.0.0.1', '-p', '1'),
    });
    server.close();
    expect(facts.flatMap(({ problems }) => problems)).toEqual([]);
    const [procs, load, disk, http, httpFull, tcp] = facts;
    const positive = { known: true, value: expect.any(Number) };
    expect(procs).toMatchObject({
      state: { value: 'ok' },
      performance: [
        {
          label: 'procs',
          value: positive,
          unit: 'number',
          warning: { from: 1, to: 100_000, isBadInside: false },
          critical: { from: 1, to: Infinity },
          minimum: 0,
        },
      ],
    });
    expect(load?.performance.map(({ label }) => label)).toEqual(['load1', 'load5', 'load15']);
    expect(disk).toMatchObject({ state: { value: 'ok' }, performance: [{ label: '/', unit: 'bytes' }] });
    expect(http?.state).toEqual({ known: true, value: 'ok' });
    expect(http?.performance).toMatchObject([
      { label: 'time', unit: 'seconds', warning: { to: 5 }, critical: { to: 10 } },
      { label: 'size', unit: 'bytes' },
    ]);
    expect(httpFull?.state).toEqual({ known: true, value: 'critical' });
    expect(tcp?.state).toEqual({ known: true, value: 'critical' });
    expect(tcp?.performance).toEqual([]);
  }); // prettier-ignore

  it('say UNKNOWN to arguments that they do not have', async () => {
    expect(await factOf(debian('check_procs', '--no-such-option'))).toMatchObject({
      state: { known: false, reason: 'undetermined', detail: 'the plugin says UNKNOWN' },
    });
  });
});

describe('the platform nagios', () => {
  it('runs nothing where no programs may be run', async () => {
    const connector = connectorOf({ platform: 'nagios', plugins: { a: script('echo OK') } });
    expect(connector.plugins).toBeUndefined();
    await connector.close();
  });

  it('has an example that decodes', () => {
    const { connection } = yamlOfDocument('docs/connectors/nagios.md') as { connection: object };
    expect(connectorOf(connection, {}, { runProgram }).plugins).toBeDefined();
  });
});
