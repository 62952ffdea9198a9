import { describe, expect, it } from 'vitest';
import { topics } from '../../shared/contract/procedure';
import { affects, type ChangeEvent, cellsChanged, distinct } from './invalidation';

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

  it('takes a key as what its topic says that it names', () => {
    const key = ['rollout.get', { app: 'frontend', environment: 'staging' }];
    expect(affects({ topic: 'rollout', key: 'frontend' }, key)).toBe(true);
    expect(affects({ topic: 'rollout', key: 'router' }, key)).toBe(false);
    expect(affects({ topic: 'rollout', key: 'staging' }, key)).toBe(false);
    expect(affects({ topic: 'cluster', key: 'staging' }, key)).toBe(true);
    expect(affects({ topic: 'cluster', key: 'production' }, key)).toBe(false);
    expect(affects({ topic: 'rollout', key: null }, key)).toBe(true);
    // An environment says nothing about an answer that is of no environment.
    expect(affects({ topic: 'cluster', key: 'staging' }, ['preview.early', { app: 'frontend' }])).toBe(true);
  });

  it('narrows an operation by its id, but refreshes every list and preview', () => {
    const event = { topic: 'operation', key: 'one' } as const;
    expect(affects(event, ['operation.get', { operationId: 'one' }])).toBe(true);
    expect(affects(event, ['operation.get', { operationId: 'two' }])).toBe(false);
    expect(affects(event, ['operation.list', { limit: 50 }])).toBe(true);
    expect(affects(event, ['app.get', { app: 'frontend' }])).toBe(true);
    expect(affects(event, ['preview.get', { app: 'frontend', environment: 'staging' }])).toBe(true);
  });

  it('asks again what leaves open what the key names', () => {
    const event = { topic: 'workflow', key: 'frontend' } as const;
    expect(affects(event, ['workflow.recent', { limit: 30 }])).toBe(true);
    expect(affects(event, ['workflow.recent', { app: 'router', limit: 30 }])).toBe(false);
    const deployments = ['app.deployments', { app: 'router', limit: 30 }];
    expect(affects({ topic: 'app', key: 'frontend' }, deployments)).toBe(false);
    expect(affects({ topic: 'app', key: 'router' }, deployments)).toBe(true);
  });

  it('asks again what a bag of its pipeline changes', () => {
    const event = { topic: 'bags', key: 'notify' } as const;
    expect(affects(event, ['bags.list', { pipeline: 'notify' }])).toBe(true);
    expect(affects(event, ['bags.list', { pipeline: 'other' }])).toBe(false);
    expect(affects(event, ['bags.pipelines', {}])).toBe(false);
  });

  it('asks for the cells that changed alone, unless the whole board is asked again', () => {
    const app = { topic: 'app', key: 'frontend' } as const;
    expect(affects(app, ['board.get', {}])).toBe(false);
    expect(cellsChanged([app, { topic: 'rollout', key: 'router' }, app])).toBe(true);
    expect(cellsChanged([app, { topic: 'board', key: null }])).toBe(false);
    expect(cellsChanged([app, { topic: 'history', key: null }])).toBe(false);
    expect(cellsChanged([{ topic: 'app', key: null }])).toBe(false);
  });

  it('never asks an action again', () => {
    for (const topic of Object.keys(topics) as ChangeEvent['topic'][])
      expect(affects({ topic, key: null }, ['operation.start', {}])).toBe(false);
  });

  it('leaves unknown queries alone', () => {
    expect(affects({ topic: 'board', key: null }, ['something-else'])).toBe(false);
    expect(affects({ topic: 'board', key: null }, ['toString'])).toBe(false);
  });

  it('says each thing once', () => {
    const board = { topic: 'board', key: null } as const;
    const app = { topic: 'app', key: 'frontend' } as const;
    expect(distinct([board, app, board, app, board])).toEqual([board, app]);
  });
});
