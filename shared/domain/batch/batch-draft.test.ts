import { describe, expect, it } from 'vitest';
import { finding } from '../preflight/finding';
import type { BatchCandidate } from './batch-candidates';
import { batchBlocked, batchItems, type Chosen, candidateIntent } from './batch-draft';

const candidate = (app: string, more: Partial<BatchCandidate> = {}): BatchCandidate => ({
  app,
  environment: 'production',
  from: 'staging',
  current: 'v7',
  version: 'v8',
  why: null,
  ready: true,
  ...more,
});
const pass = finding('hold', 'pass', 'Not held.', '');
const migration = finding('migration', 'warn', 'Includes 1 migration.', '');
const final = finding('already-there', 'block', 'It is there already.', '', false);
const sync = {
  ...finding('sync-running', 'warn', 'A sync is running.', ''),
  sync: { application: 'router', startedAt: null, choice: null },
};
const done = (app: string, ...findings: (typeof sync | typeof pass)[]): Chosen => ({
  candidate: candidate(app),
  checks: { state: 'done', findings },
});

describe('a batch', () => {
  it.each<[string, Chosen[], string, string | null]>([
    ['without an app', [], '', 'Choose at least one app.'],
    [
      'whose checks run',
      [done('a', pass), { candidate: candidate('b'), checks: { state: 'checking' } }],
      '',
      'The checks are still running for 1 app.',
    ],
    [
      'whose checks failed',
      [{ candidate: candidate('b'), checks: { state: 'failed' } }],
      'x',
      'The checks could not run for b.',
    ],
    ['with one that nothing can override', [done('a', final)], 'x', 'Leave out a: the checks block it.'],
    ['with a sync to decide about', [done('a', sync)], 'x', 'Leave out a: the checks block it.'],
    [
      'that overrides',
      [done('a', migration), done('b', migration, pass)],
      ' ',
      'Enter a reason to override 2 findings.',
    ],
    ['that overrides with a reason', [done('a', migration)], 'x', null],
    ['without findings', [done('a', pass)], '', null],
  ])('%s', (_, chosen, reason, expected) => {
    expect(batchBlocked(chosen, reason, null)).toBe(expected);
    expect(batchBlocked(chosen, reason, 'Read-only.')).toBe('Read-only.');
  });

  it('sends each app’s own intent, what was seen of it, and what of that is overridden', () => {
    expect(batchItems([done('a', migration, pass), done('b', pass)], ' Budget ')).toEqual([
      {
        intent: {
          kind: 'promote',
          app: 'a',
          environment: 'production',
          from: 'staging',
          version: 'v8',
          expected: 'v7',
          reason: 'Budget',
          override: ['migration'],
        },
        seen: [migration, pass],
      },
      {
        intent: {
          kind: 'promote',
          app: 'b',
          environment: 'production',
          from: 'staging',
          version: 'v8',
          expected: 'v7',
          reason: 'Budget',
        },
        seen: [pass],
      },
    ]);
    expect(candidateIntent(candidate('a', { from: null }))).toEqual({
      kind: 'rollback',
      app: 'a',
      environment: 'production',
      version: 'v8',
      expected: 'v7',
    });
  });
});
