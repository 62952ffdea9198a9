import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chains } from '../estate/chain';
import { claimsOn, correctedClaims, type FlagClaim, flagKey, releaseFlags } from '../hold/flag-claims';
import { holdPlan } from '../hold/hold-plan';
import type { HoldRecord } from '../hold/hold-record';
import type { RecordChange } from '../records/record-change';
import { activeFreezes, covers, type Freeze, type FreezeScope, freezePhase, scopeText } from './freeze';
import {
  askedAtMerge,
  asking,
  askingNothing,
  covering,
  type FlagFiles,
  frozenEnvironments,
  gatesOf,
  thawPlan,
  uncovered,
} from './freeze-flags';

const environments = ['integration', 'staging', 'production'];
const chains = {
  pipelines: [
    { kind: 'apps', name: 'apps', environments },
    { kind: 'bags', name: 'notify', environments: ['preview', 'live'] },
  ],
  environments: [...environments, 'preview', 'live'].map((name) => ({ name })),
} as unknown as Chains;
const beforeOf = (environment: string): string | null =>
  environments[environments.indexOf(environment) - 1] ?? null;
const everything: FreezeScope = { app: null, environment: null, pipeline: null };

const freezeOf = (change: Partial<Freeze>): Freeze => ({
  ...everything,
  operation: '01',
  by: 'Ada Morrow',
  email: 'ada@example.invalid',
  at: '2026-11-27T15:00:00.000Z',
  reason: 'Budget day',
  from: '2026-11-27T15:00:00.000Z',
  until: null,
  automatic: true,
  manual: 'warn',
  begun: null,
  changed: {},
  ...change,
});

type Flag = boolean | null;

/** Flags, holds and freezes as consoles write them: each action is one commit, or nothing of it where the console dies. */
class Ledger {
  flags = new Map<string, Flag>();
  /** What people last set, or the app came with. */
  wanted = new Map<string, Flag>();
  holds: HoldRecord[] = [];
  freezes: Freeze[] = [];
  next = 1;
  /** Freezes whose flags only a reviewed pull request changes, and what theirs would set each flag to, from what. */
  reviewed = new Set<string>();
  pulls = new Map<string, Map<string, { from: Flag; to: Flag }>>();

  add(app: string, flag: Flag): void {
    for (const environment of environments) {
      const key = flagKey(environment, app);
      if (this.flags.has(key)) continue;
      this.flags.set(key, flag);
      this.wanted.set(key, flag);
    }
  }
  files(): FlagFiles {
    const found = new Map<string, Map<string, { automaticDeploys: Flag }>>();
    for (const [key, automaticDeploys] of this.flags) {
      const [environment = '', app = ''] = key.split('/');
      found.set(environment, (found.get(environment) ?? new Map()).set(app, { automaticDeploys }));
    }
    return found;
  }
  flag =
    (app: string) =>
    (environment: string): Flag | undefined =>
      this.flags.get(flagKey(environment, app));
  claims = (app: string): readonly FlagClaim[] => claimsOn(app, this.holds, this.freezes);
  /** By a person, in the file itself, past Signalbox. */
  set(app: string, environment: string, flag: Flag): void {
    const key = flagKey(environment, app);
    const isClaimed = this.claims(app).some((one) => one.environment === environment);
    const isOff = this.flags.get(key) === false;
    // Who switches off what is off already changes nothing, and nobody can tell that they meant it. What is off by a pull
    // request that only waits is theirs.
    if (!this.flags.has(key) || ((isClaimed || isOff) && flag === false)) return;
    this.flags.set(key, flag);
    this.wanted.set(key, flag);
  }
  write(records: readonly RecordChange[]): void {
    for (const { kind, value } of records) {
      if (kind === 'hold') {
        const hold = value as HoldRecord;
        this.holds = this.holds.map((one) =>
          one.app === hold.app && one.environment === hold.environment ? hold : one,
        );
      } else {
        const freeze = value as Freeze;
        this.freezes = this.freezes.map((one) => (one.operation === freeze.operation ? freeze : one));
      }
    }
  }
  hold(app: string, environment: string): void {
    if (this.holds.some((one) => one.app === app && one.environment === environment)) return;
    const changed = holdPlan(environment, beforeOf(environment), this.flag(app), this.claims(app));
    const flags = changed.map((one) => ({
      app,
      environment: one.environment,
      now: this.flag(app)(one.environment) ?? null,
    }));
    this.write(correctedClaims(flags, this.claims));
    for (const one of changed) this.flags.set(flagKey(one.environment, app), false);
    const { by, at: since, reason, operation } = freezeOf({});
    this.holds.push({ app, environment, by, since, reason, operation, imageTag: null, changed });
  }
  release(app: string, environment: string): void {
    const ended = this.holds.filter((one) => one.app === app && one.environment === environment);
    this.holds = this.holds.filter((one) => !ended.includes(one));
    for (const { environment: name, to } of releaseFlags(
      claimsOn(app, ended, []),
      this.flag(app),
      this.claims(app),
    ).restore)
      this.flags.set(flagKey(name, app), to);
  }
  freeze(change: Partial<Freeze>, isReviewed = false): void {
    const operation = String(this.next++).padStart(4, '0');
    if (isReviewed) this.reviewed.add(operation);
    this.freezes.push(freezeOf({ ...change, operation }));
  }
  put(freeze: Freeze): void {
    this.freezes = this.freezes.map((one) => (one.operation === freeze.operation ? freeze : one));
  }
  othersOf = (operation: string) => (app: string) =>
    this.claims(app).filter((one) => one.freeze?.operation !== operation);
  /** Asks for what is still to be switched off; one request at a time. */
  ask(freeze: Freeze): void {
    if (this.pulls.has(freeze.operation)) return;
    const more = uncovered(freeze, chains, this.files(), this.claims);
    if (more.length === 0) return;
    this.write(correctedClaims(more, this.othersOf(freeze.operation)));
    const asked = asking(freeze, more, { operation: freeze.operation, by: freeze.by, at: freeze.at });
    this.put(asked);
    const keys = Object.entries(asked.asked?.files ?? {});
    const diff = new Map(keys.map(([key, from]) => [key, { from, to: false as Flag }]));
    if (diff.size > 0) this.pulls.set(freeze.operation, diff);
    else this.put(askingNothing(asked));
  }
  /** What a freeze that is over would give back, anew where something else claims it by now. */
  askBack(freeze: Freeze): void {
    const diff = new Map<string, { from: Flag; to: Flag }>();
    for (const [app, { restore }] of thawPlan(freeze, this.files(), this.othersOf(freeze.operation)))
      for (const { environment, to } of restore) diff.set(flagKey(environment, app), { from: false, to });
    this.pulls.delete(freeze.operation);
    if (diff.size > 0) this.pulls.set(freeze.operation, diff);
    else this.freezes = this.freezes.filter((one) => one.operation !== freeze.operation);
  }
  /** As GitHub does it: what main changed otherwise since is a conflict, and nothing is merged. */
  merge(operation: string): FlagFiles | null {
    const diff = this.pulls.get(operation);
    if (!diff) return null;
    const conflicts = [...diff].some(([key, { from, to }]) => {
      const now = this.flags.get(key);
      return now !== from && now !== to;
    });
    if (conflicts) return null;
    const before = this.files();
    for (const [key, { to }] of diff) this.flags.set(key, to);
    this.pulls.delete(operation);
    return before;
  }
  /** A reviewer's verdict, and what a console makes of it. */
  review(operation: string, isGood: boolean): void {
    const freeze = this.freezes.find((one) => one.operation === operation);
    if (!freeze || !this.pulls.has(operation)) return;
    // Consoles follow what they ask for: by the time of the merge it is what it should be.
    if (freeze.lifted) this.askBack(freeze);
    const before = isGood ? this.merge(operation) : null;
    if (before) {
      if (freeze.lifted) this.askBack(freeze);
      else
        this.put({
          ...askingNothing(freeze),
          changed: {
            ...askedAtMerge(freeze, before, this.othersOf(operation)).asked?.files,
            ...freeze.changed,
          },
          begun: freeze.at,
        });
    } else if (!freeze.lifted) {
      this.pulls.delete(operation);
      this.put(askingNothing(freeze));
    }
  }
  lift(operation: string): void {
    const freeze = this.freezes.find((one) => one.operation === operation);
    if (!freeze || freeze.lifted) return;
    // Its request is closed first.
    this.pulls.delete(operation);
    const { by, at } = freeze;
    const lifted = { ...askingNothing(freeze), lifted: { operation, by, at } };
    this.put(lifted);
    this.askBack(lifted);
  }
  /** What the autopilot of any console does: begins, covers and thaws by the clock. */
  look(now: Date): void {
    for (const { operation } of [...this.freezes]) {
      const freeze = this.freezes.find((one) => one.operation === operation);
      if (!freeze) continue;
      const phase = freezePhase(freeze, now);
      const isReviewed = this.reviewed.has(operation);
      if (isReviewed && freeze.lifted) this.askBack(freeze);
      else if (phase === 'ended') isReviewed ? this.lift(operation) : this.thaw(operation);
      if (phase === 'active') isReviewed ? this.ask(freeze) : this.cover(freeze);
    }
  }
  cover(freeze: Freeze): void {
    const more = uncovered(freeze, chains, this.files(), this.claims);
    this.write(correctedClaims(more, this.claims));
    for (const { app, environment } of more) this.flags.set(flagKey(environment, app), false);
    this.freezes = this.freezes.map((one) =>
      one.operation === freeze.operation ? covering(one, more) : one,
    );
  }
  thaw(operation: string): void {
    if (this.reviewed.has(operation)) {
      this.lift(operation);
      return;
    }
    const freeze = this.freezes.find((one) => one.operation === operation);
    if (!freeze) return;
    this.freezes = this.freezes.filter((one) => one !== freeze);
    for (const [app, { restore }] of thawPlan(freeze, this.files(), this.claims))
      for (const { environment, to } of restore) this.flags.set(flagKey(environment, app), to);
  }
}

// Few of them, so that they meet.
const app = fc.constantFrom('frontend', 'router');
const environment = fc.constantFrom('production', 'staging', 'staging', 'integration');
const flag = fc.constantFrom(true, false, null);
const minute = fc.integer({ min: 0, max: 100 });
const scope: fc.Arbitrary<FreezeScope> = fc.oneof(
  fc.constant(everything),
  environment.map((name) => ({ ...everything, environment: name })),
  app.map((name) => ({ ...everything, app: name })),
  fc.tuple(app, environment).map(([one, two]) => ({ app: one, environment: two, pipeline: null })),
  fc.constantFrom('apps', 'notify').map((pipeline) => ({ ...everything, pipeline })),
);
const action = fc.oneof(
  fc.record({ do: fc.constant('hold' as const), app, environment }),
  fc.record({ do: fc.constant('release' as const), app, environment }),
  fc.record({
    do: fc.constant('freeze' as const),
    scope,
    from: fc.oneof(fc.constant(0), minute),
    lasts: fc.option(minute, { nil: null }),
    automatic: fc.constantFrom(true, true, false),
    isReviewed: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('review' as const),
    which: fc.integer({ min: 1, max: 5 }),
    isGood: fc.constantFrom(true, true, false),
  }),
  fc.record({ do: fc.constant('thaw' as const), which: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constant('look' as const) }),
  fc.record({ do: fc.constant('set' as const), app, environment, flag }),
  fc.record({ do: fc.constant('add' as const), app: fc.constantFrom('new-app', 'newer-app'), flag }),
);
const at = (minutes: number): Date => new Date(Date.UTC(2026, 10, 27, 15, minutes));

describe('freezes and holds', () => {
  it('leave every flag as people last set it, in whatever order they overlap, end and are lifted', () => {
    fc.assert(
      fc.property(
        // A console that dies has done nothing of an action: it is one commit.
        fc.array(fc.tuple(action, fc.boolean(), fc.nat(5)), { maxLength: 30 }),
        fc.array(fc.nat(20), { minLength: 20, maxLength: 20 }),
        flag,
        (actions, order, first) => {
          const ledger = new Ledger();
          ledger.add('frontend', first);
          ledger.add('router', true);
          let now = 0;
          for (const [one, isKilled, passes] of actions) {
            now += passes;
            if (isKilled) continue;
            if (one.do === 'hold') ledger.hold(one.app, one.environment);
            if (one.do === 'release') ledger.release(one.app, one.environment);
            if (one.do === 'set') ledger.set(one.app, one.environment, one.flag);
            if (one.do === 'add') ledger.add(one.app, one.flag);
            if (one.do === 'look') ledger.look(at(now));
            if (one.do === 'thaw') ledger.thaw(String(one.which).padStart(4, '0'));
            if (one.do === 'review') ledger.review(String(one.which).padStart(4, '0'), one.isGood);
            if (one.do === 'freeze') {
              const until = one.lasts === null ? null : at(Math.max(now, one.from) + one.lasts).toISOString();
              const from = at(one.from).toISOString();
              ledger.freeze({ ...one.scope, automatic: one.automatic, from, until }, one.isReviewed);
              ledger.look(at(now));
            }
          }
          // What is wanted off by anybody is off, but for what a person switched on since.
          const ends = [
            ...ledger.freezes.map(
              ({ operation }) =>
                () =>
                  ledger.thaw(operation),
            ),
            ...ledger.holds.map((one) => () => ledger.release(one.app, one.environment)),
          ].map((end, index) => ({ end, place: order[index % order.length] ?? 0 }));
          for (const { end } of ends.sort((a, b) => a.place - b.place)) end();
          // What is to be given back is asked for until it is merged.
          for (let round = 0; round < 10 && ledger.freezes.length > 0; round++)
            for (const { operation } of [...ledger.freezes]) ledger.review(operation, true);
          expect([...ledger.flags]).toEqual([...ledger.wanted]);
          expect([...ledger.freezes, ...ledger.holds]).toEqual([]);
        },
      ),
      { numRuns: Number(process.env.SIGNALBOX_FREEZE_RUNS || 500) },
    );
  });

  it('in force have the flags off that gate what is frozen, those of apps that came later too', () => {
    const ledger = new Ledger();
    ledger.add('frontend', true);
    ledger.freeze({ environment: 'production' });
    ledger.look(at(1));
    ledger.add('new-app', null);
    ledger.look(at(2));
    expect(Object.fromEntries(ledger.flags)).toEqual({
      'integration/frontend': true,
      // The gate into production: docs/argo.md.
      'staging/frontend': false,
      'production/frontend': true,
      'integration/new-app': null,
      'staging/new-app': false,
      'production/new-app': null,
    });
    expect(ledger.freezes[0]?.changed).toEqual({ 'staging/frontend': true, 'staging/new-app': null });
  });

  it('that overlap keep a flag off until the last of them has gone', () => {
    const ledger = new Ledger();
    ledger.add('frontend', null);
    ledger.freeze({ environment: 'production', until: at(10).toISOString() });
    ledger.freeze({ until: at(20).toISOString() });
    ledger.look(at(1));
    ledger.hold('frontend', 'production');
    ledger.look(at(11));
    expect(ledger.flags.get('staging/frontend')).toBe(false);
    ledger.look(at(21));
    expect(ledger.flags.get('staging/frontend')).toBe(false);
    expect(ledger.flags.get('integration/frontend')).toBeNull();
    ledger.release('frontend', 'production');
    expect(ledger.flags.get('staging/frontend')).toBeNull();
  });

  it.each([
    ['first', ['0002', '0001']],
    ['last', ['0001', '0002']],
  ])('give back what a person switched on in between, though the newer one goes %s', (_, ends) => {
    const ledger = new Ledger();
    ledger.add('frontend', null);
    ledger.freeze({ environment: 'production' });
    ledger.look(at(1));
    ledger.hold('frontend', 'production');
    ledger.set('frontend', 'staging', true);
    // It is theirs: the freeze that switched it off does not do so again.
    ledger.look(at(2));
    expect(ledger.flags.get('staging/frontend')).toBe(true);
    ledger.freeze({});
    ledger.look(at(3));
    expect(ledger.flags.get('staging/frontend')).toBe(false);
    for (const operation of ends) ledger.thaw(operation);
    ledger.release('frontend', 'production');
    expect([...ledger.flags]).toEqual([...ledger.wanted]);
  });
});

describe('the scope of a freeze', () => {
  it.each<[Partial<FreezeScope>, string, string[], string[]]>([
    [{}, 'everything', ['staging', 'production'], ['integration']],
    [{ environment: 'production' }, 'production', ['production'], []],
    [{ environment: 'integration' }, 'integration', [], ['integration']],
    [{ pipeline: 'apps' }, 'the pipeline apps', ['staging', 'production'], ['integration']],
    // Its environments have no flags: its autopilot asks for freezes itself.
    [{ pipeline: 'notify' }, 'the pipeline notify', [], []],
    [{ app: 'frontend' }, 'frontend', ['staging', 'production'], ['integration']],
    [{ app: 'frontend', environment: 'staging' }, 'frontend in staging', ['staging'], []],
  ])('%j is %s', (change, text, gated, open) => {
    const one = { ...everything, ...change };
    expect(scopeText(one)).toBe(text);
    expect(frozenEnvironments(one, chains)).toEqual({ gated, open });
  });

  it('has a bag in it with any of its services', () => {
    const place = { environment: 'live', pipelines: ['notify'], apps: ['notify-api', 'notify-admin'] };
    expect(covers({ ...everything, app: 'notify-api' }, place)).toBe(true);
    expect(covers({ ...everything, app: 'router' }, place)).toBe(false);
    expect(covers({ ...everything, pipeline: 'apps' }, place)).toBe(false);
    expect(covers({ ...everything, environment: 'live' }, place)).toBe(true);
  });

  it('gates apps that are not in the frozen environment yet', () => {
    const files: FlagFiles = new Map([['staging', new Map([['new-app', { automaticDeploys: true }]])]]);
    expect(gatesOf({ ...everything, environment: 'production' }, chains, files)).toEqual([
      { app: 'new-app', environment: 'production', before: 'staging' },
    ]);
  });
});

describe('the time of a freeze', () => {
  const from = '2026-11-27T17:00:00.000Z';
  const until = '2026-11-30T09:00:00.000Z';
  it.each([
    ['2026-11-27T16:59:59.999Z', 'planned'],
    [from, 'active'],
    ['2026-11-30T08:59:59.999Z', 'active'],
    [until, 'ended'],
  ])('at %s is %s', (now, phase) => {
    expect(freezePhase({ from, until }, new Date(now))).toBe(phase);
    expect(activeFreezes([freezeOf({ from, until })], new Date(now))).toHaveLength(
      phase === 'active' ? 1 : 0,
    );
  });

  it('has no end where none is said', () => {
    expect(freezePhase({ from, until: null }, new Date('2099-01-01T00:00:00.000Z'))).toBe('active');
  });
});

it('gives back nothing of a record that names files outside of what the freeze is about', () => {
  const files: FlagFiles = new Map([
    [
      'staging',
      new Map([
        ['frontend', { automaticDeploys: false }],
        ['payments', { automaticDeploys: false }],
      ]),
    ],
  ]);
  const freeze = freezeOf({
    app: 'frontend',
    environment: 'production',
    changed: { 'staging/frontend': true, 'staging/payments': true, 'staging/frontend/x': true },
  });
  expect([...thawPlan(freeze, files, () => []).keys()]).toEqual(['frontend']);
  expect(thawPlan({ ...freeze, automatic: false }, files, () => []).size).toBe(0);
});
