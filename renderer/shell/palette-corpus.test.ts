import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { devBoard } from '../dev/dev-board';
import { cellItems } from './palette-cell-items';
import { recentFirst } from './palette-items';
import { lockItems } from './palette-place-items';
import { rank } from './rank';

const calm = devBoard({ apps: 14, state: 'practice', scheme: 'light' });
const lock = {
  by: 'Kofi Osei',
  at: '2026-11-30T09:00:00Z',
  reason: '',
  operation: 'op',
  token: 3,
  kind: 'manual' as const,
  bag: null,
  until: null,
  mine: false,
};
const board = {
  ...calm,
  environments: calm.environments.map((one) => ({ ...one, lock: one.name === 'production' ? lock : null })),
};
const items = [...cellItems(board, null), ...lockItems(board)];
const found = (query: string) => rank(query, items, 1_000).map(({ id }) => id);
const rollbacks = (query: string) => found(query).filter((id) => id.startsWith('rollback'));
const forced = (query: string) => found(query).filter((id) => id.startsWith('force-unlock'));

/** What people type on their way to something else: screens, other actions, apps, parts of words, slips. */
const otherWords = [
  'board, history, compare, clusters, freezes, freeze, settings, practice, workflows, workflow, release',
  'release hold, hold, deploy, deploy router, promote, pack, bag, lock, lock production, rollout',
  'rollouts, role, roles, router, router prod, route, roster, robot, ro, r, rb, rbp, rack, back',
  'backdrop, feedback, black, background, bck, rlbk, rllbck, oll, ollback, trolley, scroll, enrol',
  'payroll, control, prod, production, staging, in production, undone, und, un, under, reverse, rever',
  'rev, review, revision, reload, refresh, retry, recent, previous, previous release, publishing-api',
  'pub, pubapi, api, search, search production, signon, whitehall, collections, cancel, abort, stop',
  'bounce, restart, redeploy, attention, logs, operations, rabbit, rocket, rollercoaster, rolf',
  'roll call, roll out router, rolling, rolling out, role back, announce, diagnostics, view, compact',
  'settings colour, light, dark, shortcuts, help',
].flatMap((line) => line.split(', '));

/** Those that say it after all: the begin of a verb, and nothing beside it that is in no rollback. */
const saysIt = new Set(['und', 'rever', 'rev']);

describe('what breaks something is found by its own word alone', () => {
  it.each(otherWords.filter((word) => !saysIt.has(word)))('no rollback for “%s”', (word) => {
    expect(rollbacks(word)).toEqual([]);
    expect(forced(word)).toEqual([]);
  });

  it.each([
    'roll',
    'roll back',
    'rollback',
    'rol',
    'undo',
    'revert',
    'rev',
    'Roll Back router',
    'roll router',
    'back roll',
    'rollback pub prod',
    'undo router staging',
    'router roll back',
  ])('a rollback for “%s”', (word) => {
    expect(rollbacks(word).length).toBeGreaterThan(0);
  });

  it('names app and environment, and leads to no other', () => {
    expect(found('roll back router production')).toEqual(['rollback router production']);
    expect(found('rollback pub prod')).toEqual(['rollback publishing-api production']);
    expect(forced('force prod')).toEqual(['force-unlock production']);
    expect(forced('unlock')).toEqual(['force-unlock production']);
  });

  it('never for letters in between, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'rolbackundevt '), minLength: 1, maxLength: 12 }),
        (typed) => {
          const says = typed
            .split(/\s+/)
            .some(
              (word) =>
                word.length >= 3 &&
                ['roll', 'rollback', 'undo', 'revert'].some((verb) => verb.startsWith(word)),
            );
          return says || typed.trim() === '' || rollbacks(typed).length === 0;
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never as the first of an empty palette, neither of the selected cell nor as what was chosen last', () => {
    const all = cellItems(board, { app: 'router', environment: 'production' });
    const shown = rank(
      '',
      all.filter(({ weight }) => (weight ?? 0) >= 0),
      40,
    );
    expect(shown.map(({ id }) => id)).toContain('rollback router production');
    expect(shown[0]?.id).toBe('promote router production');
    const recent = recentFirst(shown, ['rollback router production', 'hold router production', 'gone'], all);
    expect(recent[0]).toMatchObject({ id: 'hold router production', note: 'recent' });
    expect(new Set(recent.map(({ id }) => id)).size).toBe(recent.length);
  });
});
