import { describe, expect, it } from 'vitest';
import { createNetworks, isNetwork } from '../../src/web/networks.ts';

describe('networks', () => {
  it.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['11.0.0.1', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['fd00::1', true],
    ['fe80::1%eth0', true],
    ['2001:db8::1', false],
    ['::ffff:11.0.0.1', false],
    ['', false],
    ['10.1.2.3.example', false],
  ])('say of %s whether it is inside: %s', (address, expected) => {
    const networks = createNetworks(['10.0.0.0/8', '192.0.2.7', 'fd00::/8', 'fe80::/10']);
    expect(networks.contains(address)).toBe(expected);
  });

  it('do not take every IPv4 address for one of IPv6', () => {
    expect(createNetworks(['::/0']).contains('192.0.2.1')).toBe(false);
    expect(createNetworks([]).contains('127.0.0.1')).toBe(false);
    expect(createNetworks(['10.0.0.0/8']).contains(undefined)).toBe(false);
  });

  it.each(['10.0.0.0/8', '::1', 'fd00::/128', '127.0.0.1/32'])('can be written as %s', (text) => {
    expect(isNetwork(text)).toBe(true);
  });

  it.each([
    '',
    '10.0.0.0/33',
    'fd00::/129',
    'proxy.example',
    '10.0.0/8',
    '10.0.0.0/',
    '1.2.3.4:80',
  ])('cannot be written as "%s"', (text) => {
    expect(isNetwork(text)).toBe(false);
  });
});
