import { chmodSync, existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createSystemClock } from '../../../src/std/std.ts';
import type { Clock } from '../../../src/std/std.ts';
import { openSqlReader } from '../../../src/store/store.ts';
import type { SqlReader, SqlSource } from '../../../src/store/store.ts';
import { mariadbMissing, startMariadb } from '../../support/mariadb-server.ts';
import type { MariadbServer } from '../../support/mariadb-server.ts';
import { freeze } from '../../support/program.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';
import { makeTestCertificates } from '../../support/test-certificates.ts';
import type { TestCertificates } from '../../support/test-certificates.ts';

const LIMITS = { timeoutMs: 10_000 };
const SHORT = { timeoutMs: 300 };
const missing = mariadbMissing();

/** What a reader of MariaDB and MySQL promises beyond what the connector asks of every engine. */
describe.skipIf(missing !== undefined)(
  missing === undefined ? 'a reader of MariaDB' : `a reader of MariaDB (${missing})`,
  () => {
    let server: MariadbServer;
    let certificates: TestCertificates;
    const open: { close(): Promise<void> }[] = [];

    beforeAll(async () => {
      certificates = await makeTestCertificates();
      // As a server may be set up: a transaction begins with the first statement and lasts.
      const settings = ['--autocommit=0'];
      server = await startMariadb({ certificate: certificates.valid, settings });
      await server.sql(`SET autocommit = 1;
        CREATE DATABASE crm CHARACTER SET utf8mb4; CREATE TABLE crm.visits (id bigint PRIMARY KEY);
        CREATE USER monitor@'127.0.0.1' IDENTIFIED BY 's3cret'; GRANT ALL ON crm.* TO monitor@'127.0.0.1';
        CREATE USER writer@'127.0.0.1' IDENTIFIED BY 's3cret'; GRANT ALL ON *.* TO writer@'127.0.0.1';
        CREATE USER locked@'127.0.0.1' IDENTIFIED BY 's3cret' ACCOUNT LOCK`);
    }, 180_000);
    afterEach(async () => {
      for (const reader of open.splice(0)) await reader.close();
    });
    afterAll(async () => server.stop());

    function read(
      changes: Partial<Extract<SqlSource, { engine: 'mysql' }>> = {},
      clock: Clock = createSystemClock(),
    ): SqlReader {
      const place = { engine: 'mysql', host: '127.0.0.1', port: server.port } as const;
      const identity = { database: 'crm', user: 'monitor', password: () => 's3cret' };
      const openSocket = (): Socket => new Socket();
      const reader = openSqlReader({ ...place, ...identity, openSocket, ...changes }, { clock });
      open.push(reader);
      return reader;
    }

    const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
      work.then(
        (value) => value,
        (error: unknown) => (error as { reason?: unknown }).reason ?? error,
      );

    /** How many prepared statements the server has run. */
    async function executed(): Promise<number> {
      const [row] = await read().query(
        "SELECT cast(variable_value AS integer) AS n FROM information_schema.global_status WHERE variable_name = 'Com_stmt_execute'",
        [],
        LIMITS,
      );
      return Number(row?.['n']);
    }

    it('sees what was written since, whatever the server takes for a transaction', async () => {
      const reader = read();
      const count = async (): Promise<unknown> =>
        reader.query('SELECT count(*) AS n FROM visits', [], LIMITS);
      expect(await count()).toEqual([{ n: 0 }]);
      await server.sql('INSERT INTO visits VALUES (1); COMMIT', 'crm');
      expect(await count()).toEqual([{ n: 1 }]);
      await server.sql('DELETE FROM visits; COMMIT', 'crm');
    });

    it('tells identifiers apart that a number of JavaScript cannot', async () => {
      const [first, second] = ['9007199254740993', '9007199254740994'];
      await server.sql(`INSERT INTO visits VALUES (7), (${first}), (${second}); COMMIT`, 'crm');
      const reader = read();
      const rows = await reader.query('SELECT id FROM visits ORDER BY id', [], LIMITS);
      expect(rows).toEqual([{ id: 7 }, { id: first }, { id: second }]);
      const rest = await reader.query('SELECT id FROM visits WHERE id > $1', [first], LIMITS);
      expect(rest).toEqual([{ id: second }]);
      await server.sql('DELETE FROM visits; COMMIT', 'crm');
    });

    it('leaves alone what looks like a value inside a name, a text or a comment', async () => {
      const reader = read();
      const text = `SELECT '$1''$2' AS "a$1", $1 AS b /* it's $3 */ FROM (SELECT 1 AS price$1) AS x -- $4`;
      expect(await reader.query(text, ['v'], LIMITS)).toEqual([{ a$1: "$1'$2", b: 'v' }]);
      const quoted = reader.query("SELECT count(*) AS n FROM visits WHERE id > '$1'", [1], LIMITS);
      expect(await failureOf(quoted)).toBe('schema_changed');
    });

    it.each([
      ["SELECT 'x' INTO OUTFILE '$file'"],
      ["SELECT 'x' INTO DUMPFILE '$file'"],
      ["SELECT 'x' INTO /* a file */ OUTFILE '$file'"],
      ["SELECT 'x' /*! INTO OUTFILE '$file' */"],
      ["SELECT 'x' /*M! INTO OUTFILE '$file' */"],
    ])('writes no file, even where the user may: %s', async (statement) => {
      using folder = createTemporaryFolder();
      chmodSync(folder.path, 0o777);
      const file = join(folder.path, 'written');
      const text = statement.replace('$file', file);
      expect(await failureOf(read({ user: 'writer' }).query(text, [], LIMITS))).toBe('internal');
      expect(existsSync(file)).toBe(false);
    });

    it('calls no function that writes, into no kind of table', async () => {
      await server.sql(
        `SET GLOBAL log_bin_trust_function_creators = 1; CREATE TABLE plain (id int) ENGINE=MyISAM; CREATE SEQUENCE numbers;
         CREATE FUNCTION writes() RETURNS int BEGIN INSERT INTO visits VALUES (77); RETURN 1; END;
         CREATE FUNCTION scribbles() RETURNS int BEGIN INSERT INTO plain VALUES (77); RETURN 1; END;
         CREATE FUNCTION opens() RETURNS int BEGIN SET SESSION TRANSACTION READ WRITE; RETURN 1; END`,
        'crm',
      );
      const reader = read();
      const refused = 'internal';
      for (const call of ['writes()', 'scribbles()', 'nextval(numbers)']) {
        await reader.query('SELECT opens() AS n', [], LIMITS);
        expect(await failureOf(reader.query(`SELECT ${call} AS n`, [], LIMITS)), call).toBe(
          refused,
        );
      }
      const [row] = await reader.query(
        'SELECT (SELECT count(*) FROM visits) + (SELECT count(*) FROM plain) AS n',
        [],
        LIMITS,
      );
      expect(row).toEqual({ n: 0 });
    });

    it('gives errors their reasons, also those that MariaDB alone has', async () => {
      const reader = read();
      const of = async (text: string): Promise<unknown> =>
        failureOf(reader.query(text, [], LIMITS));
      const product =
        'information_schema.columns a, information_schema.columns b, information_schema.columns c';
      expect(
        await of(`SET STATEMENT max_statement_time = 0.05 FOR SELECT count(*) FROM ${product}`),
      ).toBe('timeout');
      expect(await of('SELECT 1 INTO @a')).toBe('schema_changed');
      expect(await of('SELECT nowhere() AS n')).toBe('schema_changed');
      expect(await of('SELECT (SELECT 1 UNION SELECT 2) AS n')).toBe('schema_changed');
      const locked = await read({ user: 'locked' })
        .connect(LIMITS)
        .catch((error: unknown) => error);
      expect(locked).toMatchObject({
        reason: 'authentication',
        message: expect.stringMatching(/: error 4151$/),
      });
    });

    it('asks nothing for a caller who is gone', async () => {
      const reader = read();
      const before = await executed();
      const gone = { ...LIMITS, signal: AbortSignal.abort() };
      expect(await failureOf(reader.query('SELECT 1', [], gone))).toBe('timeout');
      // More at once than there are connections: the last ones wait for a place until their time is over.
      const sleeping = [1, 2, 3].map(async () =>
        failureOf(reader.query('SELECT sleep(1)', [], { timeoutMs: 2000 })),
      );
      const waiting = [1, 2].map(async () => failureOf(reader.query('SELECT 2', [], SHORT)));
      expect(await Promise.all(waiting)).toEqual(['timeout', 'timeout']);
      await Promise.all(sleeping);
      expect(await reader.query('SELECT 3 AS n', [], LIMITS)).toEqual([{ n: 3 }]);
      // Three that slept, the last one, and those that looked.
      expect((await executed()) - before).toBe(5);
    });

    it('uses a new password at once and lets what runs end', async () => {
      let password = 's3cret';
      const reader = read({ password: () => password });
      const running = [1, 2].map(async () => reader.query('SELECT sleep(0.5) AS n', [], LIMITS));
      await reader.query('SELECT 1', [], LIMITS);
      password = 'wrong';
      expect(await failureOf(reader.query('SELECT 1', [], LIMITS))).toBe('authentication');
      expect(await Promise.all(running)).toEqual([[{ n: 0 }], [{ n: 0 }]]);
    });

    it('keeps a connection for the next query, and none that was idle for long', async () => {
      let nowMs = 0;
      const clock = { ...createSystemClock(), monotonicMs: () => nowMs };
      const reader = read({}, clock);
      const ids: unknown[] = [];
      for (const atMs of [0, 20_000, 40_000, 80_000]) {
        nowMs = atMs;
        ids.push(...(await reader.query('SELECT connection_id() AS id', [], LIMITS)));
      }
      expect(new Set(ids.map((row) => JSON.stringify(row))).size).toBe(2);
      expect(ids[0]).toEqual(ids[2]);
    });

    it('lets a secret that cannot be read be told as such', async () => {
      const error = new Error('gone');
      const reader = read({
        password: () => {
          throw error;
        },
      });
      await expect(reader.connect(LIMITS)).rejects.toBe(error);
      await expect(reader.query('SELECT 1', [], LIMITS)).rejects.toBe(error);
    });

    it('closes although the server is frozen, and leaves no connection behind', async () => {
      const sockets: Socket[] = [];
      const openSocket = (): Socket => {
        const socket = new Socket();
        sockets.push(socket);
        return socket;
      };
      const reader = read({ openSocket });
      await reader.query('SELECT 1', [], LIMITS);
      await freeze(server.pid());
      try {
        expect(await failureOf(reader.query('SELECT 1', [], SHORT))).toBe('timeout');
        expect(await failureOf(reader.connect(SHORT))).toBe('timeout');
        expect(await failureOf(reader.query('SELECT 1', [], SHORT))).toBe('timeout');
        const startedAtMs = performance.now();
        await reader.close();
        expect(performance.now() - startedAtMs).toBeLessThan(5000);
        expect(sockets.length).toBeGreaterThan(2);
        expect(sockets.filter((socket) => !socket.destroyed)).toEqual([]);
      } finally {
        process.kill(server.pid(), 'SIGCONT');
      }
    });

    it('verifies who it talks to, by name and by address', async () => {
      const reasons: Record<string, unknown> = {};
      const tls = { certificateAuthorities: [certificates.authority] };
      for (const name of ['valid', 'expired', 'otherName', 'byName', 'byAddress'] as const) {
        await server.setCertificate(certificates[name]);
        for (const host of ['127.0.0.1', 'localhost']) {
          const outcome = await failureOf(read({ host, tls }).connect(LIMITS));
          reasons[`${name} at ${host}`] = typeof outcome === 'string' ? outcome : 'good';
        }
      }
      await server.setCertificate(certificates.valid);
      const stranger = await failureOf(
        read({ tls: { certificateAuthorities: [] } }).connect(LIMITS),
      );
      expect({ ...reasons, stranger }).toEqual({
        'valid at 127.0.0.1': 'good',
        'valid at localhost': 'good',
        'expired at 127.0.0.1': 'certificate_expired',
        'expired at localhost': 'certificate_expired',
        'otherName at 127.0.0.1': 'certificate_untrusted',
        'otherName at localhost': 'certificate_untrusted',
        'byName at 127.0.0.1': 'certificate_untrusted',
        'byName at localhost': 'good',
        'byAddress at 127.0.0.1': 'good',
        'byAddress at localhost': 'certificate_untrusted',
        stranger: 'certificate_untrusted',
      });
    });

    it.each([['plain'], ['tls']])('bounds answers and times: %s', async (way) => {
      const tls = { certificateAuthorities: [certificates.authority] };
      const reader = read(way === 'tls' ? { tls } : {});
      const part = "repeat('x', 15000000)";
      const large = `SELECT ${[1, 2, 3, 4, 5].map((number) => `${part} AS a${number}`).join(', ')}`;
      for (let time = 0; time < 4; time++) {
        const sleeping = reader.query('SELECT sleep(5)', [], { timeoutMs: 200 });
        expect(await failureOf(sleeping)).toBe('timeout');
      }
      expect(await failureOf(reader.query(large, [], { timeoutMs: 60_000 }))).toBe('too_large');
      expect(await reader.query('SELECT 1 AS n', [], LIMITS)).toEqual([{ n: 1 }]);
    });
  },
);
