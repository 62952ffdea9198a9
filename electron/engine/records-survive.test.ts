import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as attribution from '../../shared/domain/attribution/operation-decisions';
import type { OperationRecord } from '../../shared/domain/attribution/operation-record';
import type { Actor, Decision } from '../../shared/domain/bags/decisions';
import * as deploying from '../../shared/domain/bags/deploying';
import * as locks from '../../shared/domain/bags/locks';
import * as packing from '../../shared/domain/bags/packing';
import { gatherRecords, type PipelineRecords } from '../../shared/domain/bags/pipeline-records';
import * as policy from '../../shared/domain/bags/policy';
import type { EmergencyDebt } from '../../shared/domain/emergency/debt';
import * as emergency from '../../shared/domain/emergency/debt-records';
import { type Estate, estateSchema } from '../../shared/domain/estate/estate';
import type { Mark } from '../../shared/domain/marks/mark';
import * as marks from '../../shared/domain/marks/mark-rules';
import type { Note } from '../../shared/domain/notes/note';
import * as notes from '../../shared/domain/notes/note-rules';
import type { AppIntent, OperationKind } from '../../shared/domain/operation/intent';
import * as registry from '../../shared/domain/operation/registry';
import { type RecordChange, recordFiles } from '../../shared/domain/records/record-change';
import { type Found, readEntry } from '../../shared/domain/records/record-entry';
import { recordPath } from '../../shared/domain/records/record-paths';
import { chance, grown, lost } from '../../shared/domain/records/testing/grow';
import { projectRoot } from '../dev/project';
import type { LedgerFile, Snapshot } from '../ledger/ledger';
import { liftHold, takeHold } from './commit-hold';
import { goBack } from './commit-rollback';
import { setVersion } from './commit-version';
import {
  askNoMore,
  askToSwitch,
  markLifted,
  noteRestored,
  noteSwitched,
  notLifted,
} from './freezes/freeze-apart';
import { beginFreeze, changeFreeze, setFreeze, thawFreeze } from './freezes/freeze-changes';
import { type LedgerReader, ledgerReader } from './ledger-reader';
import type { StepContext } from './operation-context';
import type { FullDecision } from './steps/write-ledger';

/** Every rule that decides about records. */
type Deciding<M> = {
  [K in keyof M]: M[K] extends (...input: never[]) => Decision<unknown> ? K : never;
}[keyof M];
type Rule =
  | Deciding<typeof emergency>
  | Deciding<typeof attribution>
  | Deciding<typeof deploying>
  | Deciding<typeof locks>
  | Deciding<typeof marks>
  | Deciding<typeof notes>
  | Deciding<typeof packing>
  | Deciding<typeof policy>;
type Change = 'setVersion' | 'goBack' | 'takeHold' | 'liftHold';
type FreezeChange =
  | 'setFreeze'
  | 'beginFreeze'
  | 'changeFreeze'
  | 'thawFreeze'
  | 'askToSwitch'
  | 'noteSwitched'
  | 'askNoMore'
  | 'markLifted'
  | 'notLifted'
  | 'noteRestored';

/** What a freeze's record says while its flags go by a pull request. */
const asked = ['askToSwitch', 'noteSwitched', 'askNoMore'] as const;

/** Where a bot makes the commit, the operation leaves a record instead. */
const throughOthers = ['beginOperation', 'completeOperation'] as const;

/** What of the ledger each operation changes, by the rules that say how. A new kind of operation must say so, too. */
const writes: Record<OperationKind, readonly (Rule | Change | FreezeChange)[]> = {
  'pack-bag': ['packBag'],
  'deploy-bag': ['takeLock', 'startDeployment', 'noteTagged', 'advance', 'recordPass', 'releaseLock'],
  'roll-back-bag': ['changePolicy', 'takeLock', 'startDeployment', 'advance', 'recordPass'],
  'retry-tests': ['retryTests', 'advance', 'recordPass'],
  'abort-tests': [],
  lock: ['takeLock'],
  unlock: ['unlockByHand'],
  'force-unlock': ['forceUnlock'],
  'change-policy': ['changePolicy'],
  deploy: ['setVersion', ...throughOthers],
  promote: ['setVersion', ...throughOthers],
  rollback: ['goBack', ...throughOthers],
  hold: ['takeHold'],
  freeze: ['setFreeze', ...asked],
  'begin-freeze': ['beginFreeze', ...asked],
  'change-freeze': ['changeFreeze'],
  thaw: ['thawFreeze', 'markLifted', 'notLifted', 'noteRestored'],
  'release-hold': ['liftHold'],
  'mark-version': ['markVersion'],
  'clear-mark': ['clearMark'],
  'write-note': ['writeNote'],
  'remove-note': ['removeNote'],
  nudge: [],
  'emergency-rollback': ['tellDebt'],
  // Its apps have operations of their own.
  batch: [],
  reconcile: ['goBack', 'settleDebt', ...throughOthers],
};

const pipeline = 'notify';
const chain = { environments: ['preview', 'staging'], services: ['api'] };
const images = { missingImages: () => [] };
const ada: Actor = {
  by: 'Ada',
  email: 'ada@example.invalid',
  operation: 'op-1',
  at: '2026-03-01T10:00:00.000Z',
};
const as = (operation: string): Actor => ({ ...ada, operation });

/** A ledger in which a newer console has been busy before every commit. */
class Grown {
  readonly files = new Map<string, string>();
  readonly used = new Set<string>();
  readonly #random: () => number;
  constructor(seed: number) {
    this.#random = chance(seed);
  }

  get records(): PipelineRecords {
    return gatherRecords(
      pipeline,
      [...this.files].flatMap(([path, text]) => readEntry(path, text) ?? []),
    );
  }

  decide<T>(rule: Rule, decision: Decision<T>): T {
    if (decision.kind !== 'change') throw new Error(`${rule}: ${JSON.stringify(decision)}`);
    this.commit(rule, decision.changes);
    return decision.value;
  }

  commit(name: string, changes: readonly RecordChange[]): void {
    this.used.add(name);
    const written = recordFiles(changes, (path) => this.files.get(path) ?? null);
    if (!written.ok) throw new Error(`${name}: ${written.failure.message}`);
    for (const [path, text] of written.value) {
      const before = this.files.get(path);
      if (before !== undefined) this.#neverNewer(changes, path, before);
      if (before !== undefined && text !== null)
        expect(lost(before, text), `${name}\n${before}\n→\n${text}`).toEqual([]);
      if (text === null) this.files.delete(path);
      else this.files.set(path, grown(text, this.#random));
    }
  }

  /** The same commit where a newer Signalbox wrote this one of its records. */
  #neverNewer(changes: readonly RecordChange[], path: string, text: string): void {
    const newer = text.replace(/(^|[{,\s])("?version"?: ?)1\b/, '$1$22');
    expect(newer).not.toBe(text);
    const written = recordFiles(changes, (one) => (one === path ? newer : (this.files.get(one) ?? null)));
    expect(written).toMatchObject({
      ok: false,
      failure: { message: `${path} was written by a newer Signalbox; update to change it.` },
    });
  }
}

/** The life of two bags, with all that can befall them. */
function bags(ledger: Grown): void {
  const wish = { running: undefined, reason: 'why', overridden: [], leaveRunning: [] };
  const pack = (last: number): void => {
    const contents = { api: { version: `v${last + 1}` } };
    const asked = { contents, commit: 'c', source: 'running' as const, last, force: false, reason: '' };
    ledger.decide('packBag', packing.packBag(ledger.records, ['api'], as(`pack-${last}`), asked));
  };
  const start = (bag: number, actor: Actor, overOwn = false) => {
    const asked = { kind: 'bag' as const, reason: 'why', until: null, overOwn };
    const hold = ledger.decide('takeLock', locks.takeLock(ledger.records, 'preview', actor, asked));
    const how = { ...wish, bag, cause: 'manual' as const, byRule: false };
    ledger.decide(
      'startDeployment',
      deploying.startDeployment(ledger.records, chain, 'preview', actor, hold, how, images),
    );
    return hold;
  };
  type Event = Parameters<typeof deploying.advance>[4];
  const go = (actor: Actor, hold: { operation: string; token: number }, event: Event): unknown =>
    ledger.decide(
      'advance',
      deploying.advance(ledger.records, 'preview', actor, hold, event, { tests: { smoke: 'failed' } }),
    );
  const change = (one: policy.PolicyChange): unknown =>
    ledger.decide('changePolicy', policy.changePolicy(ledger.records, chain, as('op-policy'), one, 'why'));

  pack(0);
  pack(1);
  for (const environment of ['preview', null])
    for (const on of [false, true]) change({ action: 'autopilot', environment, on });
  for (const on of [false, true]) change({ action: 'automatic-packing', on });
  for (const version of ['v1', 'v2']) change({ action: 'pin-service', service: 'api', version });
  change({ action: 'unpin-service', service: 'api' });
  change({ action: 'mark-version-bad', service: 'api', version: 'v9' });
  change({ action: 'mark-version-bad', service: 'api', version: 'v9' });
  change({ action: 'clear-version', service: 'api', version: 'v9' });
  change({ action: 'pin', environment: 'preview', bag: 1 });
  change({ action: 'freeze', environment: 'preview', bag: 2 });
  change({ action: 'unpin', environment: 'preview' });
  change({ action: 'mark-bad', environment: 'preview', bag: 2 });
  change({ action: 'clear-bad', environment: 'preview', bag: 2 });

  const byHand = { kind: 'manual' as const, reason: 'mine', until: null };
  ledger.decide('takeLock', locks.takeLock(ledger.records, 'preview', as('op-hand'), byHand));
  const first = start(1, as('op-first'), true);
  ledger.decide('noteTagged', deploying.noteTagged(ledger.records, 'preview', first));
  go(as('op-first'), first, 'deploy-done');
  go(as('op-first'), first, 'tests-begin');
  go(as('op-first'), first, 'tests-failed');
  const again = ledger.decide(
    'retryTests',
    deploying.retryTests(ledger.records, 'preview', as('op-again'), { token: first.token, reason: '' }),
  );
  ledger.decide(
    'recordPass',
    deploying.recordPass(ledger.records, 'preview', as('op-again'), again, { smoke: 'passed' }),
  );
  const { lock } = ledger.records.environment('preview');
  const token = lock?.ok ? lock.value.token : 0;
  ledger.decide('unlockByHand', locks.unlockByHand(ledger.records, 'preview', as('op-hand'), token));

  const second = start(2, as('op-second'));
  const forced = { token: second.token, reason: 'why' };
  ledger.decide('forceUnlock', locks.forceUnlock(ledger.records, 'preview', as('op-force'), forced));
  const third = ledger.decide(
    'takeLock',
    locks.takeLock(ledger.records, 'preview', as('op-third'), { kind: 'bag', reason: '', until: null }),
  );
  ledger.decide('releaseLock', locks.releaseLock(ledger.records, 'preview', third));
}

const estate: Estate = estateSchema.parse({
  name: 'test',
  ledger: { url: '/repo' },
  environments: [{ name: 'staging' }, { name: 'production', tier: 'production' }],
  pipelines: [{ kind: 'apps', name: 'apps', environments: ['staging', 'production'] }],
});
const identity = () => ({ name: 'Ada', email: 'ada@example.invalid' });

const imageTags = (reader: LedgerReader, app: string): Map<string, string> =>
  new Map(
    ['staging', 'production'].map((environment) => [
      reader.layout.path({ environment, app }),
      'image_tag: v1\nautomatic_deploys_enabled: true\npromote_deployment: true\n',
    ]),
  );

function snapshotOf(tags: ReadonlyMap<string, string>, ledger: Grown): Snapshot {
  const all = new Map([...tags, ...ledger.files]);
  const file = (path: string): LedgerFile | undefined => {
    const text = all.get(path);
    return text === undefined ? undefined : { path, blob: path, text, encoding: 'utf-8', executable: false };
  };
  const list = (prefix: string) => [...all.keys()].filter((path) => path.startsWith(prefix));
  return { commit: 'c', committedAt: null, subject: null, file, list, problems: [] };
}

/** A planned freeze that begins, takes in a new app, is changed and thawed, beside a hold. */
function freezes(ledger: Grown): void {
  const reader = ledgerReader(estate, identity);
  const tags = imageTags(reader, 'frontend');
  const world = { estate, reader };
  const scope = { app: null, environment: 'production', pipeline: null };
  const does = (
    name: FreezeChange,
    decide: (snapshot: Snapshot, actor: Actor) => FullDecision<unknown>,
    hour: number,
  ): void => {
    const at = `2026-03-01T${hour}:00:00.000Z`;
    const decision = decide(snapshotOf(tags, ledger), { ...as('op-freeze'), at });
    for (const [path, text] of (decision.kind === 'change' && decision.files) || []) tags.set(path, text);
    ledger.decide(name as never, decision as never);
  };
  const until = '2026-03-01T16:00:00.000Z';
  const wish = { kind: 'freeze', scope, from: '2026-03-01T11:00:00.000Z', until, reason: 'why' } as const;
  does(
    'setFreeze',
    (at, actor) => setFreeze(world, at, { ...wish, automatic: true, manual: 'warn' }, actor),
    10,
  );
  const of = { freeze: 'op-freeze', scope } as const;
  const begin = (at: Snapshot, actor: Actor) =>
    beginFreeze(world, at, { kind: 'begin-freeze', ...of }, actor);
  does('beginFreeze', begin, 12);
  for (const [path, text] of imageTags(reader, 'router')) tags.set(path, text);
  does('beginFreeze', begin, 13);
  const change = { kind: 'change-freeze', ...of, seen: until, until: null, manual: 'block' } as const;
  does('changeFreeze', (at, actor) => changeFreeze(world, at, change, actor), 14);
  const flags = () => [...tags.values()].filter((text) => text.includes('enabled: false')).length;
  expect(flags()).toBe(2);
  does('thawFreeze', (at, actor) => thawFreeze(world, at, { kind: 'thaw', ...of, ended: false }, actor), 15);
  expect(flags()).toBe(0);
}

/** A freeze whose flags go by pull requests: asked for, taken back, asked for anew, merged; lifted, which is withdrawn, and again. */
function freezesApart(ledger: Grown): void {
  const reader = ledgerReader(estate, identity);
  const tags = imageTags(reader, 'frontend');
  const world = { estate, reader };
  const scope = { app: null, environment: 'production', pipeline: null };
  const actor = { ...as('op-apart'), at: '2026-03-01T10:00:00.000Z' };
  const now = new Date('2026-03-01T11:00:00.000Z');
  const does = (name: FreezeChange, decide: (snapshot: Snapshot) => FullDecision<unknown>): void =>
    ledger.decide(name as never, decide(snapshotOf(tags, ledger)) as never);
  const wish = { kind: 'freeze', scope, from: null, until: null, reason: 'why' } as const;
  const freeze = { ...wish, automatic: true, manual: 'warn' } as const;
  const begin = { kind: 'begin-freeze', freeze: 'op-apart', scope } as const;
  const thaw = { kind: 'thaw', freeze: 'op-apart', scope, ended: false } as const;
  does('askToSwitch', (at) => askToSwitch(world, at, freeze, actor));
  does('askNoMore', (at) => askNoMore(world, at, 'op-apart', 'op-apart', false));
  does('askToSwitch', (at) => askToSwitch(world, at, begin, actor));
  does('noteSwitched', (at) => noteSwitched(world, at, 'op-apart', now, { before: null }));
  does('markLifted', (at) => markLifted(world, at, thaw, actor, null));
  does('notLifted', (at) => notLifted(world, at, thaw, 'op-apart'));
  does('markLifted', (at) => markLifted(world, at, thaw, actor, null));
  does('noteRestored', (at) => noteRestored(world, at, thaw, actor));
}

/** An app that is held, deployed to, rolled back and released. */
function apps(ledger: Grown): void {
  const reader = ledgerReader(estate, identity);
  const tags = imageTags(reader, 'frontend');
  const snapshot = (): Snapshot => snapshotOf(tags, ledger);
  const does = (name: Change, version: string): void => {
    const intent = { kind: 'rollback', app: 'frontend', environment: 'production', version, expected: null };
    const context = {
      id: 'op-app',
      intent,
      record: () => ({ operation: { requestedAt: '2026-03-01T10:00:00Z' } }),
      world: { estate, reader, identity },
    } as unknown as StepContext<Extract<AppIntent, { kind: 'rollback' }>>;
    const made = { setVersion, goBack, takeHold, liftHold }[name](snapshot(), context);
    if ('failure' in made) throw new Error(made.failure.message);
    for (const [path, text] of made.files) tags.set(path, text);
    ledger.commit(name, made.records);
  };
  does('takeHold', 'v1');
  does('setVersion', 'v2');
  does('goBack', 'v1');
  does('setVersion', 'v3');
  does('liftHold', 'v3');
}

/** A rollback whose commit a bot makes, of which it is not known at first what became. */
function botCommits(ledger: Grown): void {
  const operation = '019ad4d0-7c00-7abc-8def-0123456789ab';
  const { by, email, at } = ada;
  const [base, commit] = ['b'.repeat(40), 'c'.repeat(40)];
  const asked = { kind: 'rollback', app: 'frontend', environment: 'production', imageTag: 'v1' } as const;
  const why = { reason: 'why', override: ['code'], route: 'workflow' as const };
  const known = (): Found<OperationRecord> | null => {
    const path = `.signalbox/operations/2025-11/${operation}.yaml`;
    const text = ledger.files.get(path);
    return text === undefined ? null : (readEntry(path, text)?.found as Found<OperationRecord>);
  };
  const begun = { operation, by, email, at, base, ...asked, ...why };
  ledger.decide('beginOperation', attribution.beginOperation(known(), begun));
  const run = { name: 'apps/deploy-image-1', url: null, startedAt: at, finishedAt: null };
  const complete = (end: { state: 'unknown' } | { state: 'landed'; commit: string }) =>
    ledger.decide(
      'completeOperation',
      attribution.completeOperation(known(), { operation, run, at, ...end }),
    );
  complete({ state: 'unknown' });
  complete({ state: 'landed', commit });
}

/** An emergency rollback that is told, told again, taken over by a later one, and put back. */
function emergencies(ledger: Grown): void {
  const at = { app: 'frontend', environment: 'production' };
  const path = recordPath('emergency', at);
  const known = (): Found<EmergencyDebt> | null => {
    const text = ledger.files.get(path);
    return text === undefined ? null : (readEntry(path, text)?.found as Found<EmergencyDebt>);
  };
  const debt: EmergencyDebt = {
    ...at,
    operation: 'op-1',
    by: 'Ada',
    since: '2026-03-01T10:00:00.000Z',
    reason: 'why',
    imageTag: 'v1',
    leaves: 'v2',
    parent: 'app-config',
  };
  ledger.decide('tellDebt', emergency.tellDebt(known(), debt, true));
  expect(emergency.tellDebt(known(), debt, true).kind).toBe('nothing');
  const later = { ...debt, operation: 'op-2', since: '2026-03-01T11:00:00.000Z', imageTag: 'v0' };
  ledger.decide('tellDebt', emergency.tellDebt(known(), later, true));
  expect(emergency.tellDebt(known(), debt, true).kind).toBe('nothing');
  expect(emergency.tellDebt(null, debt, false).kind).toBe('nothing');
  ledger.decide('settleDebt', emergency.settleDebt(known(), at));
}

/** A version that is marked and cleared, a note that is written, changed and removed. */
function marksAndNotes(ledger: Grown): void {
  const known = <T>(path: string): Found<T> | null => {
    const text = ledger.files.get(path);
    return text === undefined ? null : (readEntry(path, text)?.found as Found<T>);
  };
  const mark = () => known<Mark>(recordPath('mark', { app: 'frontend', imageTag: 'v3' }));
  const bad = { app: 'frontend', version: 'v3', reason: 'why', subject: 'x' };
  ledger.decide('markVersion', marks.markVersion(mark(), as('op-mark'), bad));
  expect(marks.markVersion(mark(), as('op-mark'), bad).kind).toBe('nothing');
  expect(marks.markVersion(mark(), as('op-else'), bad).kind).toBe('refusal');
  ledger.decide('clearMark', marks.clearMark(mark(), bad));
  expect(marks.clearMark(mark(), bad).kind).toBe('refusal');

  const note = () => known<Note>(recordPath('note', { note: 'op-note' }));
  const said = { app: null, text: 'Ask first', seen: null, subject: 'x' };
  ledger.decide('writeNote', notes.writeNote(note(), as('op-note'), said));
  const seen = { note: 'op-note', before: 'Ask first' };
  const changed = { ...said, text: 'Ask the team first', seen };
  ledger.decide('writeNote', notes.writeNote(note(), as('op-other'), changed));
  // Nobody writes over, or removes, what they have not seen.
  expect(notes.writeNote(note(), as('op-third'), { ...changed, text: 'x' }).kind).toBe('refusal');
  expect(notes.removeNote(note(), { seen, subject: 'x' }).kind).toBe('refusal');
  ledger.decide(
    'removeNote',
    notes.removeNote(note(), { seen: { ...seen, before: changed.text }, subject: 'x' }),
  );
  expect(notes.writeNote(note(), as('op-fourth'), changed).kind).toBe('refusal');
}

describe('what a newer console wrote into records', () => {
  it('survives every operation, and a record of a newer version stops each that would change it', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const ledger = new Grown(seed);
        bags(ledger);
        apps(ledger);
        botCommits(ledger);
        emergencies(ledger);
        freezes(ledger);
        freezesApart(ledger);
        marksAndNotes(ledger);
        expect([...ledger.used].sort()).toEqual([...new Set(Object.values(writes).flat())].sort());
      }),
      { numRuns: 4 },
    );
  });

  it('is looked at for every kind of operation, and every file that changes records', () => {
    expect(Object.keys(writes).sort()).toEqual(
      Object.values(registry)
        .map(({ kind }) => kind as string)
        .sort(),
    );
    const sources = ['shared', 'electron'].flatMap((room) =>
      readdirSync(join(projectRoot, room), { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$|testing\//.test(file))
        .map((file) => `${room}/${file}`),
    );
    const writing = sources.filter((file) =>
      /import \{[^}]*\b(?:put|remove)\b[^}]*\} from '[^']*record-change'/.test(
        readFileSync(join(projectRoot, file), 'utf8'),
      ),
    );
    expect(writing.sort()).toEqual([
      'electron/bench/bags.ts',
      'electron/engine/commit-hold.ts',
      'electron/engine/commit-rollback.ts',
      'electron/engine/commit-version.ts',
      'electron/engine/freezes/freeze-apart.ts',
      'electron/engine/freezes/freeze-changes.ts',
      // Records apart: intents of a pair, which only the two of a pair write, and a move, which copies texts whole
      // (electron/ledger/records-apart.test.ts).
      'electron/ledger/joined-write.ts',
      'electron/ledger/move-records.ts',
      'electron/ledger/pending-changes.ts',
      // The past of the practice estate, which is made up in files of its own.
      'electron/practice/estate/seed/past-bags.ts',
      'shared/domain/attribution/operation-decisions.ts',
      'shared/domain/bags/deploying.ts',
      'shared/domain/bags/locks.ts',
      'shared/domain/bags/packing.ts',
      'shared/domain/bags/policy.ts',
      'shared/domain/emergency/debt-records.ts',
      'shared/domain/hold/flag-claims.ts',
      'shared/domain/marks/mark-rules.ts',
      'shared/domain/notes/note-rules.ts',
    ]);
  });
});
