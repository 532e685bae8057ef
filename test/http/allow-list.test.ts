import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AllowListError, allowEntryOf, createAllowList } from '../../src/http/http.ts';

describe('allow-list', () => {
  it('refuses everything when it is empty', () => {
    const list = createAllowList([]);
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()), fc.nat(65_535), (host, port) => {
        expect(list.checkHost(host, port)).toBe('refused');
        expect(list.checkAddress(host, '93.184.216.34', port)).toBe(false);
      }),
    );
  });

  it.each([
    ['127.0.0.1', '127.0.0.1', 80, 'allowed'],
    ['127.0.0.1:8000', '127.0.0.1', 8000, 'allowed'],
    ['127.0.0.1:8000', '127.0.0.1', 8001, 'refused'],
    ['10.0.0.0/8', '10.200.1.1', 443, 'allowed'],
    ['10.0.0.0/8:443', '10.200.1.1', 80, 'refused'],
    ['10.0.0.0/8', '11.0.0.1', 443, 'refused'],
    ['[::1]:8000', '[::1]', 8000, 'allowed'],
    ['fd00::/8', 'fd12::1', 443, 'allowed'],
    ['127.0.0.1', '::ffff:127.0.0.1', 80, 'allowed'],
    ['127.0.0.1', '::ffff:7f00:2', 80, 'refused'],
    ['fd00::/8', '::ffff:10.0.0.1', 443, 'refused'],
    ['crm.example.com', 'crm.example.com', 443, 'resolve'],
    ['crm.example.com', 'CRM.example.com.', 443, 'resolve'],
    ['crm.example.com:443', 'crm.example.com', 80, 'resolve-no'],
    ['crm.example.com', 'evil.example.com', 443, 'refused'],
    ['10.0.0.0/8', 'crm.internal', 443, 'resolve'],
  ])('entry %s, host %s, port %d: %s', (entry, host, port, expected) => {
    const wanted = expected === 'resolve-no' ? 'refused' : expected;
    expect(createAllowList([entry]).checkHost(host, port)).toBe(wanted);
  });

  it('lets a listed name resolve to public addresses only', () => {
    const list = createAllowList(['crm.example.com']);
    expect(list.checkAddress('crm.example.com', '93.184.216.34', 443)).toBe(true);
    expect(list.checkAddress('crm.example.com', '2606:2800:220:1::1', 443)).toBe(true);
    for (const address of [
      '127.0.0.1', '10.1.2.3', '192.168.1.1', '172.31.0.1', '169.254.169.254', '100.64.0.1',
      '0.0.0.0', '224.0.0.1', '::1', '::', 'fe80::1', 'fe80::1%eth0', 'fd00::1',
      '::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:a00:1::1',
    ]) {
      expect(list.checkAddress('crm.example.com', address, 443), address).toBe(false);
    } // prettier-ignore
  });

  it('lets a listed name resolve into a listed network, and localhost to loopback', () => {
    const list = createAllowList(['crm.internal', '10.0.0.0/8', 'localhost:8000']);
    expect(list.checkAddress('crm.internal', '10.1.2.3', 443)).toBe(true);
    expect(list.checkAddress('crm.internal', '192.168.1.1', 443)).toBe(false);
    expect(list.checkAddress('localhost', '::1', 8000)).toBe(true);
    expect(list.checkAddress('localhost', '127.0.0.1', 8001)).toBe(false);
  });

  it.each([
    '',
    'a b',
    '10.0.0.0/33',
    'fd00::/129',
    'x:99999',
    'a/8',
    'http://a',
    '2130706433',
    '[::1',
  ])('refuses the entry "%s"', (entry) => {
    expect(() => createAllowList([entry])).toThrow(AllowListError);
  });

  it('makes the entry of a URL', () => {
    expect(allowEntryOf('https://crm.example.com/x')).toBe('crm.example.com:443');
    expect(allowEntryOf('http://[::1]:8000')).toBe('[::1]:8000');
    expect(createAllowList([allowEntryOf('http://[::1]')]).checkHost('[::1]', 80)).toBe('allowed');
  });
});
