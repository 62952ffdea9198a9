import { type Decision, refuse } from '../bags/decisions';
import type { Failure } from '../failure/failure';
import { put } from '../records/record-change';
import type { Found } from '../records/record-entry';
import { monthOf, type OperationRecord, type RecordedRoute } from './operation-record';

/** What is known of an operation before anything is started. */
export type BegunOperation = Pick<
  OperationRecord,
  'operation' | 'app' | 'environment' | 'imageTag' | 'by' | 'email' | 'at' | 'reason' | 'override' | 'base'
> & { kind: 'deploy' | 'promote' | 'rollback'; route: RecordedRoute };

/** What became of it. `commit` is set where it landed, and only there. */
export type EndedOperation = { operation: string; run: OperationRecord['run']; at: string } & (
  | { state: 'landed'; commit: string }
  | { state: 'not-landed' | 'unknown' }
);

/** In words: `Argo Workflows`. */
const routeNames: Readonly<Record<RecordedRoute, string>> = {
  workflow: 'Argo Workflows',
  actions: 'Actions',
  'pull-request': 'a pull request',
};

const what = (one: Pick<OperationRecord, 'kind' | 'app' | 'imageTag' | 'environment'>): string =>
  `${one.kind} ${one.app} ${one.imageTag} to ${one.environment}`;

const isSame = (a: OperationRecord, b: BegunOperation): boolean =>
  (['kind', 'app', 'environment', 'imageTag', 'by', 'email', 'route'] as const).every(
    (field) => a[field] === b[field],
  );

/**
 * Writes down what is about to be started, before it is: no commit yet. Doing it again changes nothing. Refuses an id
 * that stands for something else, and a file that cannot be read.
 * @param known what the records hold of this operation; `null`: nothing.
 */
export function beginOperation(known: Found<OperationRecord> | null, begun: BegunOperation): Decision {
  const month = monthOf(begun.operation);
  if (month === null) return refuse('invalid-input', 'The operation’s id is not a UUIDv7.');
  if (known && !known.ok) return { kind: 'refusal', failure: known.failure };
  if (known) {
    if (isSame(known.value, begun)) return { kind: 'nothing', value: null };
    return refuse('conflict', 'Another operation is recorded under this id.');
  }
  const record: OperationRecord = {
    ...begun,
    month,
    run: null,
    state: 'begun',
    commit: null,
    finishedAt: null,
  };
  const route = routeNames[begun.route];
  return {
    kind: 'change',
    changes: [put('operation', record)],
    subject: `Record: ${what(begun)} through ${route}`,
    value: null,
  };
}

const missing: Failure = {
  code: 'not-found',
  message: 'The operation was not recorded in the release repo when it began.',
  meaning: 'Its commit shows the bot’s name to others. This console still knows what it did.',
  next: [],
};

/**
 * Writes down what became of an operation. A record that has a commit keeps it: it never claims another one. Doing it
 * again changes nothing; where it was not known before what became of it, it may be told later.
 */
export function completeOperation(known: Found<OperationRecord> | null, ended: EndedOperation): Decision {
  if (!known) return { kind: 'refusal', failure: missing };
  if (!known.ok) return { kind: 'refusal', failure: known.failure };
  const record = known.value;
  const commit = ended.state === 'landed' ? ended.commit : null;
  if (record.commit !== null) {
    if (record.commit === commit) return { kind: 'nothing', value: null };
    return refuse('conflict', 'The operation is already recorded with another commit.');
  }
  if (record.state === ended.state) return { kind: 'nothing', value: null };
  const done: OperationRecord = {
    ...record,
    run: ended.run ?? record.run,
    state: ended.state,
    commit,
    finishedAt: ended.at,
  };
  const end = { landed: 'landed', 'not-landed': 'did not land', unknown: 'ended unknown' }[ended.state];
  return {
    kind: 'change',
    changes: [put('operation', done)],
    subject: `Record: ${what(record)} ${end}`,
    value: null,
  };
}
