import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import type { ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/http/http.ts';
import { transition } from '../../../src/responder/incidents/incidents.ts';
import type { Notice } from '../../../src/responder/incidents/incidents.ts';
import {
  channelOptions,
  composeNotice,
  createChannel,
} from '../../../src/responder/notify/notify.ts';
import type { Channel, NoticeMessage } from '../../../src/responder/notify/notify.ts';
import { createSystemClock, decode } from '../../../src/std/std.ts';
import { START_MS, createAlert } from '../../support/alerts.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const ALLOWED = ['127.0.0.1'];

function message(notice: Notice, summary = 'CRM <shop> cannot be reached'): NoticeMessage {
  const alert = createAlert({ annotations: { summary } });
  const event = { kind: 'alert_fired', actor: 'am', alert, incidentId: 'inc_1' } as const;
  const { incident } = transition(null, event, START_MS);
  if (incident === null) throw new Error('not opened');
  const consoleUrl = 'https://crmwatch.example.com';
  return composeNotice({ id: `msg_${notice}`, notice, incident, atMs: START_MS, consoleUrl });
}

function channelOf(options: Readonly<Record<string, unknown>>): Channel {
  const decoded = decode.run(channelOptions, options);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
  return createChannel(decoded.value, {
    http: createHttpClient({ allow: ALLOWED }, { clock: createSystemClock() }),
    // The official verifier compares the timestamp with the real time.
    clock: { ...createManualClock(), now: () => Date.now() },
    resolveSecret: ({ environment }) => (environment === 'OLD' ? OLD_SECRET : SECRET),
  });
}

type Received = { readonly body: string; readonly headers: IncomingHttpHeaders };

async function withReceiver(
  answer: { readonly status: number; readonly headers?: Readonly<Record<string, string>> },
  use: (url: string, received: Received[]) => Promise<void>,
): Promise<void> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ body, headers: request.headers });
      response.writeHead(answer.status, { ...answer.headers }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function webhook(url: string, more: object = {}): Channel {
  return channelOf({ type: 'webhook', name: 'ops', url, secret: { environment: 'NEW' }, ...more });
}

describe('the webhook', () => {
  it('is signed so that the official verifier of Standard Webhooks accepts it, with both keys', async () => {
    await withReceiver({ status: 204 }, async (url, received) => {
      const channel = webhook(url, { previous_secret: { environment: 'OLD' } });
      expect(await channel.send(message('opened'))).toEqual({ ok: true });
      const [{ body, headers } = { body: '', headers: {} }] = received;
      const plain = headers as Record<string, string>;
      for (const secret of [SECRET, OLD_SECRET]) {
        expect(new Webhook(secret).verify(body, plain)).toMatchObject({
          type: 'incident.opened',
          timestamp: new Date(START_MS).toISOString(),
          data: {
            incident: { id: 'inc_1', url: 'https://crmwatch.example.com/incidents/inc_1' },
            diagnosis: null,
          },
        });
      }
      expect(plain['webhook-id']).toBe('msg_opened');
      expect(() => new Webhook(SECRET).verify(`${body} `, plain)).toThrow('signature');
    });
  });

  it.each([
    [500, {}, { ok: false, retry: true }],
    [302, { location: '/elsewhere' }, { ok: false, retry: true }],
    [410, {}, { ok: false, retry: false }],
    [429, { 'retry-after': '7' }, { ok: false, retry: true, retryAfterMs: 7000 }],
  ])('takes the answer %d as it is meant', async (status, headers, expected) => {
    await withReceiver({ status, headers }, async (url, received) => {
      expect(await webhook(url).send(message('opened'))).toMatchObject(expected);
      expect(received.length).toBe(1);
    });
  });

  it('is tried again when nobody answers', async () => {
    let closed = '';
    await withReceiver({ status: 200 }, async (url) => {
      closed = url;
    });
    expect(await webhook(closed).send(message('opened'))).toMatchObject({ ok: false, retry: true });
  });

  it('refuses a secret of another form, with the remedy', () => {
    const options = {
      type: 'webhook',
      name: 'ops',
      url: 'http://127.0.0.1/',
      secret: { file: 'x' },
    };
    const decoded = decode.run(channelOptions, options);
    if (!decoded.ok) throw new Error('not decoded');
    const services = {
      http: createHttpClient({ allow: ALLOWED }, { clock: createSystemClock() }),
      clock: createManualClock(),
      resolveSecret: () => 'too short',
    };
    expect(() => createChannel(decoded.value, services)).toThrow('no Standard Webhooks secret');
  });
});

async function withMailServer(
  refuse: number | null,
  use: (port: number, readMails: () => Promise<readonly ParsedMail[]>) => Promise<void>,
): Promise<void> {
  const raw: Buffer[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onRcptTo(_address, _session, callback) {
      callback(refuse === null ? null : Object.assign(new Error('no'), { responseCode: refuse }));
    },
    onData(stream, _session, callback) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        raw.push(Buffer.concat(parts));
        callback();
      });
    },
  });
  const readMails = async (): Promise<readonly ParsedMail[]> =>
    Promise.all(raw.map(async (mail) => simpleParser(mail)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use((server.server.address() as AddressInfo).port, readMails);
  } finally {
    await new Promise<void>((resolve) => server.close(resolve));
  }
}

function email(port: number, more: object = {}): Channel {
  const base = { type: 'email', name: 'mail', host: '127.0.0.1', port, encryption: 'none' };
  const people = { from: 'crmwatch@example.com', to: ['ann@example.com', 'bob@example.com'] };
  return channelOf({ ...base, ...people, ...more });
}

describe('e-mail', () => {
  it('is one thread per incident, plain text with inert HTML beside it', async () => {
    await withMailServer(null, async (port, readMails) => {
      const channel = email(port);
      for (const notice of ['opened', 'resolved'] as const) {
        expect(await channel.send(message(notice))).toEqual({ ok: true });
      }
      channel.close();
      const [opened, resolved] = await readMails();
      expect(opened?.messageId).toBe('<inc_1@example.com>');
      expect(resolved?.messageId).toBe('<msg_resolved@example.com>');
      expect([resolved?.inReplyTo, resolved?.references]).toEqual([
        '<inc_1@example.com>',
        '<inc_1@example.com>',
      ]);
      expect(opened?.subject).toBe('[critical] New incident: CRM <shop> cannot be reached');
      expect(opened?.text).toContain('https://crmwatch.example.com/incidents/inc_1');
      expect(opened?.html).toContain('CRM &lt;shop&gt; cannot be reached');
      expect(opened?.headers.get('auto-submitted')).toBe('auto-generated');
    });
  });

  it('takes no header from the text of an alert', async () => {
    await withMailServer(null, async (port, readMails) => {
      await email(port).send(message('opened', 'down\r\nBcc: eve@example.com'));
      const [mail] = await readMails();
      expect(mail?.bcc).toBeUndefined();
      expect(mail?.subject).toBe('[critical] New incident: down Bcc: eve@example.com');
    });
  });

  it.each([
    [550, false],
    [451, true],
  ])('after a reply %d is tried again: %s', async (code, retry) => {
    await withMailServer(code, async (port) => {
      expect(await email(port).send(message('opened'))).toMatchObject({ ok: false, retry });
    });
  });

  it('is not sent in the clear when encryption is demanded', async () => {
    await withMailServer(null, async (port, readMails) => {
      const result = await email(port, { encryption: 'starttls' }).send(message('opened'));
      expect(result).toMatchObject({ ok: false, retry: true });
      expect(await readMails()).toEqual([]);
    });
  });
});

describe('options', () => {
  it.each([
    [{ type: 'pager', name: 'x' }, 'type', 'expected one of email, webhook'],
    [{ type: 'email', name: 'm', host: 'h', from: 'a@b', to: [] }, 'to', '1 to 50 items'],
    [
      { type: 'email', name: 'm', host: 'h', from: 'Ann <a@b>', to: ['a@b'] },
      'from',
      'without a name',
    ],
    [
      { type: 'email', name: 'm', host: 'h', from: 'a@b', to: ['a@b'], user: 'u' },
      '',
      'without the other',
    ],
    [
      { type: 'webhook', name: 'Ops', url: 'https://x', secret: { file: 'f' } },
      'name',
      'lower-case',
    ],
    [
      { type: 'webhook', name: 'ops', url: 'https://u:p@x', secret: { file: 'f' } },
      'url',
      'user name or password',
    ],
  ])('%j are refused at %s', (options, place, text) => {
    const decoded = decode.run(channelOptions, options);
    expect(decoded.ok).toBe(false);
    if (decoded.ok) return;
    expect(decoded.problems.map((problem) => problem.place)).toContain(place);
    expect(decoded.problems.map((problem) => problem.message).join()).toContain(text);
  });
});
