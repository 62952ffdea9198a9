import { describe, expect, it } from 'vitest';
import type { Preview } from '../../shared/contract/operations';
import type { Intent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import type { Finding } from '../../shared/domain/preflight/finding';
import { devBoard } from '../dev/dev-board';
import { devOperations } from '../dev/operations';
import { oneClick, rollbackBlockedBecause, rollbackIntent } from './one-click';

const finding = (level: Finding['level']): Finding => ({
  code: 'other',
  level,
  message: 'm',
  evidence: 'e',
  overridable: true,
});
const intent: Intent = {
  kind: 'rollback',
  app: 'publishing-api',
  environment: 'production',
  version: 'v1693',
  expected: 'v1694',
};
const preview = (change: Partial<Preview>): Preview => ({
  intent,
  current: 'v1694',
  incoming: 'v1693',
  change: { state: 'unknown', because: 'b' },
  findings: [finding('pass'), finding('info')],
  route: { taken: 'push', rest: null, routes: [] },
  commit: 'abc',
  ...change,
});

describe('the one-click rule', () => {
  it('acts at once when nothing warns, and carries what was seen', () => {
    expect(oneClick(intent, preview({}))).toEqual({
      action: 'start',
      seen: [finding('pass'), finding('info')],
    });
  });
  it.each(['warn', 'unknown', 'block'] as const)('opens the sheet when something is at %s', (level) => {
    expect(oneClick(intent, preview({ findings: [finding('pass'), finding(level)] }))).toEqual({
      action: 'review',
    });
  });
  it('opens the sheet when the environment is not at the version that the person saw', () => {
    expect(oneClick(intent, preview({ current: 'v1695' }))).toEqual({ action: 'review' });
  });
  it('opens the sheet when it would go elsewhere than the button says', () => {
    expect(oneClick(intent, preview({ incoming: 'v1600' }))).toEqual({ action: 'review' });
  });
});

describe('what a rollback of a cell is', () => {
  const board = devBoard({ apps: 14, state: 'practice', scheme: 'light' });
  const cell = board.cells.find((each) => each.app === 'publishing-api' && each.environment === 'production');
  if (!cell) throw new Error('the fixture has lost its cell');

  it('names the target and the version that is seen there', () => {
    expect(rollbackIntent(cell)).toMatchObject({
      kind: 'rollback',
      version: cell.rollbackTarget?.version,
      expected: cell.ledger?.version,
    });
    expect(rollbackIntent({ ...cell, rollbackTarget: null })).toBeNull();
  });

  it('says why it cannot be done', () => {
    expect(rollbackBlockedBecause(cell, null, [], null)).toBeNull();
    expect(rollbackBlockedBecause(cell, 'Read-only.', [], null)).toBe('Read-only.');
    expect(rollbackBlockedBecause({ ...cell, rollbackTarget: null }, null, [], null)).toMatch(
      /No earlier version/,
    );
    const there = { imageTag: cell.rollbackTarget?.version ?? '' };
    expect(rollbackBlockedBecause(cell, null, [], there)).toMatch(/by emergency rollback\. Reconcile it/);
    expect(rollbackBlockedBecause(cell, null, [], { imageTag: 'v0' })).toBeNull();
    expect(rollbackBlockedBecause({ ...cell, ledger: null }, null, [], null)).toMatch(/no file/);
  });

  it('is not done twice, but may overtake a deploy', () => {
    const running = devOperations.find((each) => each.state === 'running') as Operation;
    const there = { app: cell.app, environment: cell.environment };
    const deploy: Operation = { ...running, intent: { ...running.intent, ...there } as Intent };
    const rollback: Operation = { ...running, intent: { ...intent, ...there } };
    expect(rollbackBlockedBecause(cell, null, [deploy], null)).toBeNull();
    expect(rollbackBlockedBecause(cell, null, [rollback], null)).toMatch(/already rolling back/);
    expect(
      rollbackBlockedBecause(cell, null, [{ ...rollback, finishedAt: rollback.requestedAt }], null),
    ).toBeNull();
  });
});
