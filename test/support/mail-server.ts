import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { callbackify } from 'node:util';

import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export type ReceivedMail = {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** The text, or the HTML of a mail that has no other part. */
  readonly text: string;
  /** Empty when it has no HTML. */
  readonly html: string;
};

/** A real SMTP server on loopback that keeps what it is given. */
export type MailServer = {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  stop(): Promise<void>;
};

export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, session, callback) {
      const keep = async (): Promise<void> => {
        const { subject = '', text = '', html = false } = await simpleParser(stream);
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        mails.push({
          from,
          to: rcptTo.map(({ address }) => address),
          subject,
          text: text === '' && html !== false ? html : text,
          html: html === false ? '' : html,
        });
      };
      callbackify(keep)(callback);
    },
  });
  // A client that hangs up in the middle of something is no matter for the test.
  smtp.on('error', () => {});
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  return {
    port: (smtp.server.address() as AddressInfo).port,
    mails,
    stop: () => new Promise((resolve) => smtp.close(() => resolve())),
  };
}
