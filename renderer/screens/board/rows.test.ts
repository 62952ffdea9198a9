import { describe, expect, it } from 'vitest';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import { devBoard } from '../../dev/dev-board';
import { cellKey, chipCounts, rowsOf, settled, viewOf } from './rows';

const board = devBoard({ apps: 14, state: 'practice', scheme: 'light' });
const rows = rowsOf(board);
const apps = (list: readonly { app: string }[]) => list.map((row) => row.app);

describe('rows of the board', () => {
  it('has every app once, with a place for every environment', () => {
    expect(apps(rows)).toEqual(board.apps);
    expect(rows.every((row) => row.cells.length === board.environments.length)).toBe(true);
    // An app without a file in an environment has an empty place there, not a shifted one.
    const missing = rows.find((row) => row.cells.includes(null));
    expect(missing?.cells.indexOf(null)).toBe(2);
  });

  it('counts what each chip would leave, and leaves that', () => {
    const counts = chipCounts(rows);
    for (const chip of ['attention', 'drifted', 'held', 'rolling'] as const) {
      expect(viewOf(rows, { only: chip })).toHaveLength(counts[chip]);
    }
    expect(apps(viewOf(rows, { only: 'held' }))).toContain('whitehall');
    // On its way, at whichever stage, as long as nothing fails.
    expect(apps(viewOf(rows, { only: 'rolling' }))).toEqual(['frontend', 'router']);
  });

  it('counts and leaves apps that need attention for what no cell shows of itself, too', () => {
    const calm = rows.find((row) => row.cells.every((cell) => cell === null || !needsAttention(cell)));
    const cell = calm?.cells.find((one) => one !== null);
    if (!calm || !cell) throw new Error('every app needs attention');
    const needing = new Set([cellKey(cell)]);
    expect(chipCounts(rows, needing).attention).toBe(chipCounts(rows).attention + 1);
    expect(apps(viewOf(rows, { only: 'attention' }, [], needing))).toContain(calm.app);
  });

  it('filters by every word, in names and at the begin of versions', () => {
    expect(apps(viewOf(rows, { q: 'CONTENT store' }))).toEqual(['content-store', 'draft-content-store']);
    expect(apps(viewOf(rows, { q: 'v1253' }))).toEqual(['publishing-api']);
    expect(viewOf(rows, { q: 'nothing-like-it' })).toEqual([]);
  });

  it('puts trouble first unless asked for another order: the alphabet, the most drifted, the newest', () => {
    const troubled = apps(viewOf(rows, { only: 'attention' }));
    expect(troubled).toEqual(expect.arrayContaining(['publishing-api', 'signon']));
    const byTrouble = apps(viewOf(rows, {}));
    expect(byTrouble.slice(0, troubled.length)).toEqual(troubled);
    // What users see comes before what is in trouble further up the chain; the others stay in the order of names.
    expect(byTrouble.indexOf('publishing-api')).toBeLessThan(byTrouble.indexOf('signon'));
    const calm = byTrouble.slice(troubled.length);
    expect(calm).toEqual(calm.toSorted());
    expect(apps(viewOf(rows, { sort: 'app' }))).toEqual(board.apps);
    const by = (app: string) =>
      Math.max(
        ...board.cells.filter((cell) => cell.app === app).map((c) => ('by' in c.drift ? c.drift.by : 0)),
      );
    const drifts = apps(viewOf(rows, { sort: 'drift' })).map(by);
    expect(drifts[0]).toBe(12);
    expect(drifts.at(-1)).toBe(0);
    expect(apps(viewOf(rows, { sort: 'age' })).at(-1)).toBe('search-api'); // nothing is known of its deployments
  });

  it('orders by one environment, either way round, with what nothing is known of last', () => {
    const names = board.environments.map(({ name }) => name);
    const at = (app: string) =>
      board.cells.find((cell) => cell.app === app && cell.environment === 'staging')?.deployed?.at ?? null;
    const newest = apps(viewOf(rows, { sort: 'age', by: 'staging' }, names));
    const known = newest.filter((app) => at(app) !== null);
    expect(known.map(at)).toEqual(known.map(at).toSorted().reverse());
    expect(newest.slice(known.length).every((app) => at(app) === null)).toBe(true);
    const oldest = apps(viewOf(rows, { sort: 'age', by: 'staging', reversed: true }, names));
    expect(oldest.slice(0, known.length).map(at)).toEqual(known.map(at).toSorted());
    expect(oldest.slice(known.length)).toEqual(newest.slice(known.length));
    expect(apps(viewOf(rows, { sort: 'app', reversed: true }))).toEqual(board.apps.toReversed());
    // A view that names an environment of another estate.
    expect(viewOf(rows, { sort: 'age', by: 'moon' }, names)).toEqual(viewOf(rows, { sort: 'age' }, names));
  });

  it('keeps rows that say the same, so that they are not drawn again', () => {
    const [first] = board.cells;
    const next = rowsOf(
      { ...board, cells: board.cells.map((cell) => (cell === first ? { ...cell } : cell)) },
      rows,
    );
    expect(next.filter((row, at) => row !== rows[at]).map(({ app }) => app)).toEqual([first?.app]);
  });

  it('keeps rows in their places while a person is at the grid; new ones come last', () => {
    const view = viewOf(rows, {});
    const before = ['router', 'frontend', 'account-api'];
    expect(apps(settled(before, view)).slice(0, 3)).toEqual(before);
    expect(apps(settled(before, view))).toHaveLength(view.length);
  });

  it('asks for a look at what is broken, and not at what is merely moving or unknown', () => {
    const cell = (app: string, environment: string) =>
      board.cells.find((each) => each.app === app && each.environment === environment);
    const look = (app: string, environment: string) => {
      const found = cell(app, environment);
      return found ? needsAttention(found) : null;
    };
    expect(look('publishing-api', 'production')).toBe(true);
    expect(look('signon', 'staging')).toBe(true); // its file cannot be read
    expect(look('frontend', 'staging')).toBe(false);
    expect(look('router', 'production')).toBe(false);
  });
});
