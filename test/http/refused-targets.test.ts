import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';

import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createAllowList, createHttpClient } from '../../src/http/http.ts';
import type {
  HttpClientOptions,
  HttpOutcome,
  InspectingHttpClient,
  Resolve,
} from '../../src/http/http.ts';
import { createSystemClock } from '../../src/std/std.ts';
import { startFaultServer } from '../support/fault-server.ts';
import type { FaultServer } from '../support/fault-server.ts';

const open: { close(): unknown }[] = [];
let crm: FaultServer;
let other: FaultServer;
beforeEach(async () => {
  crm = await start();
  other = await start();
});
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

async function start(): Promise<FaultServer> {
  const server = await startFaultServer();
  open.push(server);
  return server;
}

const AUTHORIZATION = { authorization: 'Bearer s3cret' };

function client(options: HttpClientOptions, resolve?: Resolve): InspectingHttpClient {
  const clock = createSystemClock();
  const made = createHttpClient(options, { clock, ...(resolve === undefined ? {} : { resolve }) });
  open.push(made);
  return made;
}

/** A resolver that gives each look-up the next of these answers, and the last one for ever. */
function resolving(...answers: readonly (readonly string[])[]): Resolve & { count(): number } {
  let count = 0;
  const resolve: Resolve = (_host, done) => {
    const addresses = answers[Math.min(count++, answers.length - 1)] ?? [];
    done(null, addresses.map(toLookupAddress));
  };
  return Object.assign(resolve, { count: () => count });
}

function toLookupAddress(address: string): LookupAddress {
  return { address, family: isIP(address) };
}

function send(http: InspectingHttpClient, url: string): Promise<HttpOutcome> {
  return http.request({ method: 'GET', url, timeoutMs: 3000, headers: AUTHORIZATION });
}

function verdictOf(outcome: HttpOutcome): string {
  if (outcome.ok) return `status ${outcome.answer.status}`;
  return `${outcome.failure.reason}: ${outcome.failure.detail}`;
}

/** PORT is the port of a real server on 127.0.0.1, which would answer if it were reached. */
const REFUSED_URLS: readonly (readonly [kind: string, url: string])[] = [
  ['metadata by address', 'http://169.254.169.254/latest/meta-data/'],
  ['metadata of containers', 'http://169.254.170.2/v2/credentials'],
  ['metadata over IPv6', 'http://[fd00:ec2::254]/latest/meta-data/'],
  ['metadata behind CGNAT', 'http://100.100.100.200/latest/meta-data/'],
  ['metadata at a public address', 'http://168.63.129.16/machine'],
  ['metadata in a protocol network', 'http://192.0.0.192/opc/v2/'],
  ['metadata by a name that is not listed', 'http://metadata.google.internal/computeMetadata/v1/'],
  ['link-local', 'http://169.254.1.1/'],
  ['link-local IPv6', 'http://[fe80::1]/'],
  ['site-local IPv6', 'http://[fec0::1]/'],
  ['loopback', 'http://127.0.0.1:PORT/'],
  ['loopback that is not .1', 'http://127.8.8.8:PORT/'],
  ['loopback IPv6', 'http://[::1]:PORT/'],
  ['loopback by name', 'http://localhost:PORT/'],
  ['loopback by a name below localhost', 'http://crm.localhost:PORT/'],
  ['the unspecified address', 'http://0.0.0.0:PORT/'],
  ['the unspecified IPv6 address', 'http://[::]:PORT/'],
  ['the short form of 0.0.0.0', 'http://0:PORT/'],
  ['IPv4-mapped IPv6', 'http://[::ffff:127.0.0.1]:PORT/'],
  ['IPv4-mapped IPv6 in hexadecimal', 'http://[::ffff:7f00:1]:PORT/'],
  ['IPv4-mapped IPv6 written out', 'http://[0:0:0:0:0:ffff:7f00:0001]:PORT/'],
  ['IPv4-compatible IPv6', 'http://[::127.0.0.1]:PORT/'],
  ['IPv4-translated IPv6', 'http://[::ffff:0:127.0.0.1]:PORT/'],
  ['NAT64', 'http://[64:ff9b::127.0.0.1]:PORT/'],
  ['local NAT64', 'http://[64:ff9b:1::7f00:1]:PORT/'],
  ['6to4', 'http://[2002:7f00:1::]:PORT/'],
  ['Teredo', 'http://[2001:0:7f00:1::]:PORT/'],
  ['octal IPv4', 'http://0177.0.0.1:PORT/'],
  ['hexadecimal IPv4', 'http://0x7f.0x0.0x0.0x1:PORT/'],
  ['mixed IPv4', 'http://0x7f.1:PORT/'],
  ['short IPv4', 'http://127.1:PORT/'],
  ['IPv4 as one number', 'http://2130706433:PORT/'],
  ['IPv4 as one hexadecimal number', 'http://0x7f000001:PORT/'],
  ['IPv4 as one octal number', 'http://017700000001:PORT/'],
  ['IPv4 with a dot at its end', 'http://127.0.0.1.:PORT/'],
  ['IPv4 in full-width digits', 'http://１２７.０.０.１:PORT/'],
  ['IPv4 in circled digits', 'http://①②⑦.⓪.⓪.①:PORT/'],
  ['IPv4 with ideographic dots', 'http://127。0。0。1:PORT/'],
  ['IPv4 in percent encoding', 'http://%31%32%37.0.0.1:PORT/'],
  ['a name in percent encoding', 'http://%6c%6fcalhost:PORT/'],
  ['a name in full-width letters', 'http://ｌocalhost:PORT/'],
  ['RFC 1918, 10/8', 'http://10.0.0.1/'],
  ['RFC 1918, 172.16/12', 'http://172.31.255.254/'],
  ['RFC 1918, 192.168/16', 'http://192.168.0.1/'],
  ['CGNAT', 'http://100.64.0.1/'],
  ['unique local IPv6', 'http://[fc00::1]/'],
  ['multicast', 'http://224.0.0.1/'],
  ['multicast IPv6', 'http://[ff02::1]/'],
  ['broadcast', 'http://255.255.255.255/'],
  ['benchmarking', 'http://198.18.0.1/'],
  ['documentation', 'http://[2001:db8::1]/'],
  ['a public address that is not listed', 'http://93.184.216.34/'],
  ['a name that is not listed', 'http://evil.example/'],
  ['a name above the listed one', 'http://example.com/'],
  ['a name below the listed one', 'http://a.crm.example.com/'],
  ['a name that begins like the listed one', 'http://crm.example.com.evil.example/'],
  ['a name that ends like the listed one', 'http://evilcrm.example.com/'],
  ['a homograph in Cyrillic', 'http://сrm.example.com/'],
  ['a name with an invisible letter', 'http://crm\u2060x.example.com/'],
  ['another port of the listed host', 'http://crm.example.com:8443/'],
  ['the default port of another scheme', 'https://crm.example.com/'],
  ['user info before another host', 'http://crm.example.com@evil.example/'],
  ['user info with a password', 'http://a:b@crm.example.com/'],
  ['user info without a password', 'http://a@crm.example.com/'],
  ['a backslash before another host', 'http://evil.example\\@crm.example.com/'],
  ['the scheme file', 'file:///etc/passwd'],
  ['the scheme ftp', 'ftp://crm.example.com/'],
  ['the scheme gopher', 'gopher://127.0.0.1:PORT/_GET'],
  ['the scheme data', 'data:application/json,{}'],
  ['the scheme ws', 'ws://crm.example.com/'],
  ['the scheme wss', 'wss://crm.example.com/'],
  ['the scheme javascript', 'javascript:alert(1)'],
  ['the scheme blob', 'blob:http://crm.example.com/1'],
  ['the scheme unix', 'unix:/var/run/docker.sock'],
]; // prettier-ignore

describe('what the URL names', () => {
  it.each(REFUSED_URLS)('%s is refused: %s', async (_kind, url) => {
    const resolve = resolving(['127.0.0.1']);
    const http = client({ allow: ['crm.example.com:80'] }, resolve);
    const outcome = await send(http, url.replace('PORT', String(crm.port)));
    expect(verdictOf(outcome)).toMatch(/^refused_target: /);
    expect(verdictOf(outcome)).not.toContain('s3cret');
    expect(resolve.count()).toBe(0);
    expect(crm.connections()).toBe(0);
    const inspected = await http.inspectCertificate(url.replace('PORT', String(crm.port)), 1000);
    expect(inspected).toMatchObject({ ok: false, failure: { reason: 'refused_target' } });
    expect(crm.connections()).toBe(0);
  });

  it.each([
    'http://[fe80::1%25eth0]/',
    'http://[::1%lo]/',
    'http://crm.example.com:99999/',
    'http://crm example.com/',
    'http://127.0.0.1:80:80/',
    'http://256.256.256.256/',
    'http://[::1/',
    '//crm.example.com/',
    '',
  ])('"%s" is no URL and goes nowhere', async (url) => {
    const resolve = resolving(['127.0.0.1']);
    const outcome = await send(client({ allow: ['0.0.0.0/0', '::/0'] }, resolve), url);
    expect(verdictOf(outcome)).toBe('internal: the URL of a request cannot be read');
    expect(resolve.count()).toBe(0);
  });

  it.each(['crm.example.com', 'CRM.Example.COM', 'crm.example.com.', 'ｃrm.example。com'])(
    'takes %s for the listed name',
    async (host) => {
      const http = client({ allow: ['crm.example.com', '127.0.0.1'] }, resolving(['127.0.0.1']));
      expect(verdictOf(await send(http, `http://${host}:${crm.port}/`))).toBe('status 200');
    },
  );
});

describe('what a listed name resolves to', () => {
  it.each([
    ['loopback', ['127.0.0.1']],
    ['metadata', ['169.254.169.254']],
    ['metadata over IPv6', ['fd00:ec2::254']],
    ['metadata behind CGNAT', ['100.100.100.200']],
    ['metadata at a public address', ['168.63.129.16']],
    ['RFC 1918', ['192.168.1.1']],
    ['IPv4-mapped IPv6', ['::ffff:127.0.0.1']],
    ['IPv4-compatible IPv6', ['::7f00:1']],
    ['IPv4-translated IPv6', ['::ffff:0:7f00:1']],
    ['NAT64', ['64:ff9b::7f00:1']],
    ['6to4', ['2002:7f00:1::']],
    ['Teredo', ['2001:0:7f00:1::']],
    ['a zone', ['fe80::1%lo']],
    ['multicast', ['ff02::1']],
    ['the unspecified address', ['0.0.0.0']],
    ['the unspecified IPv6 address', ['::']],
    ['one good address and one bad', ['93.184.216.34', '127.0.0.1']],
    ['one bad address and one good', ['127.0.0.1', '93.184.216.34']],
    ['a good IPv6 address and a bad IPv4 one', ['2606:2800:220:1::1', '10.0.0.1']],
    ['text that is no address', ['localhost']],
  ])('%s is refused', async (_kind, addresses) => {
    const http = client({ allow: ['crm.example.com'] }, resolving(addresses));
    const outcome = await send(http, `http://crm.example.com:${crm.port}/`);
    const bad = addresses.find((address) => !/^(93|2606)/.test(address));
    const detail = `crm.example.com resolves to ${bad}, which is not on the list of allowed targets`;
    expect(verdictOf(outcome)).toBe(`refused_target: ${detail}`);
    expect(crm.connections()).toBe(0);
  });

  it('connects to the very address that was judged, though the next answer differs', async () => {
    const resolve = resolving(['127.0.0.1'], ['169.254.169.254']);
    const http = client({ allow: ['crm.example.com', '127.0.0.1'] }, resolve);
    const url = `http://crm.example.com:${crm.port}/`;
    expect(verdictOf(await send(http, url))).toBe('status 200');
    expect(resolve.count()).toBe(1);
    expect(crm.seen).toHaveLength(1);
    // The kept connection needs no look-up; a new one is judged again.
    expect(verdictOf(await send(http, url))).toBe('status 200');
    const fresh = await http.request({
      method: 'GET',
      url,
      timeoutMs: 3000,
      freshConnection: true,
    });
    expect(verdictOf(fresh)).toContain(
      'refused_target: crm.example.com resolves to 169.254.169.254',
    );
    expect(resolve.count()).toBe(2);
  });

  it('lets no address through that is not globally reachable', () => {
    const list = createAllowList(['crm.example.com']);
    const anyIpv6 = fc
      .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
      .map((groups) => groups.map((group) => group.toString(16)).join(':'));
    fc.assert(
      fc.property(anyIpv6, (address) => {
        const isGlobal = /^[23][0-9a-f]{3}:/.test(address);
        if (!isGlobal) expect(list.checkAddress('crm.example.com', address, 443)).toBe(false);
      }),
    );
    const tail = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255));
    fc.assert(
      fc.property(fc.constantFrom(0, 10, 127, 224, 239, 240, 255), tail, (first, rest) => {
        const address = [first, ...rest].join('.');
        expect(list.checkAddress('crm.example.com', address, 443)).toBe(false);
        expect(list.checkAddress('crm.example.com', `::ffff:${address}`, 443)).toBe(false);
      }),
    );
  });
});

describe('a client that is bound to its origin', () => {
  it.each([
    ['another host that the list would allow', () => other.url],
    ['another name for the same server', () => crm.url.replace('127.0.0.1', 'localhost')],
    ['another scheme', () => crm.url.replace('http:', 'https:')],
    ['another port', () => `http://127.0.0.1:${other.port}/`],
    ['a path that was meant to move the host', () => `${crm.url}@127.0.0.1:${other.port}/`],
    ['a path that is a port', () => `${crm.url}0/`],
  ])('sends nothing to %s', async (_kind, url) => {
    const http = client({ allow: ['127.0.0.1', 'localhost'], origin: crm.url });
    const outcome = await send(http, url());
    expect(outcome).toMatchObject({ ok: false });
    expect([crm.connections(), other.connections()]).toEqual([0, 0]);
    expect(verdictOf(outcome)).toMatch(/^(refused_target|internal): the URL of a request /);
  });

  it('takes slashes and at signs in a path for what they are', async () => {
    const http = client({ allow: ['127.0.0.1'], origin: crm.url });
    for (const path of ['//evil.example/', '/@evil.example/', '/http://evil.example/', '/..//x']) {
      expect(verdictOf(await send(http, `${crm.url}${path}`)), path).toBe('status 200');
    }
    expect(crm.seen.map(({ path }) => path)).toEqual([
      '//evil.example/', '/@evil.example/', '/http://evil.example/', '//x',
    ]);
  }); // prettier-ignore
});
