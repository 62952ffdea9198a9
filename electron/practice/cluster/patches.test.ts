import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPatch, mergePatch, strategicPatch } from './patches';
import type { ApiError } from './stored-objects';

describe('merge patch', () => {
  // The cases of RFC 7396, appendix A.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  it('is idempotent (property)', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).toEqual(once);
      }),
    );
  });
});

describe('JSON patch', () => {
  it.each([
    [{ a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    [{ a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    [
      { 'x/y': 1, '~': 2 },
      [
        { op: 'remove', path: '/x~1y' },
        { op: 'replace', path: '/~0', value: 3 },
      ],
      { '~': 3 },
    ],
    [{ a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/c' }], { a: {}, c: 1 }],
    [{ a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    [{ a: null }, [{ op: 'test', path: '/a', value: null }], { a: null }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(jsonPatch(target, patch)).toEqual(result);
  });

  it.each([
    [{ a: 1 }, [{ op: 'test', path: '/a', value: 2 }], 422],
    [{ a: 1 }, [{ op: 'remove', path: '/b' }], 422],
    [{ a: [1] }, [{ op: 'replace', path: '/a/1', value: 1 }], 422],
    [{ a: 1 }, [{ op: 'add', path: '/b/c', value: 1 }], 422],
    [{ a: 1 }, { a: 2 }, 400],
    [{ a: 1 }, [{ op: 'increase', path: '/a' }], 400],
  ])('%j with %j is refused', (target, patch, code) => {
    const before = structuredClone(target);
    expect(() => jsonPatch(target, patch)).toThrow(expect.objectContaining({ code }) as ApiError);
    expect(target).toEqual(before);
  });
});

describe('strategic merge patch', () => {
  it('merges lists by their key where Kubernetes does', () => {
    const target = {
      containers: [{ name: 'app', image: 'a:1', env: [{ name: 'X', value: '1' }] }, { name: 'side' }],
    };
    expect(
      strategicPatch(target, {
        containers: [{ name: 'app', image: 'a:2', env: [{ name: 'Y', value: '2' }] }],
      }),
    ).toEqual({
      containers: [
        {
          name: 'app',
          image: 'a:2',
          env: [
            { name: 'X', value: '1' },
            { name: 'Y', value: '2' },
          ],
        },
        { name: 'side' },
      ],
    });
    expect(strategicPatch(target, { containers: [{ name: 'side', $patch: 'delete' }] })).toEqual({
      containers: [target.containers[0]],
    });
  });

  it('replaces other lists, as a merge patch does', () => {
    expect(strategicPatch({ args: ['a', 'b'] }, { args: ['c'] })).toEqual({ args: ['c'] });
  });
});
