import { expect, it } from 'vitest';
import type { Change } from '../ledger/change';
import { type Cell, cellSchema } from './board';
import { waitingHere, waitingText } from './waiting-here';

const cell = (environment: string, version: string, more: Partial<Cell> = {}): Cell =>
  cellSchema.parse({
    app: 'router',
    environment,
    ledger: { version, automaticDeploys: true, promote: true, problem: null },
    deployed: null,
    applications: [],
    running: null,
    health: 'Healthy',
    stage: { state: 'running', failing: false, text: '', since: null, hook: null },
    tests: { state: 'passed', text: '', at: null, workflow: null },
    rollout: null,
    drift: { state: 'behind', by: 1, of: 'integration' },
    hold: null,
    operation: null,
    rollbackTarget: null,
    ...more,
  });
const commit = (author: string) => ({ sha: author, subject: '', author, at: '', pullRequest: null });
const change = (more: Partial<Extract<Change, { state: 'known' }>> = {}): Change => ({
  state: 'known',
  from: 'v7',
  to: 'v8',
  direction: 'forward',
  commits: [commit('a'), commit('b')],
  lost: [],
  migrations: ['db/migrate/1.rb'],
  truncated: false,
  migrationsPartial: false,
  url: null,
  ...more,
});
const here = cell('production', 'v7');

it('is what the environment before has, and not the first one', () => {
  expect(waitingHere(here, cell('staging', 'v8', { drift: { state: 'same' } }))).toEqual({
    version: 'v8',
    from: 'staging',
  });
  // It is behind, and so is the environment before it.
  expect(waitingHere(here, cell('staging', 'v7'))).toBeNull();
  expect(
    waitingHere(cell('production', 'v9', { drift: { state: 'same' } }), cell('staging', 'v8')),
  ).toBeNull();
  expect(waitingHere(here, null)).toBeNull();
});

it.each<[string, Partial<Cell>, Change | null]>([
  ['v8 from staging · 2 commits by 2 people · 1 migration · tests passed', {}, change()],
  [
    'v8 from staging · 1 commit by 1 person · tests passed',
    {},
    change({ commits: [commit('a')], migrations: [] }),
  ],
  [
    'v8 from staging · 2 commits or more by 2 people · migrations not known · tests passed',
    {},
    change({ truncated: true, migrations: [], migrationsPartial: true }),
  ],
  ['v8 from staging · changes not known · tests passed', {}, { state: 'unknown', because: 'x' }],
  ['v8 from staging · an older version · tests passed', {}, change({ direction: 'backward' })],
  ['v8 from staging', { tests: null }, null],
  [
    'v8 from staging · not running in staging yet',
    { stage: { state: 'waiting', failing: false, text: '', since: null, hook: null } },
    null,
  ],
])('reads: %s', (text, there, known) => {
  expect(waitingText({ version: 'v8', from: 'staging' }, cell('staging', 'v8', there), known)).toBe(text);
});
