import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { isSqliteBusy, openSqlite } from '../../src/store/store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crmwatch-sqlite-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('openSqlite', () => {
  it('runs with WAL and FULL, or NORMAL when asked', () => {
    using durable = openSqlite(join(folder, 'a.db'));
    expect(durable.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
    expect(durable.get('PRAGMA synchronous')).toEqual({ synchronous: 2 });
    using quick = openSqlite(join(folder, 'b.db'), { synchronous: 'NORMAL' });
    expect(quick.get('PRAGMA synchronous')).toEqual({ synchronous: 1 });
  });

  it('says which file it cannot open and why', () => {
    const garbage = join(folder, 'garbage.db');
    writeFileSync(
      garbage,
      'this is no database, it is a shopping list with many lines\n'.repeat(99),
    );
    for (const file of [garbage, join(folder, 'missing', 'a.db')]) {
      expect(() => openSqlite(file)).toThrow(
        expect.objectContaining({
          code: 'store_unavailable',
          message: expect.stringContaining(file),
        }),
      );
    }
  });

  it('refuses to write through a read-only connection', () => {
    const file = join(folder, 'a.db');
    using writer = openSqlite(file);
    writer.exec('CREATE TABLE word (text TEXT)');
    using reader = openSqlite(file, { readOnly: true });
    expect(() => reader.run('INSERT INTO word VALUES (?)', 'x')).toThrow('readonly');
    expect(reader.all('SELECT * FROM word')).toEqual([]);
  });

  it('rolls back a failed transaction, and a nested one alone', () => {
    using database = openSqlite(join(folder, 'a.db'));
    database.exec('CREATE TABLE word (text TEXT)');
    const add = (text: string): void => void database.run('INSERT INTO word VALUES (?)', text);
    const fail = (): never => {
      throw new Error('on purpose');
    };
    expect(() => database.transaction(() => (add('lost'), fail()))).toThrow('on purpose');
    database.transaction(() => {
      add('outer');
      expect(() => database.transaction(() => (add('inner'), fail()))).toThrow('on purpose');
      database.transaction(() => add('second'));
    });
    expect(database.all('SELECT text FROM word')).toEqual([{ text: 'outer' }, { text: 'second' }]);
  });

  it('tells a lock from other errors, and works again once it is gone', () => {
    const file = join(folder, 'a.db');
    using first = openSqlite(file, { busyTimeoutMs: 0 });
    first.exec('CREATE TABLE word (text TEXT)');
    using second = openSqlite(file, { busyTimeoutMs: 0 });
    second.exec('BEGIN EXCLUSIVE');
    const errorOf = (work: () => unknown): unknown => {
      try {
        return work();
      } catch (error) {
        return error;
      }
    };
    expect(isSqliteBusy(errorOf(() => first.transaction(() => 1)))).toBe(true);
    expect(isSqliteBusy(errorOf(() => first.get('SELECT nonsense')))).toBe(false);
    expect(isSqliteBusy(undefined)).toBe(false);
    second.exec('ROLLBACK');
    expect(first.transaction(() => 1)).toBe(1);
  });

  it('gives rows or the change, for query builders, and closes twice without harm', () => {
    const database = openSqlite(':memory:');
    database.exec('CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT)');
    const inserted = database.query('INSERT INTO word (text) VALUES (?), (?)', ['a', 'b']);
    expect(inserted).toEqual({ rows: [], change: { changes: 2, lastInsertId: 2 } });
    const returned = database.query('DELETE FROM word WHERE id = ? RETURNING text', [1]);
    expect(returned).toEqual({ rows: [{ text: 'a' }], change: undefined });
    database.close();
    database.close();
  });
});
