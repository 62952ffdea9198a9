import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Claim, verdictOn } from '../../../shared/domain/attribution/claims';
import { deploymentKind, eventsBetween, readFileState } from '../../../shared/domain/history/history-rules';
import { ledgerPlace, readLedgerRecord } from '../../../shared/domain/ledger/ledger-events';
import { yamlTexts } from '../../testing/yaml-inputs';
import { readMessage } from '../index/event-draft';
import { schemaVersion } from './schema';

function* some<T>(all: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  for (const one of all) {
    if (taken >= count) return;
    taken += 1;
    yield one;
  }
}

const files = [
  'image_tag: v1\nimage_tag: v2\n',
  'image_tag: v1\n<<<<<<< HEAD\nimage_tag: v2\n',
  'image_tag: !!str 1234567\n',
  'image_tag: 007\npromote_deployment: yes\n',
  'a: &a v1\nimage_tag: *a\n',
  'base: &base {image_tag: v1}\n<<: *base\n',
  '\ufeffimage_tag: v1\r\n',
  'image_tag: v1\r',
  '--- {image_tag: v1}\n---\nimage_tag: v2\n',
];
const messages = [
  'Update api image tag to v1 for production',
  "Merge branch 'update-image-tag/api/production/v1'",
  'Folded\nsubject\n\nBody\n',
  'Deploy api\n\nSignalbox-Operation: 0192f0c1\nSignalbox-Kind: rollback\nSignalbox-Reason: 500s\n',
];
const records = ['', 'reason: why\noperation: 0192f0c1\n', 'version: v1\nreason: [1]\n', '- no record\n'];
const paths = [
  'locks/p/e.yaml',
  'freezes/e/a.yaml',
  'bags/p/7.yaml',
  'passes/p/e/7.x.yaml',
  'new/thing.yaml',
  'operations/2025-11/019ad4d0-7c00-7abc-8def-0123456789ab.yaml',
];

const both = [true, false];
const signs = [null, 'rollback', 'nonsense'].flatMap((trailerKind) =>
  both.flatMap((returns) =>
    both.flatMap((forward) =>
      both.flatMap((ranElsewhere) =>
        both.flatMap((pipeline) =>
          [null, ...both].map((promote) => ({
            trailerKind,
            returns,
            forward,
            ranElsewhere,
            pipeline,
            promote,
          })),
        ),
      ),
    ),
  ),
);

const change = {
  commit: 'c'.repeat(40),
  app: 'api',
  environment: 'production',
  version: 'v1',
  at: Date.UTC(2025, 10, 30),
  alone: true,
  operation: null,
};
const claim: Claim = {
  ...change,
  source: 'record',
  operation: 'op-1',
  kind: 'deploy',
  by: 'Ada',
  reason: 'why',
  override: ['code'],
  route: 'actions',
  run: null,
  base: 'b'.repeat(40),
  earliest: '2025-11-29T23:59:00.000Z',
  latest: null,
};
const other: Claim = { ...claim, operation: 'op-2', by: 'Grace' };
const verdicts = [
  verdictOn(change, [claim], () => true),
  verdictOn(change, [claim], () => false),
  verdictOn(change, [claim, other], () => true),
  verdictOn(change, [claim, { ...other, earliest: '2025-11-30T00:00:30.000Z' }], () => true),
  verdictOn({ ...change, alone: false }, [claim], () => true),
  verdictOn({ ...change, operation: 'op-2' }, [claim, other], () => true),
  verdictOn(change, [{ ...claim, source: 'run', base: null, operation: null }], () => false),
];

/**
 * An index that is there is not read again: what older rules made of the history stays in it for good. So the rules are
 * held against a fingerprint. Where this fails on purpose, raise `schemaVersion` and put both into the test.
 */
it('is of another version whenever the rules change that the index is made by', () => {
  const states = [...files, ...some(yamlTexts(20), 3000)].map((text) => readFileState(text));
  const told = {
    states,
    events: states.slice(1).map((state, at) => eventsBetween(states[at] ?? state, state)),
    kinds: signs.map(deploymentKind),
    messages: messages.map(readMessage),
    records: records.map(readLedgerRecord),
    verdicts,
    places: paths.map((path) => ledgerPlace(`.signalbox/${path}`)),
  };
  const fingerprint = createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 16);
  expect([schemaVersion, fingerprint]).toEqual([9, 'e13b0dd9bcad1864']);
});
