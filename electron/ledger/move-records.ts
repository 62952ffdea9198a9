import { operationFolder } from '../../shared/domain/attribution/operation-record';
import { fail, ok, type Result } from '../../shared/domain/failure/failure';
import { signalboxFolder } from '../../shared/domain/ledger/layout';
import { commitMessage } from '../../shared/domain/ledger/trailers';
import type { Origin } from '../../shared/domain/records/apart-records';
import { put, recordFiles } from '../../shared/domain/records/record-change';
import { readEntry } from '../../shared/domain/records/record-entry';
import { recordPath } from '../../shared/domain/records/record-paths';
import type { Intent, LedgerConfig, Mutation, RecordsApart, RecordsMoved, Snapshot } from './ledger';
import type { MirroredLedger } from './mirrored-ledger';
import { notSetUp } from './records-failures';
import { emptySnapshot } from './snapshot';

interface Both {
  tags: MirroredLedger;
  records: MirroredLedger;
}
interface Parts extends Both {
  config: LedgerConfig;
  state: RecordsApart['state'];
}

const folder = `${signalboxFolder}/`;
const originPath = recordPath('origin', {});

const blobOf = (snapshot: Snapshot, path: string): string | null => snapshot.file(path)?.blob ?? null;

function originIn(records: Snapshot): Origin | null {
  const found = readEntry(originPath, records.file(originPath)?.text ?? '')?.found;
  return found?.ok ? (found.value as Origin) : null;
}

/** What lay beside the image tags when records were last copied from there. */
async function copiedFrom({ tags, records }: Both): Promise<Snapshot> {
  const commit = originIn(records.snapshot())?.commit ?? null;
  const found = commit === null ? null : await tags.snapshotAt(commit);
  return found?.ok ? found.value : emptySnapshot;
}

/** What is to become of the records beside the image tags. */
interface Plan {
  /** They go to the branch of records. */
  copy: string[];
  /** Both places changed: neither is touched. */
  differing: string[];
  /** The branch of records has them, or what became of them. */
  done: string[];
}

/** Of these only the newest are in every snapshot. */
const isOfOperation = (path: string): boolean => path.startsWith(operationFolder);

/**
 * A record that was copied before and did not change beside the image tags since is done, whatever became of it at the
 * branch of records: one that ended there must not come back. One that changed there since is taken over only where the
 * copy did not change, too.
 * @param old the records of operations that are long over, at the branch of records.
 */
function planOf(tags: Snapshot, records: Snapshot, before: Snapshot, old: Snapshot = emptySnapshot): Plan {
  const plan: Plan = { copy: [], differing: [], done: [] };
  for (const path of tags.list(folder)) {
    const there = blobOf(records, path) ?? (isOfOperation(path) ? blobOf(old, path) : null);
    const [now, then] = [blobOf(tags, path), blobOf(before, path)];
    if (now === then || now === there) plan.done.push(path);
    else if (there === then) plan.copy.push(path);
    else plan.differing.push(path);
  }
  return plan;
}

/** Records beside the image tags that do not count, and that the branch of records does not have. */
export async function leftBesideTags(both: Both): Promise<string[]> {
  const { copy, differing } = planOf(both.tags.snapshot(), both.records.snapshot(), await copiedFrom(both));
  return [...copy, ...differing].sort();
}

const originOf = ({ config }: Parts, intent: Intent, commit: string | null): Origin => ({
  branch: config.estate.ledger.branch,
  commit,
  by: (intent.identity ?? config.identity).name,
  at: new Date().toISOString(),
  operation: intent.operationId,
});

const texts = (snapshot: Snapshot, paths: readonly string[]): Map<string, string> =>
  new Map(paths.map((path) => [path, snapshot.file(path)?.text ?? '']));

const messageOf = (subject: string, kind: string, { operationId }: Intent): string =>
  commitMessage(subject, { operation: operationId, kind });

/** Makes the branch of records, with what lies beside the image tags as its first content. */
export async function setUpRecords(
  parts: Parts,
  intent: Intent,
): Promise<Result<{ made: boolean; copied: number }>> {
  const { tags, records, state, config } = parts;
  const fresh = await tags.refresh();
  if (!fresh.ok) return fresh;
  const seen = await records.refresh();
  if (!seen.ok && state() !== 'absent') {
    const freshness = records.freshness();
    // It was there once and went: what is known of it goes back there.
    if (!(freshness.state === 'unreachable' && freshness.isAbsent)) return seen;
  }
  if (seen.ok && state() === 'ready') return ok({ made: false, copied: 0 });
  const whole = await tags.wholeSnapshot();
  if (!whole.ok) return whole;
  const beside = whole.value;
  const paths = beside.list(folder);
  const origin = originOf(parts, intent, beside.commit);
  const message = messageOf('Keep records apart from the image tags', 'records-set-up', intent);
  if (!seen.ok) {
    const written = recordFiles([put('origin', origin)], () => null);
    if (!written.ok) return written;
    const files = new Map([...texts(beside, paths), [originPath, written.value.get(originPath) ?? '']]);
    const made = await records.makeBranch({
      files,
      message,
      identity: intent.identity ?? config.identity,
      idLength: beside.commit?.length ?? 40,
    });
    if (!made.ok) return made;
    if (made.value || state() === 'ready') return ok({ made: made.value, copied: paths.length });
  }
  const landed = await records.transact<{ copied: number }>(
    intent,
    (snapshot): Mutation<{ copied: number }> => {
      if (snapshot.file(originPath)) return { kind: 'nothing', value: { copied: 0 } };
      // Nothing of ours is there before it is set up, and no record of an operation that is long over.
      const copy = paths.filter((path) => blobOf(snapshot, path) === null);
      return {
        kind: 'change',
        copies: texts(beside, copy),
        records: [put('origin', origin)],
        message,
        value: { copied: copy.length },
      };
    },
  );
  return landed.ok ? ok({ made: landed.value.changed, copied: landed.value.value.copied }) : landed;
}

/** Copies what is new beside the image tags, then deletes there what the branch of records has. */
export async function moveRecords(parts: Parts, intent: Intent): Promise<Result<RecordsMoved>> {
  const { tags, records, state } = parts;
  const fresh = await Promise.all([tags.refresh(), records.refresh()]);
  const lost = fresh.find((one) => !one.ok);
  if (lost && !lost.ok) return lost;
  const now = state();
  if (now !== 'ready') return fail(notSetUp(now === 'not-set-up' ? now : 'absent'));
  const before = await copiedFrom(parts);
  const [whole, old] = [await tags.wholeSnapshot(), await records.wholeSnapshot()];
  if (!whole.ok) return whole;
  if (!old.ok) return old;
  const beside = whole.value;
  const copied = await records.transact<Plan>(intent, (snapshot): Mutation<Plan> => {
    const plan = planOf(beside, snapshot, before, old.value);
    const known = originIn(snapshot);
    // What differs would count as copied, and be deleted the next time.
    const commit = plan.differing.length > 0 ? (known?.commit ?? null) : beside.commit;
    if (plan.copy.length === 0) return { kind: 'nothing', value: plan };
    return {
      kind: 'change',
      copies: texts(beside, plan.copy),
      records: [put('origin', originOf(parts, intent, commit))],
      message: messageOf('Copy records from the image tags', 'records-copied', intent),
      value: plan,
    };
  });
  if (!copied.ok) return copied;
  const { copy, differing, done } = copied.value.value;
  const here = [...copy, ...done];
  const told = { copied: copy.length, differing };
  if (here.length === 0) return ok({ ...told, deleted: 0, notDeleted: null });
  const deleted = await tags.transact<number>(intent, (snapshot): Mutation<number> => {
    const gone = here.filter(
      (path) => blobOf(snapshot, path) !== null && blobOf(snapshot, path) === blobOf(beside, path),
    );
    if (gone.length === 0) return { kind: 'nothing', value: 0 };
    return {
      kind: 'change',
      copies: new Map(gone.map((path) => [path, null])),
      message: messageOf(
        `Delete records that lie on ${parts.config.estate.ledger.records?.branch} now`,
        'records-moved',
        intent,
      ),
      value: gone.length,
    };
  });
  return ok({
    ...told,
    deleted: deleted.ok ? deleted.value.value : 0,
    notDeleted: deleted.ok ? null : deleted.failure,
  });
}
