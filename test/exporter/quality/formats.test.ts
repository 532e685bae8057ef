import { describe, expect, it } from 'vitest';
import { isEmailAddress, isPhoneNumber } from '../../../src/exporter/quality/quality.ts';

describe('isEmailAddress', () => {
  it.each([
    'ada@example.com',
    'a.b+c@sub.example.co.uk',
    '"odd local"@example.com',
    "o'neil@example.ie",
    'jörg@müller.example',
  ])('accepts %s', (text) => expect(isEmailAddress(text)).toBe(true));

  it.each([
    '',
    '@example.com',
    'ada',
    'ada@',
    'ada@localhost',
    'ada@@example.com',
    '.ada@example.com',
    'ada.@example.com',
    'a..b@example.com',
    'ada@-example.com',
    'ada@example-.com',
    'ada@example..com',
    'ada@192.0.2.1',
    'ada@[192.0.2.1]',
    'ada lovelace@example.com',
    'ada@exam ple.com',
    'ada@example.com\n',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(64)}.com`,
    `a@${'b.'.repeat(130)}com`,
  ])('refuses %j', (text) => expect(isEmailAddress(text)).toBe(false));

  it('does not take long over a hostile text', () => {
    expect(isEmailAddress(`${'a.'.repeat(30)}!@${'a-'.repeat(80)}`)).toBe(false);
  });
});

describe('isPhoneNumber', () => {
  it('takes national numbers for the default country, and international ones anyway', () => {
    expect(isPhoneNumber('030 1234567', 'DE')).toBe(true);
    expect(isPhoneNumber('030 1234567', undefined)).toBe(false);
    expect(isPhoneNumber('+49 30 1234567', undefined)).toBe(true);
    expect(isPhoneNumber('+49 30 1234567', 'US')).toBe(true);
  });

  it.each(['12', 'call me', '+', '+49', '000000000'])('refuses %s', (text) =>
    expect(isPhoneNumber(text, 'DE')).toBe(false),
  );
});
