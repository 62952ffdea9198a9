import { describe, expect, it } from 'vitest';
import { type Job, type ResourceVersion, versionKey } from './answers';
import { effectWords } from './effect-words';
import { type BagInput, choose, effectOf, isSkipped, needTriggering, startOf } from './scheduling';

/** Bag n with id 100+n, as `…/versions` lists it. */
const bag = (number: number, enabled = true): ResourceVersion => ({
  id: 100 + number,
  version: { number: String(number), tag: `bag-${number}` },
  metadata: [],
  enabled,
});
const key = (number: number) => versionKey(bag(number).version);
const used = (...numbers: number[]) => new Set(numbers.map(key));
const nameOf = ({ version }: ResourceVersion) => `bag ${version.number}`;
const input = (over: Partial<BagInput> = {}): BagInput => ({
  versions: [bag(41), bag(40), bag(39), bag(38)],
  pin: null,
  passed: null,
  used: used(38, 40, 41),
  trigger: true,
  paused: null,
  isWaiting: false,
  ...over,
});
const words = (over: Partial<BagInput>, change: Parameters<typeof effectOf>[1]): string => {
  const facts = input(over);
  const effect = effectOf(facts, change);
  if (!effect) throw new Error('no effect');
  return effectWords(facts, change, effect, nameOf, 'staging').join(' ');
};

describe('rule 1: only a version that the job never used starts it', () => {
  it('starts for a new one, and not again', () => {
    expect(startOf(input({ used: used(40) }))).toMatchObject({ starts: true, version: { id: 141 } });
    expect(startOf(input())).toMatchObject({ starts: false, because: 'used' });
  });
  it('disabling the newest, or pinning an older one, that already ran triggers nothing', () => {
    const all = { used: used(38, 39, 40, 41) };
    expect(effectOf(input(all), { kind: 'disable', id: 141 })?.starts).toBeNull();
    expect(effectOf(input(all), { kind: 'pin', id: 139 })?.starts).toBeNull();
    expect(words(all, { kind: 'disable', id: 141 })).toBe(
      'Disabling bag 41 starts nothing: bag 40 was deployed in staging before.',
    );
  });
  it('a build that waits already takes what comes, used or not, and no other is made', () => {
    const blocked = { isWaiting: true, pin: bag(40).version, passed: [key(41)] };
    expect(startOf(input(blocked))).toMatchObject({ starts: false, because: 'no-version' });
    expect(effectOf(input(blocked), { kind: 'unpin' })).toMatchObject({
      starts: { id: 141 },
      after: { isWaiting: true },
    });
    expect(words(blocked, { kind: 'unpin' })).toBe(
      'Unpinning lets the build that waits in staging start with bag 41.',
    );
  });
  it('an input that does not trigger, or a pause, starts nothing', () => {
    expect(startOf(input({ used: used(), trigger: false }))).toMatchObject({ because: 'no-trigger' });
    expect(startOf(input({ used: used(), paused: 'job' }))).toMatchObject({ because: 'paused-job' });
    expect(effectOf(input({ used: used(), paused: 'pipeline' }), { kind: 'resume' })?.starts?.id).toBe(141);
  });
});

describe('rule 2: a skipped bag is new, and starts by itself', () => {
  it('when the newer ones are disabled', () => {
    const facts = { versions: [bag(41), bag(40, false), bag(39)], used: used(41) };
    expect(effectOf(input(facts), { kind: 'disable', id: 141 })).toMatchObject({
      starts: { id: 139 },
      wasSkipped: true,
    });
    expect(words(facts, { kind: 'disable', id: 141 })).toBe(
      'Disabling bag 41 makes bag 39, which was skipped, start by itself in staging within about 20 seconds. When it passes there, later environments take it in place of a newer bag: Concourse goes by what passed last.',
    );
  });
  it('when it is pinned, and when it is enabled while it is the newest', () => {
    expect(effectOf(input(), { kind: 'pin', id: 139 })).toMatchObject({
      starts: { id: 139 },
      wasSkipped: true,
    });
    const disabled = { versions: [bag(42, false), bag(41)], used: used(41) };
    expect(effectOf(input(disabled), { kind: 'enable', id: 142 })).toMatchObject({
      starts: { id: 142 },
      wasSkipped: false,
    });
  });
  it('is no news where the same would start without the change', () => {
    expect(effectOf(input({ used: used(38) }), { kind: 'disable', id: 140 })?.starts).toBeNull();
  });
  it('knows what was skipped', () => {
    expect([141, 140, 139, 138].map((id) => isSkipped(input(), bag(id - 100)))).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });
});

describe('rule 3: the newest is the first of the list', () => {
  it('not the one with the highest number', () => {
    expect(choose(input({ versions: [bag(39), bag(41)] }))).toMatchObject({ version: { id: 139 } });
  });
  it('of those that passed, the newest build’s, whatever was published last', () => {
    expect(choose(input({ passed: [key(39), key(41)] }))).toMatchObject({
      version: { id: 139 },
      because: 'newest-passed',
    });
  });
  it('versions are compared by value, whatever the order of their members', () => {
    expect(versionKey({ tag: 'a', number: '1' })).toBe(versionKey({ number: '1', tag: 'a' }));
  });
});

describe('rule 4: pins', () => {
  it('beat a disabled mark where the input has no `passed`', () => {
    const facts = input({ versions: [bag(41), bag(40, false)], pin: bag(40).version });
    expect(choose(facts)).toMatchObject({ version: { id: 140 }, because: 'pinned' });
    expect(
      words({ versions: [bag(41), bag(40, false)], used: used(41) }, { kind: 'pin', id: 140 }),
    ).toContain('bag 40 is disabled; Concourse still deploys it while it is pinned.');
    expect(words({ pin: bag(41).version }, { kind: 'disable', id: 141 })).toContain('bag 41 is pinned');
  });
  it('and not where it has one (`group_resolver.go`, `outputIsRelatedAndMatches`)', () => {
    const facts = input({
      versions: [bag(41), bag(40, false)],
      pin: bag(40).version,
      passed: [key(41), key(40)],
    });
    expect(choose(facts)).toEqual({ version: null, because: 'pin-not-passed' });
  });
  it('an id of another resource is none of this one’s: it would block the job', () => {
    expect(effectOf(input(), { kind: 'pin', id: 7 })).toBeNull();
    expect(choose(input({ pin: { number: '99' } }))).toEqual({ version: null, because: 'pin-unknown' });
  });
  it('in the config may name a part of the version', () => {
    expect(choose(input({ pin: { number: '39' } }))).toMatchObject({ version: { id: 139 } });
  });
  it('that goes lets the newest come', () => {
    expect(effectOf(input({ pin: bag(40).version, used: used(38, 40) }), { kind: 'unpin' })?.starts?.id).toBe(
      141,
    );
  });
});

describe('rule 6: after a start-deploy by hand', () => {
  const place = { team: 'preview', pipeline: 'deploy-notify' };
  const job = (name: string, bagTriggers: boolean, lockTriggers: boolean): Job => ({
    ...place,
    id: 1,
    name,
    paused: null,
    noManualTrigger: false,
    hasNewInputs: false,
    inputs: [
      { name: 'bag', resource: 'bag', passed: ['start-deploy'], trigger: bagTriggers },
      { name: 'lock', resource: 'lock', passed: ['start-deploy'], trigger: lockTriggers },
    ],
    outputs: [],
    next: null,
    finished: null,
  });
  const byHand = (isUsed: boolean, lockTriggers: boolean) =>
    needTriggering(
      [
        { job: job('deploy', true, lockTriggers), used: isUsed ? used(40) : used() },
        { job: job('test', true, false), used: used() },
        { job: job('promote', false, false), used: used() },
      ],
      'bag',
      bag(40).version,
    );
  it('jobs that the bag triggers do not follow for one that they used', () => {
    expect(byHand(true, false)).toEqual(['deploy', 'promote']);
  });
  it('they follow for one that they never used, or where the lock triggers them', () => {
    expect(byHand(false, false)).toEqual(['promote']);
    expect(byHand(true, true)).toEqual(['promote']);
  });
});
