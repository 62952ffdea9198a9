import { describe, expect, it } from 'vitest';
import { affects, changedCells, distinct } from './invalidation';

describe('which queries an event asks again', () => {
  it('narrows by app', () => {
    const event = { topic: 'app', key: 'frontend' } as const;
    expect(affects(event, ['app.get', { app: 'frontend' }])).toBe(true);
    expect(affects(event, ['app.get', { app: 'router' }])).toBe(false);
    expect(
      affects(event, ['preview.get', { kind: 'rollback', app: 'frontend', environment: 'production' }]),
    ).toBe(true);
    expect(affects(event, ['settings.get', {}])).toBe(false);
  });

  it('takes a key as app or environment where both stand in the input', () => {
    const key = ['rollout.get', { app: 'frontend', environment: 'staging' }];
    expect(affects({ topic: 'rollout', key: 'frontend' }, key)).toBe(true);
    expect(affects({ topic: 'rollout', key: 'staging' }, key)).toBe(true);
    expect(affects({ topic: 'rollout', key: 'production' }, key)).toBe(false);
    expect(affects({ topic: 'rollout', key: null }, key)).toBe(true);
  });

  it('narrows an operation by its id, but refreshes every list and preview', () => {
    const event = { topic: 'operation', key: 'one' } as const;
    expect(affects(event, ['operation.get', { operationId: 'one' }])).toBe(true);
    expect(affects(event, ['operation.get', { operationId: 'two' }])).toBe(false);
    expect(affects(event, ['operation.list', { limit: 50 }])).toBe(true);
    expect(affects(event, ['app.get', { app: 'frontend' }])).toBe(true);
    expect(affects(event, ['preview.get', { app: 'frontend', environment: 'staging' }])).toBe(true);
  });

  it('asks deployments of all environments again when one environment changed', () => {
    const event = { topic: 'history', key: 'staging' } as const;
    expect(affects(event, ['app.deployments', { app: 'frontend', limit: 30 }])).toBe(true);
    const one = ['app.deployments', { app: 'frontend', environment: 'production', limit: 30 }];
    expect(affects(event, one)).toBe(false);
  });

  it('asks for the cells of an app alone, unless the whole board is asked again', () => {
    const app = { topic: 'app', key: 'frontend' } as const;
    expect(affects(app, ['board.get', {}])).toBe(false);
    expect(changedCells([app, { topic: 'rollout', key: 'router' }, app])).toEqual(['frontend']);
    expect(changedCells([app, { topic: 'board', key: null }])).toEqual([]);
    expect(changedCells([app, { topic: 'history', key: null }])).toEqual([]);
    expect(changedCells([{ topic: 'app', key: null }])).toEqual([]);
  });

  it('leaves unknown queries alone', () => {
    expect(affects({ topic: 'board', key: null }, ['something-else'])).toBe(false);
  });

  it('says each thing once', () => {
    const board = { topic: 'board', key: null } as const;
    const app = { topic: 'app', key: 'frontend' } as const;
    expect(distinct([board, app, board, app, board])).toEqual([board, app]);
  });
});
