import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';

import pg from 'pg';
import type { ClientConfig } from 'pg';

import { SqlReaderError } from './sql-source.ts';

/** For one answer; pg collects whatever length a message claims to have, so somebody has to count. */
export const SQL_ANSWER_BYTES: number = 64 * 1024 * 1024;

/** The parts of pg that its types leave out; absent parts mean that nothing is counted. */
type Inside = {
  readonly connection?: EventEmitter & { readonly stream?: Duplex };
};

/** A client whose connection ends when one answer is too large, whether or not it is a complete message. */
export class BoundedClient extends pg.Client {
  private answerBytes = 0;

  constructor(config?: ClientConfig) {
    super(config);
    const { connection } = this as unknown as Inside;
    this.count(connection?.stream);
    // TLS replaces the stream.
    connection?.once('sslconnect', () => this.count(connection.stream));
  }

  /** What comes from here on is another answer. */
  startAnswer(): void {
    this.answerBytes = 0;
  }

  private count(stream: Duplex | undefined): void {
    stream?.on('data', (chunk: Buffer) => {
      this.answerBytes += chunk.length;
      if (this.answerBytes <= SQL_ANSWER_BYTES) return;
      const detail = `the database answered with more than ${SQL_ANSWER_BYTES} bytes`;
      stream.destroy(new SqlReaderError('too_large', detail));
    });
  }
}
