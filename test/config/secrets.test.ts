import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { checkConfig, createSecretCommands } from '../../src/config/config.ts';
import type { CommandResult, CommandRunner, SecretCommands } from '../../src/config/config.ts';
import { CrmwatchError } from '../../src/std/std.ts';
import type { SecretReference, SecretResolver } from '../../src/std/std.ts';
import { createManualClock } from '../support/manual-clock.ts';
import type { ManualClock } from '../support/manual-clock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crmwatch-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string): SecretReference => ({ kind: 'secret_reference', file: name });

/** The resolver of a configuration whose only target has one secret. */
function resolverOf(secret: string, commands?: SecretCommands): SecretResolver | string {
  const path = join(folder, 'crmwatch.yaml');
  const authentication = `{ method: bearer, token: ${secret} }`;
  const connection = `{ platform: rest, url: 'http://127.0.0.1:1', authentication: ${authentication} }`;
  writeFileSync(path, `targets:\n  - name: crm\n    connection: ${connection}\n`);
  const result = checkConfig(path, { TOKEN: 'from the environment' }, commands);
  if (result.ok) return result.loaded.resolveSecret;
  return result.problems
    .map(({ place, message, remedy }) => `${place}: ${message} (${remedy})`)
    .join('\n')
    .replaceAll(folder, '<folder>');
}

function working(resolver: SecretResolver | string): SecretResolver {
  if (typeof resolver === 'string') throw new Error(resolver);
  return resolver;
}

function problemOf(read: () => string): string {
  try {
    return `read ${read()}`;
  } catch (error) {
    if (!(error instanceof CrmwatchError) || error.code !== 'secret_unreadable') throw error;
    return error.message.replaceAll(folder, '<folder>');
  }
}

describe('a secret in a file', () => {
  const path = (): string => join(folder, 'token');

  function start(): () => string {
    writeFileSync(path(), 'first\n');
    const resolve = working(resolverOf('{ file: token }'));
    return () => resolve(file('token'));
  }

  it('is read again when it is written anew, with the same length and time too', () => {
    const read = start();
    expect(read()).toBe('first');
    const time = new Date('2026-01-01T00:00:00Z');
    utimesSync(path(), time, time);
    expect(read()).toBe('first');
    writeFileSync(path(), 'other\n');
    utimesSync(path(), time, time);
    expect(read()).toBe('other');
  });

  it('is read again when another file takes its place', () => {
    const read = start();
    writeFileSync(join(folder, 'next'), 'second');
    renameSync(join(folder, 'next'), path());
    expect(read()).toBe('second');
  });

  it('is read again when the folder in front of it points elsewhere, as an orchestrator does', () => {
    for (const name of ['one', 'two']) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'token'), name);
    }
    symlinkSync('one', join(folder, 'data'));
    const resolve = working(resolverOf('{ file: data/token }'));
    expect(resolve(file('data/token'))).toBe('one');
    symlinkSync('two', join(folder, 'data.new'));
    renameSync(join(folder, 'data.new'), join(folder, 'data'));
    expect(resolve(file('data/token'))).toBe('two');
  });

  it.each<[string, () => void, string]>([
    ['is taken away', () => unlinkSync(path()), 'there is no file <folder>/token'],
    ['is emptied', () => writeFileSync(path(), '\n'), '<folder>/token is empty'],
    ['is no text', () => writeFileSync(path(), Buffer.from([0xc3, 0x28])), '<folder>/token holds bytes that are no UTF-8 text'],
    ['is huge', () => writeFileSync(path(), 'x'.repeat(2 ** 21 + 1)), '<folder>/token holds more than 2097152 bytes'],
    ['becomes a folder', () => { unlinkSync(path()); mkdirSync(path()); }, '<folder>/token is a folder'],
  ])('says so when it %s, and comes back', (_what, spoil, message) => {
    const read = start();
    expect(read()).toBe('first');
    spoil();
    expect(problemOf(read)).toBe(message);
    expect(problemOf(read)).toBe(message);
    rmSync(path(), { recursive: true, force: true });
    writeFileSync(path(), 'again');
    expect(read()).toBe('again');
  }); // prettier-ignore
});

type Fake = {
  readonly commands: SecretCommands;
  readonly clock: ManualClock;
  /** What each run got. */
  readonly asked: (readonly string[])[];
  readonly failures: string[];
  next: CommandResult;
};

function fakeCommands(): Fake {
  const clock = createManualClock();
  const asked: (readonly string[])[] = [];
  const failures: string[] = [];
  const answer = (command: readonly string[]): CommandResult => {
    asked.push(command);
    return fake.next;
  };
  const runner: CommandRunner = { runNow: answer, run: async (command) => answer(command) };
  const onFailure = ({ message }: CrmwatchError): void => void failures.push(message);
  const commands = createSecretCommands({ runner, clock, onFailure });
  const fake: Fake = { commands, clock, asked, failures, next: { ok: true, output: 'first\n' } };
  return fake;
}

const COMMAND = ['pass', 'show', 'crm-s3cret'];
const REFERENCE: SecretReference = { kind: 'secret_reference', command: COMMAND };

describe('a secret of a program', () => {
  const settled = async (): Promise<void> => new Promise((done) => setImmediate(done));

  function start(): [Fake, () => string, SecretResolver] {
    const fake = fakeCommands();
    const resolve = working(resolverOf('{ command: [pass, show, crm-s3cret] }', fake.commands));
    return [fake, () => resolve(REFERENCE), resolve];
  }

  it('is asked for once when the configuration is read, as arguments without a shell', () => {
    const [fake, read] = start();
    expect([read(), read()]).toEqual(['first', 'first']);
    expect(fake.asked).toEqual([COMMAND]);
  });

  it('is asked for again after five minutes, while the old one is used', async () => {
    const [fake, read] = start();
    fake.next = { ok: true, output: 'second' };
    await fake.clock.advance(299_999);
    expect([read(), fake.asked.length]).toEqual(['first', 1]);
    await fake.clock.advance(1);
    expect([read(), read(), fake.asked.length]).toEqual(['first', 'first', 2]);
    await settled();
    expect(read()).toBe('second');
  });

  it('is asked for again when it was refused, but not faster than every 30 seconds', async () => {
    const [fake, read, resolve] = start();
    fake.next = { ok: true, output: 'second' };
    resolve.noteRefusal?.(REFERENCE);
    expect(fake.asked).toHaveLength(1);
    await fake.clock.advance(30_000);
    resolve.noteRefusal?.(REFERENCE);
    resolve.noteRefusal?.(REFERENCE);
    expect(fake.asked).toHaveLength(2);
    await settled();
    expect(read()).toBe('second');
  });

  it('is used on for an hour while the program fails, then is gone, and comes back', async () => {
    const [fake, read] = start();
    fake.next = { ok: false, why: 'ended with status 2' };
    await fake.clock.advance(300_000);
    expect(read()).toBe('first');
    await settled();
    expect(fake.failures).toEqual(['the program pass ended with status 2']);
    await fake.clock.advance(3_599_999);
    expect(read()).toBe('first');
    await settled();
    await fake.clock.advance(1);
    expect(problemOf(read)).toBe('the program pass ended with status 2');
    fake.next = { ok: true, output: 'second' };
    await fake.clock.advance(30_000);
    expect(problemOf(read)).toContain('ended with status 2');
    await settled();
    expect(read()).toBe('second');
  });

  it.each<[CommandResult, string]>([
    [{ ok: true, output: '\r\n' }, 'printed nothing'],
    [{ ok: false, why: 'did not end within 10000 ms' }, 'did not end within 10000 ms'],
  ])('that gives none is a problem of the configuration: %j', (next, why) => {
    const fake = fakeCommands();
    fake.next = next;
    const report = resolverOf('{ command: [pass, show, crm-s3cret] }', fake.commands);
    const remedy =
      'run the command by hand as the user crmwatch runs as; it must print the secret alone';
    const place = 'targets[0].connection.authentication.token';
    expect(report).toBe(`${place}: the program pass ${why} (${remedy})`);
  });

  it('is refused where no program may be run, and where the reference is no list', () => {
    expect(resolverOf('{ command: [pass, s3cret] }')).toContain(
      'the program pass may not be run here',
    );
    expect(resolverOf('{ command: [] }')).not.toBeTypeOf('function');
    expect(resolverOf('{ command: pass show crm }')).not.toBeTypeOf('function');
    const several = resolverOf('{ command: [pass], environment: TOKEN }');
    expect(several).toContain('says none or several of file, environment and command');
  });
});
