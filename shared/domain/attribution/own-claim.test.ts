import { expect, it } from 'vitest';
import type { Intent } from '../operation/intent';
import type { OperationEvent } from '../operation/operation-events';
import { replayOperation } from '../operation/operation-reducer';
import { claimSchema } from './claims';
import { ownClaim } from './own-claim';

const at = '2025-11-30T10:00:00.000Z';
const [before, commit] = ['b'.repeat(40), 'c'.repeat(40)];
const intent: Intent = {
  kind: 'rollback',
  app: 'frontend',
  environment: 'production',
  version: 'v7',
  expected: 'v8',
  reason: 'why',
  override: ['migrations'],
};
const journal = (data: Record<string, unknown>, end: Partial<OperationEvent> = {}): OperationEvent[] => [
  { type: 'requested', at, id: 'op-1', intent, actor: 'Ada', seen: [] },
  { type: 'step-started', at, step: 'commit' },
  { type: 'side-effect-intended', at, step: 'commit', effect: 'commit', text: '', data },
  {
    type: 'side-effect-result',
    at,
    step: 'commit',
    effect: 'commit',
    outcome: 'done',
    text: '',
    commit,
    ...end,
  } as OperationEvent,
];
const claimed = (events: OperationEvent[]) => {
  const record = replayOperation(events);
  if (!record) throw new Error('no operation');
  return ownClaim(record);
};
const data = { route: 'workflow', before, namespace: 'apps', name: 'deploy-image-op-1' };

it('is what the journal has of a commit that a bot made', () => {
  const claim = claimed(journal(data));
  expect(claim).toEqual({
    source: 'journal',
    operation: 'op-1',
    kind: 'rollback',
    app: 'frontend',
    environment: 'production',
    version: 'v7',
    by: 'Ada',
    reason: 'why',
    override: ['migrations'],
    route: 'workflow',
    run: { name: 'deploy-image-op-1', url: null },
    base: before,
    commit,
    earliest: at,
    latest: null,
  });
  expect(claimSchema.parse(claim)).toEqual(claim);
});

it('is none of a commit of our own, of one that is not known, or that was not made', () => {
  expect(claimed(journal({ base: before, commit }))).toBeNull();
  expect(claimed(journal({ ...data, route: 'push' }))).toBeNull();
  expect(claimed(journal(data).slice(0, 3))).toBeNull();
  expect(claimed(journal(data, { outcome: 'unknown' } as Partial<OperationEvent>))).toBeNull();
  expect(claimed(journal(data, { commit: undefined } as unknown as Partial<OperationEvent>))).toBeNull();
});
