import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVIDENCE_LIMITS, wordsOfAlert } from '../../../src/responder/evidence/evidence.ts';

function wordsOf(description: string, labels: Record<string, string> = {}): string {
  return wordsOfAlert({ labels, annotations: { description } }).join(' ');
}

describe('the words of an alert', () => {
  it.each([
    ['API of sales is slow', 'api of <target> is slow', { target: 'sales' }],
    ['presales, SALES and sales.', 'presales sales and <target>', { target: 'sales' }],
    ['0.43 of contact.email is missing', '<number> of <host> is missing'],
    ['of contact.email', 'of <object> <field>', { object: 'contact', field: 'email' }],
    ['of sales-eu and sales', 'of <target> and <object>', { target: 'sales-eu', object: 'sales' }],
    ['is good for 1d 3h 20m more', 'is good for <number> more'],
    ['mail to jane.miller@example.com bounced', 'mail to <email> bounced'],
    ['see /users/jane%40example.com', 'see <email>'],
    ['https://crm.example.com/people/jane is down', '<url> is down'],
    ['call +49 (30) 1234-5678 now', 'call <phone> now'],
    ['call 030 1234567 now', 'call <number> now'],
    ['from 192.168.7.9:8080 or fe80::1', 'from <ip> or <ip>'],
    ['cannot open /srv/jane/mail.db', 'cannot open <path>'],
    [String.raw`domain user CORP\jmiller`, 'domain user <name>'],
    ['host db-7.internal.example', 'host <host>'],
    ['request 550e8400-e29b-41d4-a716-446655440000 failed', 'request <id> failed'],
    ['token: abcdef, retry', 'token <name> retry'],
    ['user jane could not log in', 'user <name> could not log in'],
    ['Frau Müller und Herr Weiß', 'frau <name> und herr <name>'],
    ['the table "people of Rome" is locked', 'the table <quoted> is locked'],
    ["can't read 'jane' of O'Brien", "can't read <quoted> of o'brien"],
    ['[email:3f9a1c04b2d7] was told', '<email> was told'],
    ['at 2026-11-28T16:00:00Z', 'at <time>'],
    ['java.net.SocketTimeoutException: read', 'sockettimeoutexception read'],
    ['rows=12 state=failed', 'rows <number> state failed'],
    ['Überlastung der Datenbank', 'überlastung der datenbank'],
    ['データベース に 接続', 'データベース に 接続'],
    ['', ''],
  ] as readonly [string, string, Record<string, string>?][])(
    '%j gives %j',
    (text, words, labels) => {
      expect(wordsOf(text, labels)).toBe(words);
    },
  );

  it('come from the summary and then the description, and from nothing else', () => {
    const annotations = { reason: 'gone', description: 'second', summary: 'first' };
    expect(wordsOfAlert({ labels: {}, annotations })).toEqual(['first', 'second']);
    expect(wordsOfAlert({ labels: {}, annotations: {} })).toEqual([]);
  });

  it('names a label of another kind of sender "label"', () => {
    expect(wordsOf('of the west', { 'Region (of Jane)': 'the west' })).toBe('of <label>');
  });

  it('hold no digit, no address and no value of a label, and have an end, whatever the text is', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 100 }),
      fc.emailAddress(),
      fc.ipV6(),
      fc.webUrl(),
      fc.uuid(),
      fc.constantFrom('"', "'", '\n', ' ', 'user ', 'name=', '<', '[', '+49 '),
    );
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 20 }),
        fc.stringMatching(/^[a-z]{8,12}$/),
        (parts, secret) => {
          const words = wordsOfAlert({
            labels: { target: secret },
            annotations: { summary: parts.join(' '), description: `${secret} ${parts.join('')}` },
          });
          expect(words.length).toBeLessThanOrEqual(EVIDENCE_LIMITS.words);
          for (const word of words) {
            expect(word).not.toBe(secret);
            expect(word).toMatch(/^(?:<[a-z_]+>|[^\d@<>\s]+)$/u);
            expect(word.length).toBeLessThanOrEqual(EVIDENCE_LIMITS.wordCharacters + 2);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('take no long time for a text that was made to take long', () => {
    const hostile = ['"', "'a ", '@', 'a@', '/', '[a:', '+1 ', 'user:', '(((', 'a.'].map((part) =>
      part.repeat(3990 / part.length),
    );
    const begin = performance.now();
    for (const text of hostile) wordsOf(text);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});
