import type { Actor, Decision } from '../../../shared/domain/bags/decisions';
import { clearMark, markVersion } from '../../../shared/domain/marks/mark-rules';
import { removeNote, writeNote } from '../../../shared/domain/notes/note-rules';
import { type EstateIntent, titleOf } from '../../../shared/domain/operation/intent';
import type { Finding } from '../../../shared/domain/preflight/finding';
import { obstacles } from '../../../shared/domain/preflight/preflight';
import { ownCommitFindings } from '../../../shared/domain/preflight/preflight-route';
import type { Snapshot } from '../../ledger/ledger';
import { marksIn, noteOf } from '../../ledger/marks-and-notes';
import { askLedgerAgain } from '../app-preflight';
import { ledgerFindings } from '../ledger-findings';
import type { StepContext, StepEnd } from '../operation-context';
import { endOf, writeLedger } from '../steps/write-ledger';
import type { World } from '../world';

const markOf = (snapshot: Snapshot, { app, version }: { app: string; version: string }) =>
  marksIn(snapshot).get(app)?.get(version) ?? null;

/** What an intent makes of the records at a snapshot. */
function decide(snapshot: Snapshot, intent: EstateIntent, actor: Actor): Decision {
  const subject = titleOf(intent);
  switch (intent.kind) {
    case 'mark-version':
      return markVersion(markOf(snapshot, intent), actor, { ...intent, subject });
    case 'clear-mark':
      return clearMark(markOf(snapshot, intent), { ...intent, subject });
    case 'write-note':
      return writeNote(noteOf(snapshot, intent.seen?.note ?? actor.operation), actor, { ...intent, subject });
    case 'remove-note':
      return removeNote(noteOf(snapshot, intent.seen.note), { ...intent, subject });
  }
}

/** What keeps a record from being written, whatever it says. */
function findingsOf(world: World): Finding[] {
  const { ledger, estate, routes } = world;
  const found = ledgerFindings(world);
  if (ledger.readOnlyBecause === null && !estate.ledger.records)
    found.push(...ownCommitFindings(routes.ownCommit(), 'records'));
  return found;
}

const actorOf = ({ world, id }: StepContext<EstateIntent>): Actor => {
  const { name, email } = world.identity();
  return { by: name, email, operation: id, at: world.now().toISOString() };
};

/** Everything that speaks against a mark or note, before anything is committed. */
export async function checkRecords(context: StepContext<EstateIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  // What was committed already is not asked about again.
  if (context.record().effects.size > 0) return { state: 'succeeded' };
  const limited = AbortSignal.any([context.signal, AbortSignal.timeout(world.limits.look)]);
  await Promise.all([askLedgerAgain(world, context.signal), world.routes.askOwnCommit(limited)]);
  const findings = findingsOf(world);
  context.findings(findings);
  const [first] = obstacles({}, findings);
  if (first)
    return {
      state: 'failed',
      failure: {
        code: 'refused',
        message: first.message,
        meaning: 'Nothing was changed.',
        next: [{ do: 'advice', label: 'Resolve what blocks it first.' }],
        detail: first.evidence,
      },
    };
  const decision = decide(world.ledger.snapshot(), intent, actorOf(context));
  return decision.kind === 'refusal'
    ? { state: 'failed', failure: decision.failure }
    : { state: 'succeeded' };
}

/** Writes a mark or note in one commit, decided on the very snapshot that it lands on. */
export async function commitRecords(context: StepContext<EstateIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  return endOf(
    await writeLedger(context, {
      effect: 'commit',
      kind: intent.kind,
      what: titleOf(intent),
      waitingFor: 'Waiting for the commit to reach the release repo.',
      decide: (snapshot) => decide(snapshot, intent, actorOf(context)),
      settled: { value: null },
      reason: intent.reason,
      patience: context.resumed ? world.limits.ledger : 0,
    }),
  );
}
