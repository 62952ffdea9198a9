import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WatchItem } from '../kubernetes/types';
import { WatchState } from './watch-state';

const item = (name: string, version: number, uid = `uid-${name}`): WatchItem<number> => ({
  namespace: 'apps',
  name,
  uid,
  resourceVersion: String(version),
  value: version,
});

describe('WatchState', () => {
  it('tells of a new list only what differs', () => {
    const state = new WatchState<number>();
    for (const name of ['a', 'b', 'c']) state.upsert(item(name, 1));
    expect(state.take('list')?.upserts).toHaveLength(3);
    for (const [name, version] of [
      ['a', 1],
      ['b', 2],
    ] as const)
      state.upsert(item(name, version));
    state.retain(new Set(['apps/a', 'apps/b']));
    expect(state.take('list')).toEqual({
      source: 'list',
      upserts: [item('b', 2)],
      removed: [{ namespace: 'apps', name: 'c', uid: 'uid-c' }],
    });
    expect(state.take('watch')).toBeNull();
  });

  it('tells nobody that an object went whom it did not tell that it came', () => {
    const state = new WatchState<number>();
    state.upsert(item('a', 1));
    state.remove(item('a', 2));
    expect(state.take('watch')).toBeNull();
    // One that is known, goes, comes and goes again between two batches is told as gone.
    state.upsert(item('b', 1));
    state.take('list');
    state.remove(item('b', 2));
    state.upsert(item('b', 3, 'other'));
    state.remove(item('b', 4, 'other'));
    expect(state.take('watch')?.removed).toMatchObject([{ name: 'b' }]);
  });

  it('tells an object that was deleted and made again as changed', () => {
    const state = new WatchState<number>();
    state.upsert(item('a', 1));
    state.take('list');
    state.remove(item('a', 2));
    state.upsert(item('a', 3, 'other'));
    expect(state.take('watch')).toEqual({ source: 'watch', upserts: [item('a', 3, 'other')], removed: [] });
  });

  it('batches applied in turn give what happened (property)', () => {
    const step = fc.record({
      action: fc.constantFrom('upsert', 'remove', 'take', 'list'),
      name: fc.constantFrom('a', 'b', 'c', 'd'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const state = new WatchState<number>();
        const truth = new Map<string, number>();
        const shown = new Map<string, number>();
        const apply = () => {
          const batch = state.take('watch');
          for (const { name } of batch?.removed ?? []) shown.delete(name);
          for (const { name, value } of batch?.upserts ?? []) shown.set(name, value);
        };
        steps.forEach(({ action, name }, at) => {
          if (action === 'upsert') {
            truth.set(name, at);
            state.upsert(item(name, at));
          } else if (action === 'remove') {
            truth.delete(name);
            state.remove(item(name, at));
          } else if (action === 'list') {
            // A gap: something changed that no event told; the list does.
            truth.delete(name);
            for (const [other, version] of truth) state.upsert(item(other, version));
            state.retain(new Set([...truth.keys()].map((other) => `apps/${other}`)));
          } else apply();
        });
        apply();
        expect([...shown].sort()).toEqual([...truth].sort());
      }),
    );
  });
});
