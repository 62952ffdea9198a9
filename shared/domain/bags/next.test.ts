import { describe, expect, it } from 'vitest';
import { put, type RecordChange, recordFiles } from '../records/record-change';
import { readEntry } from '../records/record-entry';
import { autopilotMove, packingState } from './autopilot';
import { advance, recordPass, startDeployment } from './deploying';
import { forceUnlock, releaseLock, takeLock } from './locks';
import { type BagChain, brokenRules, judge, nextBag } from './next';
import { packBag, packService } from './packing';
import { gatherRecords, type PipelineRecords } from './pipeline-records';
import { changePolicy, type PolicyChange } from './policy';
import type { Bag, BagDeployment } from './records';

const chain: BagChain = { environments: ['preview', 'staging', 'production'], services: ['admin', 'api'] };
const images = { missingImages: () => [] };
const at = '2026-11-27T12:00:00.000Z';
const made = { by: 'Ada Morrow', at, operation: 'op' };
const actor = { by: 'Ada Morrow', email: 'ada@example.invalid', operation: 'op-new', at };

const bag = (
  number: number,
  services: Bag['services'] = { admin: { version: 'v1' }, api: { version: 'v1' } },
) =>
  put('bag', {
    pipeline: 'notify',
    bag: number,
    ...made,
    commit: 'c',
    source: 'running',
    reason: '',
    services,
  });
const pass = (environment: string, number: number, when = at) =>
  put('pass', {
    pipeline: 'notify',
    environment,
    bag: number,
    ...made,
    at: when,
    operation: `op-${number}`,
    tag: 't',
  });
const ran = (environment: string, number: number, token: number, state: BagDeployment['state'] = 'done') =>
  put('deployment', {
    pipeline: 'notify',
    environment,
    bag: number,
    ...made,
    operation: `op-${number}-${token}`,
    cause: 'manual',
    reason: '',
    token,
    state,
    since: at,
    replaced: null,
    leftRunning: [],
    tagged: true,
    tests: {},
    failure: null,
  });

const textOf = (change: RecordChange): string => {
  const written = recordFiles([change], () => null);
  return (written.ok && written.value.get(change.path)) || '';
};

function ledger(...changes: (RecordChange | { path: string; text: string })[]): PipelineRecords {
  return gatherRecords(
    'notify',
    changes.flatMap((one) => readEntry(one.path, 'text' in one ? one.text : textOf(one)) ?? []),
  );
}
const policyChanges = (changes: RecordChange[], change: PolicyChange): RecordChange[] => {
  const decision = changePolicy(ledger(...changes), chain, actor, change, 'because');
  if (decision.kind !== 'change') throw new Error(JSON.stringify(decision));
  return decision.changes;
};
const withPolicy = (changes: RecordChange[], change: PolicyChange): PipelineRecords =>
  ledger(...changes, ...policyChanges(changes, change));
/** Files after changes: what was put takes the place of what was there, what was taken away is gone. */
const applied = (files: RecordChange[], changes: RecordChange[]): RecordChange[] => [
  ...files.filter(({ path }) => !changes.some((change) => change.path === path)),
  ...changes.filter(({ value }) => value !== null),
];
const next = (records: PipelineRecords, environment = 'staging', cause: 'manual' | 'automatic' = 'manual') =>
  nextBag(records, chain, environment, cause, images);
const passed = [bag(1), bag(2), bag(3), pass('preview', 1), pass('preview', 2)];

describe('which bag is next', () => {
  it('is the newest packed one in the first environment, and the newest that passed in later ones', () => {
    expect(next(ledger(...passed), 'preview')).toMatchObject({ state: 'deploy', bag: 3 });
    expect(next(ledger(...passed))).toMatchObject({ state: 'deploy', bag: 2 });
    expect(next(ledger(...passed), 'production')).toMatchObject({ rule: 'nothing-deployable' });
  });
  it('is called the newest only where it is: newer ones that are marked bad are named', () => {
    const files = [...passed, pass('preview', 3)];
    const because = (records: PipelineRecords, environment = 'staging') => {
      const found = next(records, environment);
      return 'why' in found ? found.why : '';
    };
    expect(because(ledger(...files))).toBe('Bag 3 is the newest bag that passed preview.');
    expect(because(withPolicy(files, { action: 'mark-bad', environment: 'staging', bag: 3 }))).toBe(
      'Bag 2 is the newest bag that passed preview and is not marked bad in staging (bag 3 is).',
    );
    expect(
      because(withPolicy(files, { action: 'mark-bad', environment: 'preview', bag: 3 }), 'preview'),
    ).toBe('Bag 2 is the newest bag that is not marked bad in preview (bag 3 is).');
    // A person's own choice of an older one is no rule's, nor is one beside the pin pinned.
    const pinned = withPolicy(files, { action: 'pin', environment: 'staging', bag: 2 });
    for (const records of [ledger(...files), pinned])
      expect(judge(records, chain, 'staging', 1, 'manual', images)).toMatchObject({
        why: 'Bag 1 is a person’s own choice.',
      });
  });
  it('is never deployed by an autopilot because a policy changed, but goes on with what comes afterwards', () => {
    for (const change of [
      { action: 'pin', environment: 'staging', bag: 1 },
      { action: 'freeze', environment: 'staging', bag: 1 },
      { action: 'mark-bad', environment: 'staging', bag: 2 },
    ] as const) {
      const changed = policyChanges(passed, change);
      expect(next(ledger(...passed, ...changed), 'staging', 'automatic'), change.action).toMatchObject({
        state: 'needs-person',
        bag: 1,
      });
      // Taking it away deploys nothing either; a bag that passes afterwards does go on.
      const back =
        change.action === 'mark-bad'
          ? ({ action: 'clear-bad', environment: 'staging', bag: 2 } as const)
          : ({ action: 'unpin', environment: 'staging' } as const);
      const gone = ledger(...applied([...passed, ...changed], policyChanges([...passed, ...changed], back)));
      expect(next(gone, 'staging', 'automatic'), back.action).toMatchObject({
        state: 'needs-person',
        bag: 2,
      });
      expect(next(gone, 'staging', 'manual'), back.action).toMatchObject({ state: 'deploy', bag: 2 });
      const later = ledger(
        ...applied([...passed, ...changed], policyChanges([...passed, ...changed], back)),
        pass('preview', 3),
      );
      expect(next(later, 'staging', 'automatic')).toMatchObject({ state: 'deploy', bag: 3 });
    }
  });
  it('goes no further by itself once it is marked bad where it passed, whichever of the two came first', () => {
    const mark = policyChanges(passed, { action: 'mark-bad', environment: 'preview', bag: 2 });
    // GitHub merges both where they land at the same moment: the pass does not know of the mark, nor it of the pass.
    const early = policyChanges(passed.slice(0, 4), { action: 'mark-bad', environment: 'preview', bag: 2 });
    for (const marked of [mark, early]) {
      const files = applied(passed, marked);
      expect(next(ledger(...files), 'staging', 'automatic')).toMatchObject({
        state: 'needs-person',
        bag: 2,
        why: expect.stringContaining('marked bad there by Ada Morrow'),
      });
      expect(next(ledger(...files))).toMatchObject({
        state: 'deploy',
        bag: 2,
        warnings: ['never-here', 'bad-before'],
      });
      // Taking the mark away is a change of policy, and deploys nothing either.
      const cleared = policyChanges(files, { action: 'clear-bad', environment: 'preview', bag: 2 });
      const after = applied(files, cleared);
      expect(next(ledger(...after), 'staging', 'automatic')).toMatchObject({ state: 'needs-person', bag: 2 });
      expect(next(ledger(...after, pass('preview', 3)), 'staging', 'automatic')).toMatchObject({
        state: 'deploy',
        bag: 3,
      });
    }
  });
  it('goes by the number alone: passing again after a rollback makes no bag newer', () => {
    const again = pass('preview', 1, '2026-12-01T00:00:00.000Z');
    expect(next(ledger(...passed, again))).toMatchObject({ bag: 2 });
  });
  it('keeps a pin, and never falls back from one that cannot be kept', () => {
    const pin = (number: number) =>
      withPolicy(passed, { action: 'pin', environment: 'staging', bag: number });
    expect(next(pin(1))).toMatchObject({ state: 'deploy', bag: 1 });
    expect(next(pin(3))).toMatchObject({
      state: 'blocked',
      rule: 'pinned-not-passed',
      why: 'staging is pinned to bag 3 by Ada Morrow, which has not passed preview.',
    });
    const both = ledger(
      ...passed,
      put('pin', { pipeline: 'notify', environment: 'staging', bag: 2, freeze: true, ...made, reason: 'x' }),
      put('bad-bag', { pipeline: 'notify', environment: 'staging', bag: 2, ...made, reason: 'x' }),
    );
    expect(next(both)).toMatchObject({ rule: 'pinned-and-bad' });
  });
  it('leaves bad bags out, in that environment alone', () => {
    const records = withPolicy(passed, { action: 'mark-bad', environment: 'staging', bag: 2 });
    expect(next(records)).toMatchObject({ bag: 1 });
    expect(next(records, 'preview')).toMatchObject({ bag: 3 });
  });
  it('is blocked by an image that is not there', () => {
    const missing = { missingImages: () => ['api v1'] };
    expect(nextBag(ledger(...passed), chain, 'staging', 'manual', missing)).toMatchObject({
      rule: 'missing-image',
    });
  });
  it('does by itself nothing twice and nothing backwards, and warns a person of both', () => {
    const failed = ledger(...passed, ran('staging', 2, 1, 'deploy-failed'));
    expect(next(failed, 'staging', 'automatic')).toMatchObject({ state: 'nothing', bag: 2 });
    expect(next(failed)).toMatchObject({ state: 'deploy', warnings: ['same', 'failed-before'] });
    const newer = ledger(...passed, ran('staging', 3, 1));
    expect(next(newer, 'staging', 'automatic')).toMatchObject({ state: 'needs-person', bag: 2 });
    expect(next(newer)).toMatchObject({ warnings: ['older', 'never-here'] });
  });
  it('counts what was started last as what runs, failed or not', () => {
    const records = ledger(...passed, ran('preview', 3, 5, 'abandoned'), ran('preview', 1, 4));
    expect(next(records, 'preview', 'manual')).toMatchObject({ warnings: ['same', 'failed-before'] });
  });
});

describe('a file that cannot be read', () => {
  const broken = (path: string) => ({ path: `.signalbox/${path}`, text: 'bag: [1\n' });
  it.each([
    ['a bag', 'bags/notify/2.yaml', ['staging'], ['preview', 'production']],
    [
      'the only pass of the newest',
      'passes/notify/preview/3.op-x.yaml',
      ['staging'],
      ['preview', 'production'],
    ],
    ['a pin', 'policy/notify/pins/staging.yaml', ['staging'], ['preview', 'production']],
    ['a bad mark', 'bad/notify/environments/staging/2.yaml', ['staging'], ['preview', 'production']],
    ['a lock', 'locks/notify/staging.yaml', [], ['preview', 'staging', 'production']],
  ])('blocks, by name, what depends on %s and nothing else', (_, path, blocked, free) => {
    const rule = (environment: string) => {
      const one = next(ledger(...passed, broken(path)), environment);
      return one.state === 'blocked' ? one.rule : one.state;
    };
    for (const environment of blocked) {
      expect(rule(environment)).toBe('unreadable');
      expect(next(ledger(...passed, broken(path)), environment)).toMatchObject({
        why: expect.stringContaining(path),
      });
    }
    for (const environment of free) expect(rule(environment)).not.toBe('unreadable');
  });
  it('keeps its own environment from being locked, and no other', () => {
    const records = ledger(...passed, broken('locks/notify/staging.yaml'));
    const lock = (environment: string) =>
      takeLock(records, environment, actor, { kind: 'bag', reason: '', until: null }).kind;
    expect([lock('staging'), lock('preview')]).toEqual(['refusal', 'change']);
  });
  it('says another thing than its path, and is not believed', () => {
    const text = textOf(bag(7));
    expect(ledger({ path: '.signalbox/bags/notify/8.yaml', text }).bags.get(8)).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining('does not match the file') },
    });
  });
  it('switches the autopilot off where its switch is the file', () => {
    const records = ledger(...passed, broken('policy/notify/autopilot/staging.yaml'));
    expect(autopilotMove(records, chain, 'staging', true, images).action).toBe('wait');
    expect(autopilotMove(records, chain, 'preview', true, images).action).toBe('deploy');
  });
});

describe('autopilots', () => {
  const move = (change: PolicyChange, environment: string) =>
    autopilotMove(withPolicy(passed, change), chain, environment, true, images);
  it('are off for an environment, or altogether, as soon as anybody says so', () => {
    const there: PolicyChange = { action: 'autopilot', environment: 'staging', on: false };
    expect(move(there, 'staging')).toMatchObject({
      action: 'wait',
      why: expect.stringContaining('Ada Morrow'),
    });
    expect(move(there, 'preview')).toEqual({ action: 'deploy', bag: 3 });
    const everywhere: PolicyChange = { action: 'autopilot', environment: null, on: false };
    expect(move(everywhere, 'staging').action).toBe('wait');
    expect(move(everywhere, 'preview').action).toBe('wait');
  });
  it('pack new images by themselves as the estate file says, until somebody switches that', () => {
    expect(packingState(ledger(), false)).toMatchObject({ on: false, by: null });
    const switched = policyChanges([], { action: 'automatic-packing', on: true });
    expect(packingState(ledger(...switched), false)).toMatchObject({ on: true, by: 'Ada Morrow' });
    const broken = switched.map(({ path }) => ({ path, text: 'on: perhaps' }));
    expect(packingState(ledger(...broken), true).on).toBe(false);
  });
  it('wait while anybody holds the lock', () => {
    const lock = takeLock(ledger(...passed), 'staging', actor, {
      kind: 'manual',
      reason: 'test',
      until: null,
    });
    if (lock.kind !== 'change') throw new Error('no lock');
    const records = ledger(...passed, ...lock.changes);
    expect(autopilotMove(records, chain, 'staging', true, images)).toEqual({
      action: 'wait',
      why: 'Locked by Ada Morrow.',
    });
  });
});

describe('a lock taken by hand', () => {
  /** The ledger's files after a commit: one per path. */
  const landed = (files: RecordChange[], changes: RecordChange[]): RecordChange[] => [
    ...new Map([...files, ...changes].map((one) => [one.path, one])).values(),
  ];
  const apply = (records: RecordChange[], decision: ReturnType<typeof takeLock>) => {
    if (decision.kind !== 'change') throw new Error(JSON.stringify(decision));
    return { files: landed(records, decision.changes), hold: decision.value };
  };
  const byHand = apply(
    passed,
    takeLock(
      ledger(...passed),
      'staging',
      { ...actor, operation: 'op-hand' },
      {
        kind: 'manual',
        reason: 'only me',
        until: null,
      },
    ),
  );
  const deploy = { kind: 'bag' as const, reason: '', until: null, overOwn: true };
  const taken = apply(byHand.files, takeLock(ledger(...byHand.files), 'staging', actor, deploy));
  const lockOf = (records: PipelineRecords) => {
    const { lock } = records.environment('staging');
    return lock?.ok ? lock.value : null;
  };
  const wish = {
    bag: 2,
    cause: 'manual' as const,
    byRule: true,
    running: null,
    reason: '',
    overridden: [],
    leaveRunning: [],
  };

  it('keeps others out, and autopilots of its holder, but not the holder', () => {
    const records = ledger(...byHand.files);
    const other = { ...actor, by: 'Odalys Brandt', email: 'o@example.invalid' };
    expect(takeLock(records, 'staging', other, deploy)).toMatchObject({ failure: { code: 'busy' } });
    expect(takeLock(records, 'staging', actor, { ...deploy, overOwn: false })).toMatchObject({
      failure: { code: 'busy' },
    });
    expect(taken.hold.token).toBe(byHand.hold.token + 1);
  });
  it('comes back to its holder with the pass, under a token of its own', () => {
    const started = startDeployment(
      ledger(...taken.files),
      chain,
      'staging',
      actor,
      taken.hold,
      wish,
      images,
    );
    if (started.kind !== 'change') throw new Error(JSON.stringify(started));
    let files = landed(taken.files, started.changes);
    for (const event of ['deploy-done', 'tests-begin'] as const) {
      const moved = advance(ledger(...files), 'staging', actor, taken.hold, event);
      if (moved.kind !== 'change') throw new Error(JSON.stringify(moved));
      files = landed(files, moved.changes);
    }
    const pass = recordPass(ledger(...files), 'staging', actor, taken.hold, {});
    if (pass.kind !== 'change') throw new Error(JSON.stringify(pass));
    const after = ledger(...landed(files, pass.changes));
    expect(lockOf(after)).toMatchObject({
      token: taken.hold.token + 1,
      held: { kind: 'manual', operation: 'op-hand', reason: 'only me', bag: null },
    });
    expect(recordPass(after, 'staging', actor, taken.hold, {})).toMatchObject({
      kind: 'nothing',
      value: { passed: true },
    });
  });
  it('comes back where the deployment never began, and a force-unlock takes all of it away', () => {
    const given = releaseLock(ledger(...taken.files), 'staging', taken.hold);
    if (given.kind !== 'change') throw new Error(JSON.stringify(given));
    const after = ledger(...taken.files, ...given.changes);
    expect(lockOf(after)?.held).toMatchObject({ kind: 'manual', operation: 'op-hand' });
    expect(releaseLock(after, 'staging', taken.hold).kind).toBe('nothing');
    const forced = forceUnlock(ledger(...taken.files), 'staging', actor, {
      token: taken.hold.token,
      reason: 'gone home',
    });
    if (forced.kind !== 'change') throw new Error(JSON.stringify(forced));
    expect(lockOf(ledger(...taken.files, ...forced.changes))?.held).toBeNull();
  });
});

describe('a bag that lacks a service', () => {
  const lacking = [bag(1, { api: { version: 'v1' } })];
  const start = (leaveRunning: string[]) => {
    const lock = takeLock(ledger(...lacking), 'preview', actor, { kind: 'bag', reason: '', until: null });
    if (lock.kind !== 'change') throw new Error('no lock');
    const wish = {
      bag: 1,
      cause: 'manual' as const,
      byRule: true,
      running: null,
      reason: '',
      overridden: [],
      leaveRunning,
    };
    const records = ledger(...lacking, ...lock.changes);
    return startDeployment(records, chain, 'preview', actor, lock.value, wish, images);
  };
  it('is blocked unless a person chose to leave the service running', () => {
    expect(start([])).toMatchObject({
      kind: 'refusal',
      failure: { message: expect.stringContaining('admin') },
    });
    expect(start(['admin'])).toMatchObject({ kind: 'change', value: { leftRunning: ['admin'] } });
  });
  it('is left to a person by autopilots', () => {
    expect(autopilotMove(ledger(...lacking), chain, 'preview', true, images)).toEqual({
      action: 'wait',
      why: 'Bag 1 does not include admin. A person has to decide.',
    });
    expect(next(ledger(...lacking), 'preview', 'automatic')).toMatchObject({ state: 'needs-person' });
  });
});

describe('packing', () => {
  const contents = { admin: { version: 'v1' }, api: { version: 'v2' } };
  const wish = { contents, commit: 'c', source: 'running' as const, last: 1, force: false, reason: '' };
  const pack = (records: PipelineRecords, change: Partial<typeof wish> = {}) =>
    packBag(records, chain.services, actor, { ...wish, ...change });
  it('gives the next number, and refuses an empty difference unless forced', () => {
    expect(pack(ledger(bag(1)))).toMatchObject({ kind: 'change', value: { bag: 2 } });
    expect(pack(ledger(bag(1, contents)))).toMatchObject({
      failure: { message: 'No changes since bag 1.' },
    });
    expect(pack(ledger(bag(1, contents)), { force: true })).toMatchObject({ value: { bag: 2 } });
    expect(pack(ledger(bag(1), bag(2)))).toMatchObject({ kind: 'refusal', failure: { code: 'conflict' } });
  });
  it('honours pins and bad versions of services', () => {
    const pinned = withPolicy([bag(1)], { action: 'pin-service', service: 'api', version: 'v9' });
    expect(pack(pinned)).toMatchObject({ kind: 'refusal', failure: { code: 'conflict' } });
    const bad = withPolicy([bag(1)], { action: 'mark-version-bad', service: 'api', version: 'v2' });
    expect(pack(bad)).toMatchObject({
      kind: 'refusal',
      failure: { message: expect.stringContaining('bad') },
    });
  });
});

describe('a version that is marked bad for everywhere', () => {
  const marked = (app: string, imageTag: string) =>
    put('mark', { app, imageTag, ...made, reason: '500s on search' });
  const old = { admin: { version: 'v1' }, api: { version: 'v1' } };
  const broken = { admin: { version: 'v1' }, api: { version: 'v2' } };
  const two = [bag(1, old), bag(2, broken)];

  it('keeps every bag that has it from everywhere, and an unreadable mark counts', () => {
    for (const mark of [marked('api', 'v2'), { path: '.signalbox/marks/api/v2.yaml', text: 'not: [a mark' }])
      for (const cause of ['automatic', 'manual'] as const) {
        const records = ledger(...two, mark);
        expect(nextBag(records, chain, 'preview', cause, images)).toMatchObject({ state: 'deploy', bag: 1 });
        expect(nextBag(ledger(...two), chain, 'preview', cause, images)).toMatchObject({ bag: 2 });
      }
    // The same version of another app is another one.
    expect(
      nextBag(ledger(...two, marked('admin', 'v2')), chain, 'preview', 'automatic', images),
    ).toMatchObject({
      bag: 2,
    });
  });

  it('asks a reason of whoever deploys such a bag by hand', () => {
    expect(brokenRules(ledger(...two, marked('api', 'v2')), chain, 'preview', 2)).toEqual([
      { rule: 'bad', text: 'Bag 2 includes api v2, which Ada Morrow marked bad: 500s on search' },
    ]);
  });

  it('blocks an environment that is pinned to such a bag', () => {
    const pin = policyChanges(two, { action: 'pin', environment: 'preview', bag: 2 });
    expect(
      nextBag(ledger(...two, ...pin, marked('api', 'v2')), chain, 'preview', 'manual', images),
    ).toMatchObject({
      state: 'blocked',
      rule: 'pinned-and-bad',
    });
  });

  it('is not packed', () => {
    expect(packService(ledger(marked('api', 'v2')), 'api', ['v2', 'v1'])).toMatchObject({
      state: 'taken',
      version: 'v1',
    });
  });
});
