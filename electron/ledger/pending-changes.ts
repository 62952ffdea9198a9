import { type Failure, fail, ok, type Result } from '../../shared/domain/failure/failure';
import { signalboxFolder } from '../../shared/domain/ledger/layout';
import { commitMessage } from '../../shared/domain/ledger/trailers';
import type { Pending } from '../../shared/domain/records/apart-records';
import { remove } from '../../shared/domain/records/record-change';
import { readEntry } from '../../shared/domain/records/record-entry';
import { recordPath } from '../../shared/domain/records/record-paths';
import { gitLog } from '../systems/git/git-log';
import type { FoundOperation, Identity, Ledger, Mutation, Snapshot } from './ledger';

/** The two places that an estate writes to where its records lie apart. */
export interface BothPlaces {
  readonly tags: Ledger;
  readonly records: Ledger;
}

const pendingFolder = `${signalboxFolder}/pending/`;

/** Changes of both places that have begun and are not known to have ended; one that cannot be read is a problem of its own. */
export const pendingIn = (records: Snapshot): Pending[] =>
  records.list(pendingFolder).flatMap((path) => {
    const found = readEntry(path, records.file(path)?.text ?? '');
    return found?.place.kind === 'pending' && found.found.ok ? [found.found.value as Pending] : [];
  });

/** Somebody else's change that is on its way and is going to change one of these records. */
export const pendingOn = (records: Snapshot, paths: Iterable<string>, operation: string): Pending | null => {
  const wanted = [...paths];
  const others = pendingIn(records).filter((one) => one.operation !== operation);
  return others.find(({ changes }) => wanted.some((path) => Object.hasOwn(changes, path))) ?? null;
};

const changedMeanwhile = ({ what }: Pending, paths: readonly string[]): Failure => ({
  code: 'conflict',
  message: `${what}: the image tags changed, but ${paths.join(', ')} was changed by somebody else at the same time.`,
  meaning: 'That record stays as they left it.',
  next: [{ do: 'advice', label: 'Check what is held and locked there.' }],
});

/**
 * Writes the records of a change whose image tags are on their branch, and takes it away: one commit. Records that
 * somebody else changed since it began stay as they are; that is the answer's failure. Idempotent.
 * @param message of the change itself, where it is known; its trailers name the operation.
 */
export async function finishPending(
  { records }: BothPlaces,
  pending: Pending,
  identity: Identity,
  message: string = commitMessage(pending.what, { operation: pending.operation, kind: pending.kind }),
): Promise<Result<{ others: Failure | null }>> {
  const landed = await records.transact<{ others: readonly string[] }>(
    { operationId: `${pending.operation}-${pending.kind}-recorded`, what: pending.what, identity },
    (snapshot): Mutation<{ others: readonly string[] }> => {
      const said = (path: string): string | null => snapshot.file(path)?.text ?? null;
      const open = Object.entries(pending.changes).filter(([path, { text }]) => said(path) !== text);
      const own = open.filter(([path, { before }]) => (snapshot.file(path)?.blob ?? null) === before);
      const others = open.flatMap(([path, { before }]) =>
        (snapshot.file(path)?.blob ?? null) === before ? [] : [path],
      );
      const isThere = snapshot.file(recordPath('pending', pending)) !== undefined;
      if (!isThere && own.length === 0) return { kind: 'nothing', value: { others } };
      return {
        kind: 'change',
        copies: new Map(own.map(([path, { text }]) => [path, text])),
        records: isThere ? [remove('pending', pending)] : [],
        message,
        value: { others },
      };
    },
  );
  if (!landed.ok) return landed;
  const { others } = landed.value.value;
  return ok({ others: others.length > 0 ? changedMeanwhile(pending, others) : null });
}

/**
 * {@link finishPending} of a change that another process began: in the name, and with the words, of the commit that it made
 * on the branch of the image tags. Who ends it has decided nothing.
 */
export async function finishBegun(
  both: BothPlaces,
  pending: Pending,
  { ownCommit }: FoundOperation,
  identity: Identity,
): Promise<Result<{ others: Failure | null }>> {
  const query = { ref: ownCommit, limit: 1 };
  // Where it can't be read, the intent says what was done; it is ended all the same.
  const [own] = await gitLog(query, { gitDir: both.tags.gitDir }).catch(() => []);
  if (!own) return finishPending(both, pending, identity);
  const { authorEmail, authorName, message } = own;
  return finishPending(both, pending, { name: authorName, email: authorEmail }, message);
}

/** Takes away a change that did not come to its image tags, so that it is as if it had never begun. */
export async function dropPending(
  { records }: BothPlaces,
  pending: Pending,
  identity: Identity,
): Promise<Result<unknown>> {
  return records.transact(
    { operationId: `${pending.operation}-${pending.kind}-dropped`, what: pending.what, identity },
    (snapshot): Mutation<null> =>
      snapshot.file(recordPath('pending', pending)) === undefined
        ? { kind: 'nothing', value: null }
        : {
            kind: 'change',
            records: [remove('pending', pending)],
            message: commitMessage(`Not done: ${pending.what}`, {
              operation: pending.operation,
              kind: `${pending.kind}-dropped`,
            }),
            value: null,
          },
  );
}

/** Ends a change that somebody began: by whether its commit is on the branch of the image tags. */
export async function settlePending(
  both: BothPlaces,
  pending: Pending,
  identity: Identity,
): Promise<Result<'written' | 'dropped'>> {
  const { operation, kind, base } = pending;
  const found = await both.tags.findOperation(operation, { kind, base });
  if (!found.ok) return found;
  const ended = await (found.value
    ? finishBegun(both, pending, found.value, identity)
    : dropPending(both, pending, identity));
  return ended.ok ? ok(found.value ? 'written' : 'dropped') : fail(ended.failure);
}
