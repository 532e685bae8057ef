import type { Clock, Random } from '../std/std.ts';
import type { Sqlite } from '../store/store.ts';

import {
  ACTIVITY_CHANCES,
  inventDeliveryKind,
  inventDeliveryState,
  inventEventKind,
} from './invent/activity.ts';
import { pick, pickNumber } from './invent/pick.ts';
import { SECOND_MS, toIso } from './invent/times.ts';
import { JOB_NAMES, PIPELINE_STAGES } from './invent/words.ts';

export type Simulator = {
  /** One second of office life: jobs, log-ins, edits, tidying up. */
  tick(): void;
  /** Whether the job worker does its work; jobs are enqueued in any case. */
  readonly worker: { pause(): void; resume(): void };
};

export type SimulatorOptions = {
  readonly database: Sqlite;
  readonly clock: Clock;
  readonly random: Random;
  readonly monitorUserId: number;
};

export const TICK_MS: number = SECOND_MS;

/** What happens in a second, as chances. */
const CHANCES = {
  jobEnqueued: 0.1,
  jobFails: 0.01,
  login: 0.02,
  loginMistaken: 0.03,
  contactEdited: 0.5,
  dealMoved: 0.3,
} as const;

const WORKER_SLOTS = 4;
const LONGEST_JOB_SECONDS = 8;

/** Old rows go (jobs after six hours, log-ins after a day), so that a sandbox that runs for weeks stays as small as on its first day. */
export const KEPT_ROWS = {
  pendingJobs: 2000,
  jobs: 5000,
  jobAgeMs: 21_600_000,
  logins: 20_000,
  loginAgeMs: 86_400_000,
  activity: 20_000,
  activityAgeMs: 86_400_000,
} as const;
const TIDY_EVERY_TICKS = 60;

/** The invented staff and machinery of the CRM. It runs in one transaction per tick. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const { database, clock, random } = options;
  let working = true;
  let ticks = 0;

  return {
    tick() {
      ticks++;
      database.transaction(() => {
        enqueueJobs(options);
        if (working) workOnJobs(options);
        simulateLogins(options);
        editRecords(database, toIso(clock.now()), random);
        noteActivity(options);
        if (ticks % TIDY_EVERY_TICKS === 0) tidyUp(database, clock.now());
      });
    },
    worker: {
      pause() {
        working = false;
      },
      resume() {
        working = true;
      },
    },
  };
}

function count(database: Sqlite, sql: string): number {
  return Number(database.get(`SELECT count(*) AS count FROM ${sql}`)?.['count']);
}

function enqueueJobs({ database, clock, random }: SimulatorOptions): void {
  if (random.next() >= CHANCES.jobEnqueued) return;
  if (count(database, `jobs WHERE state = 'pending'`) >= KEPT_ROWS.pendingJobs) return;
  database.run(
    `INSERT INTO jobs (name, state, enqueued_at) VALUES (?, 'pending', ?)`,
    pick(JOB_NAMES, random),
    toIso(clock.now()),
  );
}

function workOnJobs({ database, clock, random }: SimulatorOptions): void {
  const now = toIso(clock.now());
  for (const job of database.all(`SELECT id, started_at FROM jobs WHERE state = 'running'`)) {
    const id = Number(job['id']);
    const durationMs = (1 + (id % LONGEST_JOB_SECONDS)) * SECOND_MS;
    if (Date.parse(String(job['started_at'])) + durationMs > clock.now()) continue;
    const state = random.next() < CHANCES.jobFails ? 'failed' : 'done';
    database.run('UPDATE jobs SET state = ?, finished_at = ? WHERE id = ?', state, now, id);
  }
  const free = WORKER_SLOTS - count(database, `jobs WHERE state = 'running'`);
  database.run(
    `UPDATE jobs SET state = 'running', started_at = ? WHERE id IN
       (SELECT id FROM jobs WHERE state = 'pending' ORDER BY enqueued_at, id LIMIT ?)`,
    now,
    Math.max(0, free),
  );
}

function simulateLogins({ database, clock, random, monitorUserId }: SimulatorOptions): void {
  if (random.next() >= CHANCES.login) return;
  const users = database.all('SELECT id FROM users WHERE active = 1 AND id <> ?', monitorUserId);
  if (users.length === 0) return;
  const userId = Number(pick(users, random)['id']);
  const now = toIso(clock.now());
  const succeeded = random.next() < CHANCES.loginMistaken ? 0 : 1;
  database.run(
    'INSERT INTO logins (user_id, succeeded, at) VALUES (?, ?, ?)',
    userId,
    succeeded,
    now,
  );
  if (succeeded === 1) {
    database.run('UPDATE users SET last_login_at = ? WHERE id = ?', now, userId);
  }
}

/** The id of a row near a random place of the table, or undefined when it is empty. */
function randomId(database: Sqlite, table: string, random: Random): number | undefined {
  const last = Number(database.get(`SELECT max(id) AS last FROM ${table}`)?.['last'] ?? 0);
  const from = pickNumber(last, random);
  const row = database.get(`SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT 1`, from);
  return row === undefined ? undefined : Number(row['id']);
}

function editRecords(database: Sqlite, now: string, random: Random): void {
  if (random.next() < CHANCES.contactEdited) {
    const id = randomId(database, 'contacts', random);
    if (id !== undefined) database.run('UPDATE contacts SET updated_at = ? WHERE id = ?', now, id);
  }
  if (random.next() < CHANCES.dealMoved) {
    const id = randomId(database, 'deals', random);
    if (id === undefined) return;
    const stage = pick(PIPELINE_STAGES, random);
    database.run(
      'UPDATE deals SET pipeline_stage = ?, updated_at = ? WHERE id = ?',
      stage,
      now,
      id,
    );
  }
}

/** The audit trail, and what is exchanged with other systems. */
function noteActivity({ database, clock, random }: SimulatorOptions): void {
  const now = toIso(clock.now());
  if (random.next() < ACTIVITY_CHANCES.audited) {
    const kind = inventEventKind(random);
    database.run('INSERT INTO audit_events (kind, at) VALUES (?, ?)', kind, now);
  }
  if (random.next() < ACTIVITY_CHANCES.delivered) {
    database.run(
      'INSERT INTO deliveries (kind, state, at) VALUES (?, ?, ?)',
      inventDeliveryKind(random),
      inventDeliveryState(random),
      now,
    );
  }
}

function tidyUp(database: Sqlite, nowMs: number): void {
  const trim = (table: string, limit: number): void => {
    database.run(
      `DELETE FROM ${table} WHERE id <= (SELECT id FROM ${table} ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      limit,
    );
  };
  database.run('DELETE FROM logins WHERE at < ?', toIso(nowMs - KEPT_ROWS.loginAgeMs));
  trim('logins', KEPT_ROWS.logins);
  for (const table of ['audit_events', 'deliveries']) {
    database.run(`DELETE FROM ${table} WHERE at < ?`, toIso(nowMs - KEPT_ROWS.activityAgeMs));
    trim(table, KEPT_ROWS.activity);
  }
  database.run(
    `DELETE FROM jobs WHERE state IN ('done', 'failed') AND finished_at < ?`,
    toIso(nowMs - KEPT_ROWS.jobAgeMs),
  );
  trim('jobs', KEPT_ROWS.jobs);
  database.run('DELETE FROM tokens WHERE expires_at < ?', toIso(nowMs));
}
