import type { Transporter } from 'nodemailer';

import { decode, errorMessage, html, secretReference } from '../../std/std.ts';
import type { Decoder, SecretReference } from '../../std/std.ts';
import type { ChannelKind, DeliveryResult } from './channel.ts';
import { headlineOf } from './notice-message.ts';
import type { NoticeMessage } from './notice-message.ts';
import { channelName } from './webhook-channel.ts';

export type EmailOptions = {
  readonly type: 'email';
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly encryption: 'starttls' | 'tls' | 'none';
  readonly from: string;
  readonly to: readonly string[];
  readonly user?: string;
  readonly password?: SecretReference;
  readonly timeout: number;
};

const address: Decoder<string> = decode.text({
  pattern: /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/,
  meaning: 'an e-mail address without a name, such as oncall@example.com',
});

const options: Decoder<EmailOptions> = decode.refine(
  decode.object({
    type: decode.required(decode.choice(['email']), 'email'),
    name: decode.required(channelName(), 'name of the channel'),
    host: decode.required(decode.text(), 'host name of the mail server'),
    port: decode.withDefault(
      decode.integer({ minimum: 1, maximum: 65_535 }),
      587,
      'its port',
      '587',
    ),
    encryption: decode.withDefault(
      decode.choice(['starttls', 'tls', 'none']),
      'starttls',
      'starttls demands it after connecting, tls from the first byte, none for a server on this machine',
      'starttls',
    ),
    from: decode.required(address, 'sender'),
    to: decode.required(decode.list(address, { minimumLength: 1, maximumLength: 50 }), 'receivers'),
    user: decode.optional(decode.text(), 'user name, when the server asks for one'),
    password: decode.optional(secretReference(), 'where the password is'),
    timeout: decode.withDefault(
      decode.duration({ minimumMs: 100, maximumMs: 120_000 }),
      15_000,
      'how long to wait for each answer of the server',
      '15s',
    ),
  }),
  (decoded) =>
    (decoded.user === undefined) === (decoded.password === undefined)
      ? undefined
      : {
          message: 'has one of user and password without the other',
          remedy: 'write both or neither',
        },
);

/** E-mail by SMTP: one thread per incident, plain text with an HTML alternative. */
export const emailChannel: ChannelKind<EmailOptions> = {
  options,
  create(name, settings, services) {
    const { host, port, encryption, from, to, user, password, timeout } = settings;
    const connection = {
      host,
      port,
      secure: encryption === 'tls',
      requireTLS: encryption === 'starttls',
      ignoreTLS: encryption === 'none',
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      ...(user === undefined || password === undefined
        ? {}
        : { auth: { user, pass: services.resolveSecret(password) } }),
    };
    let opening: Promise<Transporter> | undefined;
    // Loaded with the first mail: whoever only reads a configuration does not wait for it.
    const open = async (): Promise<Transporter> =>
      (opening ??= import('nodemailer').then(({ createTransport }) => createTransport(connection)));
    return {
      name,
      async send(message) {
        try {
          const transport = await open();
          await transport.sendMail({
            from,
            to: [...to],
            subject: headlineOf(message),
            text: textOf(message),
            html: htmlOf(message),
            date: new Date(message.atMs),
            headers: { 'Auto-Submitted': 'auto-generated' },
            disableFileAccess: true,
            disableUrlAccess: true,
            ...threadOf(message, from),
          });
          return { ok: true };
        } catch (error) {
          return refusal(error);
        }
      },
      close: () => void opening?.then((transport) => transport.close()),
    };
  },
};

/**
 * The first notice of an incident carries the Message-ID that all later ones refer to, so mail programs
 * show one thread (RFC 5322, 3.6.4). Both are stable: a repeat after a lost answer is recognised as one.
 */
function threadOf(message: NoticeMessage, from: string): object {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const root = `<${message.incidentId}@${domain}>`;
  if (message.notice === 'opened') return { messageId: root };
  return { messageId: `<${message.id}@${domain}>`, inReplyTo: root, references: [root] };
}

function textOf(message: NoticeMessage): string {
  const link = message.url === null ? [] : ['', message.url];
  const lines = [headlineOf(message), '', ...message.lines, ...link];
  return `${lines.join('\n')}\n\nIncident ${message.incidentId}, phase ${message.phase}\n`;
}

function htmlOf(message: NoticeMessage): string {
  const lines = message.lines.map((line) => html`<li>${line}</li>`);
  const link =
    message.url === null ? null : html`<p><a href="${message.url}">Open the incident</a></p>`;
  return html`<!doctype html>
    <html lang="en">
      <body>
        <h1>${headlineOf(message)}</h1>
        <ul>
          ${lines}
        </ul>
        ${link}
        <p>Incident ${message.incidentId}, phase ${message.phase}</p>
      </body>
    </html>`.html;
}

/** What the server says about sender, receivers or text; the rest is its own trouble, or its settings. */
const ABOUT_THE_MAIL = new Set<unknown>(['EENVELOPE', 'EMESSAGE']);

/** A 5xx reply about this mail is final (RFC 5321, 4.2.1); passwords and encryption get put right. */
function refusal(error: unknown): DeliveryResult {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  const isPermanent = typeof responseCode === 'number' && responseCode >= 500;
  const retry = !(isPermanent && ABOUT_THE_MAIL.has(code));
  return { ok: false, why: errorMessage(error), retry };
}
