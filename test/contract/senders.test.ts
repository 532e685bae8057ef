import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Script, createContext } from 'node:vm';
import { load } from 'js-yaml';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DECODERS } from '../../src/responder/alerts/alerts.ts';
import type { SourceKind } from '../../src/responder/alerts/alerts.ts';
import { START_MS } from '../support/alerts.ts';
import { createTemporaryFolder } from '../support/responder.ts';
import { createBearerSender, startResponder } from '../support/start-web.ts';

const SENDERS = join(import.meta.dirname, '../../deploy/senders');
const NOTIFY = join(SENDERS, 'nagios/crmwatch-notify');
const run = promisify(execFile);

/** A responder with one sender, whose token is in a file. */
async function start(token = 'nagios-token') {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  const tokenFile = join(folder.path, 'token');
  writeFileSync(tokenFile, 'nagios-token\n');
  const started = await startResponder({ senders: [createBearerSender('site', token)] });
  return { ...started, tokenFile };
}

function decode(kind: SourceKind, body: Buffer | undefined) {
  return DECODERS[kind](body ?? '', { sender: 'site', receivedAtMs: START_MS });
}

const MACROS = [
  'HOSTNAME=crm-1',
  'SERVICEDESC=HTTP & login',
  'SERVICESTATE=CRITICAL',
  'SERVICESTATETYPE=HARD',
  `SERVICEOUTPUT=@/etc/passwd "quoted" 'single' $(id) \`id\` 100% <b>ü</b>`,
  'LASTSERVICESTATECHANGE=1767603600',
  'TARGET=shop',
];

describe('the script for Nagios and Icinga', () => {
  it('delivers what the monitoring says, byte for byte, and keeps the token to itself', async () => {
    const { url, service, tokenFile } = await start();
    const { stdout, stderr } = await run(NOTIFY, [
      `${url}/api/v1/alerts/nagios`,
      tokenFile,
      ...MACROS,
    ]);
    expect([stdout, stderr]).toEqual(['', '']);
    expect(service.deliveries).toMatchObject([{ sender: 'site', kind: 'nagios' }]);
    expect(decode('nagios', service.deliveries[0]?.body)).toMatchObject({
      ok: true,
      events: [
        {
          labels: { host: 'crm-1', service: 'HTTP & login', target: 'shop' },
          annotations: {
            description: `@/etc/passwd "quoted" 'single' $(id) \`id\` 100% <b>ü</b>`,
          },
        },
      ],
    });
  });

  it('tries again while crmwatch answers 503', async () => {
    const { url, service, tokenFile } = await start();
    let times = 0;
    service.acceptWith = async () => {
      if (++times === 1) throw new Error('the disk is full');
      return { status: 'accepted', events: 1 };
    };
    await run(NOTIFY, [`${url}/api/v1/alerts/nagios`, tokenFile, ...MACROS]);
    expect(times).toBe(2);
    expect(service.deliveries).toHaveLength(1);
  });

  it('fails at once and loudly when it is refused or used wrongly', async () => {
    const { url, tokenFile } = await start('another-token');
    const refused = run(NOTIFY, [`${url}/api/v1/alerts/nagios`, tokenFile, ...MACROS]);
    await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining('401') });
    const wrong = run(NOTIFY, [url, tokenFile, '@/etc/passwd']);
    await expect(wrong).rejects.toMatchObject({ code: 2 });
  });

  it.each(['nagios/crmwatch.cfg', 'nagios/icinga2.conf'])(
    'is given every macro it needs by %s',
    (file) => {
      const text = readFileSync(join(SENDERS, file), 'utf8');
      for (const about of ['HOST', 'SERVICE']) {
        for (const part of ['STATE', 'STATETYPE', 'OUTPUT'])
          expect(text).toContain(`${about}${part}=`);
        expect(text).toContain(`LAST${about}STATECHANGE=`);
      }
      expect(text.match(/HOSTNAME=/g)).toHaveLength(2);
      expect(text.match(/'?"?TARGET=/g)).toHaveLength(2);
    },
  );
});

type MediaType = {
  readonly zabbix_export: {
    readonly media_types: readonly {
      readonly script: string;
      readonly parameters: readonly { readonly name: string; readonly value: string }[];
    }[];
  };
};

const SCRIPT = readFileSync(join(SENDERS, 'zabbix/crmwatch.js'), 'utf8');
const MEDIA = load(readFileSync(join(SENDERS, 'zabbix/crmwatch.yaml'), 'utf8')) as MediaType;
const [MEDIA_TYPE] = MEDIA.zabbix_export.media_types;

type Posted = { url: string; body: string; headers: string[] };

/** Runs the script as Zabbix does: the body of a function of `value`, with what Zabbix gives to scripts. */
function runScript(parameters: Record<string, string>, status = 200) {
  const posted: Posted[] = [];
  class HttpRequest {
    private readonly headers: string[] = [];
    addHeader(header: string): void {
      this.headers.push(header);
    }
    post(url: string, body: string): string {
      posted.push({ url, body, headers: this.headers });
      return '{}';
    }
    getStatus(): number {
      return status;
    }
  }
  const sandbox = createContext({
    value: JSON.stringify(parameters),
    HttpRequest,
    Zabbix: { log: () => {} },
  });
  const result: unknown = new Script(`(function (value) {${SCRIPT}\n})(value)`).runInContext(
    sandbox,
  );
  return { result, posted };
}

/** The parameters of the media type as Zabbix fills them in; what it does not know stays as it is. */
function fillIn(macros: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    (MEDIA_TYPE?.parameters ?? []).map(({ name, value }) => [
      name,
      value.replace(/\{\$?[A-Z][A-Za-z._]*\}/g, (macro) => macros[macro] ?? macro),
    ]),
  );
}

const PROBLEM = {
  '{$CRMWATCH.TOKEN}': 'zabbix-token',
  '{EVENT.SOURCE}': '0',
  '{EVENT.VALUE}': '1',
  '{EVENT.UPDATE.STATUS}': '0',
  '{EVENT.ID}': '2301',
  '{EVENT.NAME}': 'Load of "crm-1" is too high',
  '{EVENT.NSEVERITY}': '4',
  '{EVENT.DATE}': '2026.01.05',
  '{EVENT.TIME}': '09:00:00',
  '{EVENT.TIMESTAMP}': '1767603600',
  '{HOST.HOST}': 'crm-1',
  '{TRIGGER.ID}': '16198',
  '{EVENT.TAGS.crmwatch_target}': 'shop',
};

describe('the media type for Zabbix', () => {
  it('holds the script that is beside it, in the language that Zabbix runs', () => {
    expect(MEDIA_TYPE?.script).toBe(SCRIPT);
    expect(SCRIPT.replace(/\/\/.*/g, '')).not.toMatch(/=>|`|\b(let|const|class|async)\b/);
  });

  it('delivers a problem and its recovery as one alert', () => {
    const { result, posted } = runScript(fillIn(PROBLEM));
    expect(result).toBe('OK');
    expect(posted[0]?.url).toBe('http://127.0.0.1:9969/api/v1/alerts/zabbix');
    expect(posted[0]?.headers).toContain('Authorization: Bearer zabbix-token');
    expect(posted[0]?.body).not.toContain('zabbix-token');
    const fired = decode('zabbix', Buffer.from(posted[0]?.body ?? ''));
    expect(fired).toMatchObject({
      ok: true,
      events: [
        {
          status: 'firing',
          labels: { host: 'crm-1', target: 'shop', severity: 'critical' },
          annotations: { summary: 'Load of "crm-1" is too high' },
          startsAtMs: 1767603600_000,
        },
      ],
    });
    const recovery = {
      ...PROBLEM,
      '{EVENT.VALUE}': '0',
      '{EVENT.RECOVERY.TIMESTAMP}': '1767605400',
    };
    const over = decode('zabbix', Buffer.from(runScript(fillIn(recovery)).posted[0]?.body ?? ''));
    expect(over).toMatchObject({
      ok: true,
      events: [{ status: 'resolved', endsAtMs: 1767605400_000 }],
    });
    const print = (decoded: typeof fired) => (decoded.ok ? decoded.events[0]?.fingerprint : null);
    expect(print(over)).toBe(print(fired));
  });

  it('reads date and time where Zabbix has no macro for seconds', () => {
    const { '{EVENT.TIMESTAMP}': _none, ...old } = PROBLEM;
    const decoded = decode('zabbix', Buffer.from(runScript(fillIn(old)).posted[0]?.body ?? ''));
    const startsAtMs = new Date(2026, 0, 5, 9).getTime();
    expect(decoded).toMatchObject({ ok: true, events: [{ startsAtMs }] });
  });

  it('makes Zabbix try again when the answer is not 200', () => {
    expect(() => runScript(fillIn(PROBLEM), 503)).toThrow('crmwatch answered 503');
  });
});
