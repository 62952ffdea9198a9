import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { monthOf } from '../../../shared/domain/attribution/operation-record';
import type { OperationEvent } from '../../../shared/domain/operation/operation-events';
import { type OperationRecord, replayOperation } from '../../../shared/domain/operation/operation-reducer';
import type { Ledger } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import {
  commitsOf,
  fileAt,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  unwrap,
} from '../../ledger/testing/release-repo';
import { noLog } from '../../log/log';
import { until } from '../../testing/until';
import { keepRouteRecords } from './route-records';

let estate: TestEstate;
let ledger: Ledger;
let base: string;
let closing: AbortController;
beforeEach(async () => {
  estate = await makeEstate({ [tagPath('production', 'frontend')]: tagFile('v8') });
  ledger = unwrap(await openLedger(estate.config('a')));
  base = unwrap(await ledger.refresh()).commit ?? '';
  closing = new AbortController();
});
afterEach(async () => {
  closing.abort();
  await ledger.close();
  await estate.close();
});

const commit = 'c'.repeat(40);

/** A journal of an operation that a workflow carries, as far as it has come. */
function journal(id: string, upTo: 'asked' | 'begun' | 'landed' | 'failed' | 'refused'): OperationRecord {
  const at = new Date().toISOString();
  const data = { route: 'workflow', base, before: null };
  const step = { at, step: 'commit' as const };
  const started = { ...data, run: 'deploy-image-1', name: 'deploy-image-1', namespace: 'apps' };
  const intended = (text: string, more: Record<string, unknown>): OperationEvent => ({
    type: 'side-effect-intended',
    ...step,
    effect: 'commit',
    text,
    data: more,
  });
  const failure = { code: 'refused' as const, message: 'It failed.', meaning: '', next: [] };
  const events: OperationEvent[] = [
    {
      type: 'requested',
      at,
      id,
      intent: {
        kind: 'deploy',
        app: 'frontend',
        environment: 'production',
        version: 'v7',
        expected: 'v8',
        reason: 'incident',
        override: ['migration'],
      },
      actor: 'Robin',
      seen: [],
    },
    { type: 'step-started', at, step: 'preflight' },
    { type: 'step-succeeded', at, step: 'preflight' },
    { type: 'step-started', ...step },
    intended('Submit.', data),
  ];
  if (upTo === 'refused')
    events.push(
      { type: 'side-effect-result', ...step, effect: 'commit', outcome: 'not-done', text: 'No.' },
      { type: 'step-failed', ...step, failure },
    );
  if (upTo !== 'asked' && upTo !== 'refused') events.push(intended('Submitted.', started));
  if (upTo === 'landed')
    events.push(
      { type: 'side-effect-result', ...step, effect: 'commit', outcome: 'done', text: 'Committed.', commit },
      { type: 'step-succeeded', ...step },
    );
  if (upTo === 'failed')
    events.push(
      { type: 'side-effect-result', ...step, effect: 'commit', outcome: 'not-done', text: 'It failed.' },
      { type: 'step-failed', ...step, failure },
    );
  const record = replayOperation(events);
  if (!record) throw new Error('no record');
  return record;
}

const world = (plan: 'push' | 'pull-request' = 'push') => ({
  ledger,
  estate: estate.config('a').estate as never,
  routes: { plan: () => ({ taken: plan, rest: null, routes: [] }) } as never,
  identity: () => ({ name: 'Robin', email: 'robin@example.invalid' }),
  now: () => new Date(),
  log: noLog,
});
const recorded = (id: string) =>
  fileAt(estate.gitDir, `.signalbox/operations/${monthOf(id)}/${id}.yaml`).catch(() => '');
const keep = (records: () => OperationRecord[], plan: 'push' | 'pull-request' = 'push') =>
  keepRouteRecords(world(plan), records, closing.signal);

describe('what a bot commits for somebody', () => {
  it('is recorded with who asked for it once it is begun, and with its commit once it has landed', async () => {
    const id = uuidv7();
    let upTo: Parameters<typeof journal>[1] = 'asked';
    const keeper = keep(() => [journal(id, upTo)]);
    keeper.look();
    upTo = 'begun';
    keeper.look();
    await until(async () => expect(await recorded(id)).toContain('state: begun'));
    expect(await recorded(id)).toContain('by: Robin\nemail: robin@example.invalid');
    upTo = 'landed';
    keeper.look();
    await until(async () => expect(await recorded(id)).toContain(`state: landed\ncommit: ${commit}`));
  });

  it('is recorded after a kill at any point, with all that is known, in one commit', async () => {
    const [landed, failed, refused] = [uuidv7(), uuidv7(), uuidv7()];
    const all = [journal(landed, 'landed'), journal(failed, 'failed'), journal(refused, 'refused')];
    keep(() => all).look();
    await until(async () => {
      expect(await recorded(landed)).toContain(`commit: ${commit}`);
      expect(await recorded(failed)).toContain('state: not-landed');
    });
    // Whoever starts again writes nothing twice, and what was refused at once was never begun.
    keep(() => all).look();
    await until(async () => expect(unwrap(await ledger.refresh()).commit).not.toBe(base));
    expect(await commitsOf(estate.gitDir)).toHaveLength(3);
    expect(await recorded(refused)).toBe('');
  });

  it('is not lost where the release repo is away: it is tried again', async () => {
    const id = uuidv7();
    estate.server.setFaults({ down: true });
    const keeper = keep(() => [journal(id, 'landed')]);
    keeper.look();
    await until(async () => expect(await ledger.refresh()).toMatchObject({ ok: false }));
    estate.server.setFaults({ down: false });
    await until(async () => expect(await recorded(id)).toContain(`commit: ${commit}`));
  });

  it('is the journal’s alone where only a review could write it, and where a push is refused', async () => {
    const id = uuidv7();
    keep(() => [journal(id, 'landed')], 'pull-request').look();
    estate.server.setFaults({ protectedMain: true });
    const told: string[] = [];
    const log = (_: string, what: string): void => {
      told.push(what);
    };
    keepRouteRecords({ ...world(), log }, () => [journal(id, 'landed')], closing.signal).look();
    await until(() => expect(told).toContain('routes.record-not-written'));
    expect(await commitsOf(estate.gitDir)).toHaveLength(1);
  });
});
