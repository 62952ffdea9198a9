import { expect, it } from 'vitest';
import type { HistoricCell } from '../../../shared/domain/history/history-event';
import { devBoard } from '../../dev/dev-board';
import { pastBoard } from './past-board';

const present = devBoard({ apps: 4, state: 'practice', scheme: 'light' });
const cell = (app: string, environment: string, version: string, automaticDeploys = true): HistoricCell => ({
  app,
  environment,
  version,
  automaticDeploys,
  promote: true,
  deployment: null,
});

it('is what the repo said then, in the columns of now', () => {
  const board = pastBoard(present, {
    commit: 'abc',
    at: '2026-03-01T12:00:00.000Z',
    cells: [
      cell('zebra', 'integration', 'v9'),
      cell('zebra', 'staging', 'v7', false),
      cell('zebra', 'production', 'v7'),
      cell('gone', 'nowhere', 'v1'),
      cell('alone', 'production', 'v3'),
    ],
    standing: [
      {
        type: 'frozen',
        id: 7,
        app: 'alone',
        environment: 'production',
        version: null,
        pipeline: null,
        path: '.signalbox/freezes/production/alone.yaml',
        at: '2026-02-28T12:00:00.000Z',
        commit: 'abc',
        author: 'Ada Vale',
        subject: 'Hold alone in production',
        reason: 'Elections',
        operationId: null,
      },
    ],
  });
  expect(board.apps).toEqual(['alone', 'zebra']);
  expect(board.environments.map(({ name }) => name)).toEqual(['integration', 'staging', 'production']);
  const told = board.cells.map(({ app, environment, drift, hold, health }) => [
    app,
    environment,
    drift.state,
    hold?.state ?? null,
    health,
  ]);
  // What gates an environment is the file of the one before it.
  expect(told).toEqual([
    ['zebra', 'integration', 'same', null, null],
    ['zebra', 'staging', 'behind', null, null],
    ['zebra', 'production', 'behind', 'effective', null],
    ['alone', 'production', 'unknown', 'effective', null],
  ]);
  expect(board.cells.at(-1)?.hold).toMatchObject({ by: 'Ada Vale', reason: 'Elections' });
});
