import { expect, it } from 'vitest';
import type { Board, Cell, EnvironmentView } from './board';
import { boardAround, boardOfPipeline, boardPipelines } from './board-scope';

const environment = (name: string, pipeline: string | null, kind: 'apps' | 'bags' = 'apps') =>
  ({ name, pipeline: pipeline === null ? null : { name: pipeline, kind } }) as EnvironmentView;
const cell = (app: string, where: string) => ({ app, environment: where }) as Cell;
const board = {
  environments: [
    environment('staging', 'govuk'),
    environment('production', 'govuk'),
    environment('notify', 'notify', 'bags'),
    environment('sandbox', null),
  ],
  apps: ['api', 'router', 'tool'],
  cells: [
    cell('router', 'staging'),
    cell('router', 'production'),
    cell('api', 'notify'),
    cell('tool', 'sandbox'),
  ],
} as Board;
const shown = ({ environments, apps, cells }: Board) => [
  environments.map(({ name }) => name),
  apps,
  cells.length,
];

it('shows one pipeline at a time, and what is in none', () => {
  expect(boardPipelines(board)).toEqual(['govuk', 'notify', null]);
  expect(shown(boardOfPipeline(board, 'govuk'))).toEqual([['staging', 'production'], ['router'], 2]);
  expect(shown(boardOfPipeline(board, 'notify'))).toEqual([['notify'], ['api'], 1]);
  expect(shown(boardOfPipeline(board, null))).toEqual([['sandbox'], ['tool'], 1]);
});

it('shows an app along its own chain, and one that has no file along all of them', () => {
  expect(shown(boardAround(board, 'router'))[0]).toEqual(['staging', 'production']);
  expect(shown(boardAround({ ...board, cells: board.cells.slice(1) }, 'router'))[0]).toEqual([
    'staging',
    'production',
  ]);
  expect(shown(boardAround(board, 'tool'))[0]).toEqual(['sandbox']);
  expect(boardAround(board, 'unknown')).toBe(board);
});

it('leaves the board of a single pipeline as it is', () => {
  const single = boardOfPipeline(board, 'govuk');
  expect(boardOfPipeline(single, 'govuk')).toBe(single);
});
