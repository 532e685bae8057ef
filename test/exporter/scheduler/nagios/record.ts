import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * Asks a real Nagios Core what it makes of every sequence of results, and writes its verdicts beside this file:
 *
 *   node test/exporter/scheduler/nagios/record.ts /usr/sbin/nagios4
 *
 * Results are handed over in the spool folder, as Nagios' own workers do, so nothing has to be waited for. Each
 * sequence has a service and a host of its own. Letters: O is OK, C a problem, c a problem while the host is down.
 */
const LETTERS = ['O', 'C', 'c'];
const LONGEST = 5;
const MAXIMA = [1, 2, 3];
const CHECK_MINUTES = 60;
const RETRY_MINUTES = 20;
const LIMIT_MS = 60_000;

type Case = { readonly max: number; readonly letters: string; readonly name: string };

function allCases(): readonly Case[] {
  const cases: Case[] = [];
  for (const max of MAXIMA) {
    let sequences = [''];
    for (let length = 1; length <= LONGEST; length++) {
      sequences = sequences.flatMap((letters) => LETTERS.map((letter) => letters + letter));
      for (const letters of sequences) {
        // Names of objects ignore case in some versions.
        const name = `${max}-${letters.replaceAll('c', 'd')}`;
        cases.push({ max, letters, name });
      }
    }
  }
  return cases;
}

function mainFile(folder: string): string {
  const settings = {
    log_file: join(folder, 'nagios.log'),
    cfg_file: join(folder, 'objects.cfg'),
    object_cache_file: join(folder, 'objects.cache'),
    status_file: join(folder, 'status.dat'),
    status_update_interval: 1,
    temp_file: join(folder, 'nagios.tmp'),
    temp_path: folder,
    check_result_path: join(folder, 'spool'),
    lock_file: join(folder, 'nagios.lock'),
    query_socket: join(folder, 'nagios.qh'),
    command_file: join(folder, 'nagios.cmd'),
    check_external_commands: 0,
    nagios_user: userInfo().username,
    nagios_group: userInfo().gid,
    check_result_reaper_frequency: 1,
    execute_service_checks: 0,
    enable_notifications: 1,
    enable_flap_detection: 0,
    retain_state_information: 0,
    log_passive_checks: 0,
    log_initial_states: 0,
    max_check_result_file_age: 3600,
    // What is decided about checks, in full: here alone stands when the next one is wanted.
    debug_level: 16,
    debug_verbosity: 2,
    debug_file: join(folder, 'debug.log'),
    max_debug_file_size: 0,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

function define(kind: string, fields: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(fields).map(([key, value]) => `  ${key} ${value}\n`);
  return `define ${kind} {\n${lines.join('')}}\n`;
}

function objectsFile(cases: readonly Case[]): string {
  const always = define('timeperiod', {
    timeperiod_name: 'always',
    alias: 'always',
    ...Object.fromEntries(
      'monday tuesday wednesday thursday friday saturday sunday'
        .split(' ')
        .map((day) => [day, '00:00-24:00']),
    ),
  });
  const command = define('command', { command_name: 'nothing', command_line: '/bin/true' });
  const notified = {
    service_notification_period: 'always',
    host_notification_period: 'always',
    service_notification_options: 'u,c,w,r',
    host_notification_options: 'n',
    service_notification_commands: 'nothing',
    host_notification_commands: 'nothing',
  };
  const contact = define('contact', { contact_name: 'somebody', ...notified });
  const common = { check_command: 'nothing', check_period: 'always', contacts: 'somebody' };
  const told = { notification_period: 'always', notification_interval: 0 };
  const each = cases.flatMap(({ max, name }) => [
    define('host', {
      host_name: name,
      address: '127.0.0.1',
      max_check_attempts: 1,
      active_checks_enabled: 0,
      ...common,
      ...told,
    }),
    define('service', {
      host_name: name,
      service_description: 'probe',
      max_check_attempts: max,
      check_interval: CHECK_MINUTES,
      retry_interval: RETRY_MINUTES,
      ...common,
      ...told,
    }),
  ]);
  return [always, command, contact, ...each].join('');
}

/** What the spool holds: for each letter the result of the host, then that of the service. */
function spoolFile(cases: readonly Case[], nowSeconds: number): string {
  const record = (fields: Readonly<Record<string, string | number>>): string =>
    `${Object.entries(fields)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')}\n`;
  const times = { start_time: `${nowSeconds}.0`, finish_time: `${nowSeconds}.0` };
  const shared = { check_options: 0, latency: 0, early_timeout: 0, exited_ok: 1, ...times };
  const records = cases.flatMap(({ name, letters }) =>
    Array.from(letters).flatMap((letter, step) => [
      record({
        host_name: name,
        check_type: 1,
        scheduled_check: 0,
        reschedule_check: 0,
        ...shared,
        return_code: letter === 'c' ? 2 : 0,
        output: 'host',
      }),
      record({
        host_name: name,
        service_description: 'probe',
        check_type: 0,
        scheduled_check: 1,
        reschedule_check: 1,
        ...shared,
        return_code: letter === 'O' ? 0 : 2,
        output: `step ${step}`,
      }),
    ]),
  );
  return `file_time=${nowSeconds}\n\n${records.join('')}`;
}

type Service = Readonly<Record<string, string>>;

function servicesOf(status: string): ReadonlyMap<string, Service> {
  const blocks = status.split(/^servicestatus \{$/m).slice(1);
  return new Map(
    blocks.map((block) => {
      const lines = block.slice(0, block.indexOf('\n\t}')).trim().split('\n');
      const pairs = lines.map((line) => /^\s*([^=]+)=(.*)$/.exec(line)?.slice(1) ?? ['', '']);
      const service = Object.fromEntries(pairs) as Service;
      return [service['host_name'] ?? '', service] as const;
    }),
  );
}

/** What was notified of the last result of a case. */
function noticeOf(log: string, { name, letters }: Case): string {
  const step = letters.length - 1;
  const line = new RegExp(
    `SERVICE NOTIFICATION: somebody;${name};probe;([^;]+);nothing;step ${step}$`,
    'm',
  );
  const [, kind] = line.exec(log) ?? [];
  if (kind === undefined) return 'none';
  return /RECOVERY|OK/.test(kind) ? 'recovery' : 'problem';
}

/**
 * When Nagios wanted the next check of each service, in seconds since the epoch. Its status shows an earlier time
 * when a check was due already, as all are here.
 */
function wantedChecks(debugLog: string): ReadonlyMap<string, number> {
  const line =
    /Scheduling a non-forced, active check of service 'probe' on host '([^']+)' @ (.+)$/gm;
  return new Map(
    [...debugLog.matchAll(line)].map(([, name = '', at]) => [name, Date.parse(`${at} UTC`) / 1000]),
  );
}

type Seen = {
  readonly services: ReadonlyMap<string, Service>;
  readonly checks: ReadonlyMap<string, number>;
  readonly log: string;
};

function verdictOf(one: Case, { services, checks, log }: Seen): string {
  const service = services.get(one.name);
  const wantedSeconds = checks.get(one.name);
  if (service === undefined || wantedSeconds === undefined) {
    throw new Error(`Nagios says nothing of ${one.name}`);
  }
  const minutes = (wantedSeconds - Number(service['last_check'])) / 60;
  const isRetry = minutes < (CHECK_MINUTES + RETRY_MINUTES) / 2;
  return [
    one.max,
    one.letters,
    service['state_type'] === '1' ? 'HARD' : 'SOFT',
    service['current_attempt'],
    isRetry ? 'retry_interval' : 'check_interval',
    noticeOf(log, one),
  ].join(' ');
}

async function ask(program: string, cases: readonly Case[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-nagios-'));
  mkdirSync(join(folder, 'spool'));
  writeFileSync(join(folder, 'nagios.cfg'), mainFile(folder));
  writeFileSync(join(folder, 'objects.cfg'), objectsFile(cases));
  const child = spawn(program, [join(folder, 'nagios.cfg')], {
    stdio: 'ignore',
    env: { ...process.env, TZ: 'UTC' },
  });
  try {
    const nowSeconds = Math.floor(Date.now() / 1000);
    writeFileSync(join(folder, 'spool', 'c000001'), spoolFile(cases, nowSeconds));
    writeFileSync(join(folder, 'spool', 'c000001.ok'), '');
    const status = join(folder, 'status.dat');
    const beginMs = Date.now();
    while (Date.now() - beginMs < LIMIT_MS) {
      await wait(500);
      const services = servicesOf(existsSync(status) ? readFileSync(status, 'utf8') : '');
      const seen = cases.filter(({ name }) => services.get(name)?.['has_been_checked'] === '1');
      if (seen.length < cases.length) continue;
      const log = readFileSync(join(folder, 'nagios.log'), 'utf8');
      const checks = wantedChecks(readFileSync(join(folder, 'debug.log'), 'utf8'));
      return cases.map((one) => verdictOf(one, { services, checks, log }));
    }
    throw new Error(`${program} did not read all results within ${LIMIT_MS} ms`);
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main([program = 'nagios4']: readonly string[]): Promise<void> {
  const { stdout } = await promisify(execFile)(program, ['--version']);
  const version = /Nagios Core (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  const verdicts = await ask(program, allCases());
  const file = join(import.meta.dirname, `verdicts-${version}.txt`);
  writeFileSync(file, `${verdicts.join('\n')}\n`);
}

await main(process.argv.slice(2));
