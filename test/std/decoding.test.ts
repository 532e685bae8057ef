import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/std/std.ts';

const target = decode.object({
  name: decode.required(
    decode.text({ pattern: /^[a-z-]+$/, meaning: 'lower-case letters' }),
    'name',
  ),
  interval: decode.withDefault(decode.duration({ minimumMs: 1000 }), 60_000, 'interval', '1m'),
  note: decode.optional(decode.text(), 'note'),
});

function problemsOf(value: unknown): readonly string[] {
  const decoded = decode.run(decode.list(target), value, 'targets');
  return decoded.ok ? [] : decoded.problems.map(({ place, message }) => `${place}: ${message}`);
}

describe('decoding', () => {
  it('fills defaults, leaves out what is optional and freezes the value', () => {
    const decoded = decode.run(target, { name: 'sales' });
    expect(decoded).toEqual({ ok: true, value: { name: 'sales', interval: 60_000 } });
    expect(decoded.ok && Object.isFrozen(decoded.value)).toBe(true);
  });

  it('reports every problem at once, each with its place', () => {
    expect(problemsOf([{ name: 'Sales', intervall: '1m' }, { interval: 5 }, 'x'])).toEqual([
      'targets[0].intervall: unknown key',
      'targets[0].name: expected lower-case letters, found text "Sales"',
      'targets[1].name: is missing',
      'targets[1].interval: expected a duration such as 30s, 5m or 1h, at least 1s, found number 5',
      'targets[2]: expected a map, found text "x"',
    ]);
  });

  it('suggests the key that was meant', () => {
    const decoded = decode.run(target, { name: 'a', intervall: '1m' });
    expect(decoded.ok ? [] : decoded.problems.map((problem) => problem.remedy)).toEqual([
      'did you mean "interval"?',
    ]);
  });

  it('chooses a variant by its tag and names the choices when there is none', () => {
    const shape = decode.union('kind', {
      bearer: decode.object({
        kind: decode.required(decode.text(), 'kind'),
        token: decode.required(decode.text(), 'token'),
      }),
      none: decode.object({ kind: decode.required(decode.text(), 'kind') }),
    });
    expect(decode.run(shape, { kind: 'none' })).toEqual({ ok: true, value: { kind: 'none' } });
    expect(decode.run(shape, { kind: 'basic' })).toMatchObject({
      ok: false,
      problems: [{ place: 'kind', message: 'expected one of bearer, none, found text "basic"' }],
    });
  });

  it('refuses keys of Object.prototype in maps', () => {
    const labels = decode.map(decode.text(), { key: 'label', pattern: /^\w+$/ });
    const hostile: unknown = JSON.parse('{"__proto__":"x","a":"b"}');
    expect(decode.run(labels, hostile)).toMatchObject({
      ok: false,
      problems: [{ place: '__proto__' }],
    });
  });

  it('parses the durations of Prometheus and nothing else', () => {
    expect(decode.parseDurationMs('1h30m')).toBe(5_400_000);
    expect(decode.parseDurationMs('250ms')).toBe(250);
    for (const wrong of ['', '5', 's', '-5s', '1.5h', '5 s', '1h ']) {
      expect(decode.parseDurationMs(wrong), wrong).toBeUndefined();
    }
  });

  it('accepts web addresses without credentials only', () => {
    expect(decode.run(decode.url(), 'https://crm.example.com/')).toEqual({
      ok: true,
      value: 'https://crm.example.com',
    });
    for (const wrong of ['crm.example.com', 'ftp://x', 'https://user:secret@x', 5]) {
      expect(decode.run(decode.url(), wrong).ok, String(wrong)).toBe(false);
    }
  });

  it('never throws and never accepts what it reports, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const decoded = decode.run(decode.list(target), value);
        expect(decoded.ok || decoded.problems.length > 0).toBe(true);
      }),
    );
  });
});
