import type { Actor } from '../../../shared/domain/bags/decisions';
import { recordPage } from '../../../shared/domain/estate/github-pages';
import { freezeAnnouncement } from '../../../shared/domain/freeze/freeze-announcement';
import { type FreezeIntent, type Intent, titleOf } from '../../../shared/domain/operation/intent';
import { obstacles } from '../../../shared/domain/preflight/preflight';
import { recordPath } from '../../../shared/domain/records/record-paths';
import type { Snapshot } from '../../ledger/ledger';
import { askLedgerAgain } from '../app-preflight';
import type { StepContext, StepEnd } from '../operation-context';
import { endOf, type FullDecision, writeLedger } from '../steps/write-ledger';
import { beginFreeze, changeFreeze, type FreezeTold, setFreeze, thawFreeze } from './freeze-changes';
import { freezeFindings } from './freeze-findings';

/** The freeze that an operation is about. */
export const freezeOf = ({ intent, id }: Pick<StepContext<Intent>, 'intent' | 'id'>): string =>
  'freeze' in intent ? intent.freeze : id;

const actorOf = ({ world, id }: StepContext<FreezeIntent>): Actor => {
  const { name, email } = world.identity();
  return { by: name, email, operation: id, at: world.now().toISOString() };
};

function decide(context: StepContext<FreezeIntent>, snapshot: Snapshot): FullDecision<FreezeTold> {
  const { world, intent } = context;
  const actor = actorOf(context);
  switch (intent.kind) {
    case 'freeze':
      return setFreeze(world, snapshot, intent, actor);
    case 'begin-freeze':
      return beginFreeze(world, snapshot, intent, actor);
    case 'change-freeze':
      return changeFreeze(world, snapshot, intent, actor);
    case 'thaw':
      return thawFreeze(world, snapshot, intent, actor);
  }
}

/** Everything that speaks against it, before anything is committed. */
export async function checkFreeze(context: StepContext<FreezeIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  // What was committed already is not asked about again.
  if (context.record().effects.size > 0) return { state: 'succeeded' };
  const limited = AbortSignal.any([context.signal, AbortSignal.timeout(world.limits.look)]);
  await Promise.all([askLedgerAgain(world, context.signal), world.routes.askOwnCommit(limited)]);
  const findings = freezeFindings(world, intent);
  context.findings(findings);
  const [first] = obstacles({}, findings);
  if (!first) return { state: 'succeeded' };
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
}

/**
 * One commit for all of it: the freeze's record and the image-tag files of every app in its scope, decided on the very
 * snapshot that it lands on. The push is the compare-and-swap: of several consoles that begin or thaw a freeze one lands,
 * and the others find nothing left to do.
 */
export async function commitFreeze(context: StepContext<FreezeIntent>): Promise<StepEnd> {
  const { world, intent } = context;
  const written = await writeLedger<FreezeTold>(context, {
    effect: 'commit',
    kind: intent.kind,
    what: titleOf(intent),
    waitingFor: 'Waiting for the commit to reach the release repo.',
    decide: (snapshot) => decide(context, snapshot),
    settled: { value: { freeze: null, left: [], moot: null } },
    reason: intent.reason,
    patience: context.resumed ? world.limits.ledger : 0,
  });
  if (!written.ok) return endOf(written);
  const { freeze, left, moot } = written.value.value;
  if (moot !== null) return { state: 'withdrawn', because: moot };
  for (const text of left.slice(0, 5)) context.saw(`Left as it is: ${text}`);
  if (left.length > 5) context.saw(`Left as they are: ${left.length - 5} more files.`);
  if (freeze && written.value.commit !== null) {
    const told = freezeAnnouncement(intent.kind, freeze, {
      at: world.now().toISOString(),
      who: intent.kind === 'thaw' && intent.ended ? null : world.identity().name,
      why: intent.reason ?? null,
      page: recordPage(world.estate, recordPath('freeze', { operation: freeze.operation })),
      callEveryone: intent.kind === 'freeze' && intent.callEveryone === true,
    });
    if (told) world.announce(told);
  }
  return { state: 'succeeded' };
}
