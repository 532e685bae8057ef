import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findClaim, personOf, roleOfValues } from '../../../../src/web/access/oidc/claims.ts';
import { oidcOptions } from './oidc-samples.ts';

const OPTIONS = oidcOptions('https://id.example', {
  roleClaim: 'realm_access.roles',
  roles: { readers: 'viewer', oncall: 'responder' },
});

describe('claims', () => {
  it('are found by their whole name first, then by their path', () => {
    const claims = { 'https://x.example/roles': ['a'], realm_access: { roles: ['b'] } };
    expect(findClaim(claims, 'https://x.example/roles')).toEqual(['a']);
    expect(findClaim(claims, 'realm_access.roles')).toEqual(['b']);
    expect(findClaim(claims, 'realm_access.none.deeper')).toBeUndefined();
    expect(findClaim(claims, 'constructor.name')).toBeUndefined();
    expect(findClaim(claims, '__proto__')).toBeUndefined();
  });

  it('give the highest role of those that are listed, and otherwise none', () => {
    expect(roleOfValues(['readers', 'oncall', 'x'], OPTIONS.roles)).toBe('responder');
    expect(roleOfValues(['x', 'constructor', '__proto__'], OPTIONS.roles)).toBeNull();
    expect(roleOfValues([], OPTIONS.roles)).toBeNull();
  });

  it('make one printable line of a name', () => {
    const claims = { sub: '1', realm_access: { roles: 'oncall' }, name: ' Zoë\n\u202E<b>  Lang ' };
    expect(personOf(claims, OPTIONS)).toEqual({ actor: 'Zoë <b> Lang (oidc)', role: 'responder' });
  });

  it('never give a role that no listed value gives, whatever they are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), fc.anything(), (claims, value) => {
        const person = personOf({ ...claims, realm_access: { roles: value } }, OPTIONS);
        const texts: unknown[] = Array.isArray(value) ? value : [value];
        const isListed = texts.includes('readers') || texts.includes('oncall');
        expect(person !== null).toBe(isListed);
      }),
    );
  });
});
