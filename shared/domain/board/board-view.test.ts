import { describe, expect, it } from 'vitest';
import {
  boardSettingsSchema,
  defaultBoardSettings,
  isShown,
  mostViews,
  readBoardSettings,
  type SavedView,
  viewNameProblem,
  withView,
} from './board-view';

const view = (name: string, more: Partial<SavedView> = {}): SavedView => ({
  name,
  density: 'compact',
  ...more,
});

describe('what is kept of the board', () => {
  it('is read as it was kept', () => {
    const kept = {
      density: 'compact',
      views: [view('Mine', { q: 'publishing', only: 'drifted', sort: 'drift', by: 'production' })],
    };
    expect(readBoardSettings(kept)).toEqual({ settings: kept, dropped: 0 });
    expect(readBoardSettings(undefined)).toEqual({ settings: defaultBoardSettings, dropped: 0 });
  });

  it.each([
    ['no object', 7],
    ['no name', { density: 'compact' }],
    ['an empty name', view('   ')],
    ['a name that turns the writing', view('prod\u202Etion')],
    ['a name of two lines', view('a\nb')],
    ['a name without an end', view('x'.repeat(41))],
    ['a filter without an end', view('long', { q: 'x'.repeat(201) })],
    ['an unknown order', { ...view('odd'), sort: 'by-magic' }],
    ['an unknown density', { ...view('odd'), density: 'tiny' }],
    ['something of another program', { ...view('odd'), run: 'rm -rf' }],
    ['a prototype', JSON.parse('{"__proto__": {"name": "x"}, "density": "compact"}')],
    ['the name of another', view('fine')],
  ])('loses a view with %s, and no other', (_what, broken) => {
    const { settings, dropped } = readBoardSettings({
      density: 'compact',
      views: [view('Fine'), broken, view('Other')],
    });
    expect(settings.views.map(({ name }) => name)).toEqual(['Fine', 'Other']);
    expect(dropped).toBe(1);
    expect(boardSettingsSchema.parse(settings)).toEqual(settings);
  });

  it('is bounded, and anything else than a list is none', () => {
    const many = Array.from({ length: mostViews + 5 }, (_, index) => view(`v${index}`));
    expect(readBoardSettings({ views: many })).toMatchObject({ dropped: 5 });
    expect(readBoardSettings({ density: 'huge', views: 'all of them' })).toEqual({
      settings: defaultBoardSettings,
      dropped: 1,
    });
    expect(readBoardSettings('nothing').settings).toEqual(defaultBoardSettings);
  });
});

describe('a saved view', () => {
  it('takes the place of the one with its name, whatever the case', () => {
    expect(withView([view('A'), view('b')], view('B', { q: 'x' }))).toEqual([
      view('A'),
      view('B', { q: 'x' }),
    ]);
    const full = Array.from({ length: mostViews }, (_, index) => view(`v${index}`));
    expect(withView(full, view('new'))).toBeNull();
    expect(withView(full, view('V3'))).toHaveLength(mostViews);
  });

  it('says what is wrong with its name', () => {
    expect(viewNameProblem('Production, behind')).toBeNull();
    expect(viewNameProblem(' ')).toBe('Enter a name');
    expect(viewNameProblem('x'.repeat(41))).toBe('Use at most 40 characters');
    expect(viewNameProblem('a\u200bb')).toBe('Use characters that can be seen');
  });

  it('is shown when filter, order and density are its own; the default order need not be named', () => {
    expect(isShown(view('A', { only: 'held' }), { only: 'held', sort: 'trouble' }, 'compact')).toBe(true);
    expect(isShown(view('A', { only: 'held' }), { only: 'held' }, 'comfortable')).toBe(false);
    expect(isShown(view('A'), { reversed: true }, 'compact')).toBe(false);
  });
});
