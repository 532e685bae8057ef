import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rolesOf } from '../../../../src/responder/pipeline/learning/model-roles.ts';

const entry = fc.record({
  modelId: fc.constantFrom('a', 'b', 'c'),
  role: fc.constantFrom('champion' as const, 'challenger' as const, 'retired' as const),
});

describe('rolesOf', () => {
  it('has nobody at first', () => {
    expect(rolesOf([])).toEqual({ champion: null, challenger: null, former: [] });
  });

  it('leads back through the champions, one for each that is retired', () => {
    const history = ['a', 'b', 'c'].map((modelId) => ({ modelId, role: 'champion' as const }));
    expect(rolesOf(history)).toEqual({ champion: 'c', challenger: null, former: ['a', 'b'] });
    const retired = { modelId: 'c', role: 'retired' as const };
    expect(rolesOf([...history, retired])).toMatchObject({ champion: 'b', former: ['a'] });
  });

  it('has one challenger, until it is champion or another one comes', () => {
    const first = { modelId: 'a', role: 'challenger' as const };
    const second = { modelId: 'b', role: 'challenger' as const };
    expect(rolesOf([first, second]).challenger).toBe('b');
    expect(rolesOf([first, second, { modelId: 'a', role: 'champion' }])).toMatchObject({
      champion: 'a',
      challenger: 'b',
    });
    expect(rolesOf([first, { modelId: 'a', role: 'champion' }]).challenger).toBeNull();
  });

  it('never has a champion twice, and the newest champion answers', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (history) => {
        const { champion, former } = rolesOf(history);
        const all = champion === null ? former : [...former, champion];
        expect(new Set(all).size).toBe(all.length);
        const last = history.at(-1);
        if (last?.role === 'champion') expect(champion).toBe(last.modelId);
        if (last?.role === 'retired') expect(all).not.toContain(last.modelId);
        if (last?.role === 'challenger') expect(rolesOf(history).challenger).toBe(last.modelId);
      }),
    );
  });
});
