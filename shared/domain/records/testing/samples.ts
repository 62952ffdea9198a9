import fc from 'fast-check';
import { recordedRoutes, recordedStates } from '../../attribution/operation-record';
import { bagStates } from '../../bags/machine';
import { causes, lockKinds, packSources, suiteEnds } from '../../bags/records';
import { manualRules } from '../../freeze/freeze';
import type { RecordKind, RecordOf } from '../record-kinds';

const name = fc.constantFrom('notify', 'staging', 'api', 'on', '1', 'a-b');
const text = fc.oneof(
  fc.string({ maxLength: 20, unit: 'grapheme' }),
  fc.constantFrom(
    '',
    'yes',
    'why: not',
    '# no comment',
    'two\nlines',
    '  spaced ',
    '1e3',
    '\u2028',
    'it\'s "it"',
  ),
);
const tag = fc.constantFrom('v1', 'v1393', '1e3', '017', 'yes', 'a'.repeat(40));
const number = fc.integer({ min: 1, max: 999 });
const time = fc.constantFrom('2026-03-01T10:00:00.000Z', '2026-03-02T11:12:13.000Z');
const flag = fc.boolean();
const made = { by: text.map((one) => one || 'Ada'), at: time, operation: fc.constantFrom('op-1', 'op-2') };
const flags = fc.dictionary(
  fc.tuple(name, name).map((both) => both.join('/')),
  fc.option(flag, { nil: null }),
  { maxKeys: 3 },
);
const commit = fc.constantFrom('0'.repeat(40), 'f'.repeat(64));
const nullable = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const where = { pipeline: name, environment: name, bag: number };
const byHand = fc.record({
  by: name,
  email: name,
  operation: name,
  reason: text,
  since: time,
  until: nullable(time),
});

/** Values that each kind of record may have. */
export const samples: { readonly [K in RecordKind]: fc.Arbitrary<RecordOf<K>> } = {
  bag: fc.record({
    pipeline: name,
    bag: number,
    ...made,
    commit: text,
    source: fc.constantFrom(...packSources),
    reason: text,
    services: fc.dictionary(
      name,
      fc.record({ version: tag, digest: fc.string({ maxLength: 5 }) }, { requiredKeys: ['version'] }),
    ),
  }),
  emergency: fc.record({
    operation: fc.constantFrom('op-1', 'op-2'),
    app: name,
    environment: name,
    by: text,
    since: time,
    reason: text,
    imageTag: tag,
    leaves: nullable(tag),
    parent: name,
  }),
  mark: fc.record({ app: name, imageTag: tag, ...made, reason: text }),
  note: fc.record({
    note: fc.constantFrom('op-1', 'op-2'),
    app: nullable(name),
    text: text.map((one) => one.trim() || 'Ask first'),
    ...made,
    edited: nullable(fc.record({ by: made.by, at: time })),
  }),
  pass: fc.record({ ...where, ...made, tag: text }),
  deployment: fc.record({
    ...where,
    ...made,
    cause: fc.constantFrom(...causes),
    reason: text,
    token: number,
    state: fc.constantFrom(...bagStates),
    since: time,
    replaced: nullable(number),
    leftRunning: fc.array(name, { maxLength: 3 }),
    tagged: flag,
    tests: fc.dictionary(name, fc.constantFrom(...suiteEnds), { maxKeys: 3 }),
    failure: nullable(text),
  }),
  pin: fc.record({ ...where, freeze: flag, ...made, reason: text }),
  cutoff: fc.record({ ...where, ...made }),
  'bad-bag': fc.record({ ...where, ...made, reason: text }),
  'service-pin': fc.record({ pipeline: name, service: name, imageTag: tag, ...made, reason: text }),
  'bad-version': fc.record({ pipeline: name, service: name, imageTag: tag, ...made, reason: text }),
  lock: fc.record({
    pipeline: name,
    environment: name,
    token: number,
    held: nullable(
      fc
        .tuple(
          fc.record({
            by: name,
            email: name,
            operation: name,
            kind: fc.constantFrom(...lockKinds),
            bag: nullable(number),
            reason: text,
            since: time,
            until: nullable(time),
          }),
          fc.option(byHand, { nil: undefined }),
        )
        .map(([held, hand]) => (hand ? { ...held, byHand: hand } : held)),
    ),
  }),
  autopilot: fc.record({ pipeline: name, environment: name, on: flag, ...made, reason: text }),
  'autopilot-everywhere': fc.record({
    pipeline: name,
    environment: fc.constant(null),
    on: flag,
    ...made,
    reason: text,
  }),
  'automatic-packing': fc.record({
    pipeline: name,
    environment: fc.constant(null),
    on: flag,
    ...made,
    reason: text,
  }),
  hold: fc.record({
    app: name,
    environment: name,
    by: text,
    since: time,
    reason: text,
    operation: text,
    imageTag: nullable(tag),
    changed: fc
      .uniqueArray(fc.record({ environment: name, automatic_deploys_enabled: nullable(flag) }), {
        selector: (one) => one.environment,
        maxLength: 3,
      })
      // No operation puts them in another order.
      .map((all) => all.sort((a, b) => (a.environment < b.environment ? -1 : 1))),
  }),
  freeze: fc
    .tuple(
      fc.record({
        operation: fc.constantFrom('op-1', 'op-2'),
        app: nullable(name),
        environment: nullable(name),
        pipeline: nullable(name),
        by: made.by,
        email: name,
        at: time,
        reason: text,
        from: time,
        until: nullable(time),
        automatic: flag,
        manual: fc.constantFrom(...manualRules),
        begun: nullable(time),
        changed: flags,
      }),
      fc.option(fc.record({ ...made, files: flags }), { nil: undefined }),
      fc.option(fc.record(made), { nil: undefined }),
    )
    .map(([freeze, asked, lifted]) => ({
      ...freeze,
      ...(asked ? { asked } : {}),
      ...(lifted ? { lifted } : {}),
    })),
  operation: fc.record({
    operation: fc.constantFrom(
      '0192f0c1-0000-7000-8000-000000000000',
      '0192f0c1-0000-7000-8000-000000000001',
    ),
    month: fc.constant('2024-11'),
    kind: fc.constantFrom('deploy', 'promote', 'rollback'),
    app: name,
    environment: name,
    imageTag: tag,
    by: text.map((one) => one || 'Ada'),
    email: name,
    at: time,
    reason: text,
    override: fc.array(name, { maxLength: 3 }),
    route: fc.constantFrom(...recordedRoutes),
    base: commit,
    run: nullable(
      fc.record({
        name,
        url: nullable(fc.constant('https://ci.example/runs/1')),
        startedAt: nullable(time),
        finishedAt: nullable(time),
      }),
    ),
    state: fc.constantFrom(...recordedStates),
    commit: nullable(commit),
    finishedAt: nullable(time),
  }),
  origin: fc.record({ branch: name, commit: nullable(tag), ...made }),
  pending: fc.record({
    kind: name,
    what: text,
    ...made,
    base: commit,
    changes: fc.dictionary(
      name.map((one) => `.signalbox/${one}.yaml`),
      fc.record({ before: nullable(tag), text: nullable(text) }),
      { maxKeys: 2 },
    ),
  }),
};
