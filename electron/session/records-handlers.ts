import { uuidv7 } from 'uuidv7';
import type { RecordsPlace, recordsProcedures } from '../../shared/contract/records';
import { FailureError, unwrap } from '../../shared/domain/failure/failure';
import { signalboxFolder } from '../../shared/domain/ledger/layout';
import { titleOf } from '../../shared/domain/operation/intent';
import type { Finding } from '../../shared/domain/preflight/finding';
import { movingFindings } from '../../shared/domain/records/moving-findings';
import { asFreshness } from '../engine/board-keeper';
import type { Engine } from '../engine/engine-types';
import type { HandlersOf } from '../ipc/dispatcher';
import type { Identity, Ledger, Freshness as LedgerFreshness, RecordsApart } from '../ledger/ledger';

/** How many paths are named. */
const mostNamed = 10;
/** Milliseconds for which rights and branches are asked before a click; what is not known by then is said to be so. */
const looksFor = 10_000;
const mostRunning = 50;

/** Why a branch can't be asked; one that is not there yet answers. */
const awayOf = (freshness: LedgerFreshness): { since: string; because: string } | null =>
  freshness.state === 'unreachable' && !freshness.isAbsent
    ? { since: freshness.since, because: freshness.failure.message }
    : null;

/** Handlers of records that lie apart from the image tags. */
export function recordsHandlers(
  ledger: Ledger,
  engine: Pick<Engine, 'ownCommits' | 'list'>,
  tagsBranch: string,
  identity: () => Identity,
): HandlersOf<typeof recordsProcedures> {
  const place = (): RecordsPlace | null => {
    const { recordsApart: apart } = ledger;
    if (!apart) return null;
    const { url, branch } = apart;
    const left = apart.left();
    return {
      url,
      branch,
      tagsBranch,
      state: apart.state(),
      freshness: asFreshness(apart.freshness()),
      beside: apart.beside(),
      left: left.slice(0, mostNamed),
      leftCount: left.length,
    };
  };
  const apart = (): RecordsApart => {
    if (ledger.recordsApart) return ledger.recordsApart;
    throw new FailureError({
      code: 'refused',
      message: 'The estate file does not name a place for records.',
      meaning: 'Nothing was changed.',
      next: [
        { do: 'advice', label: `Add ledger.records to the estate file to keep ${signalboxFolder} apart.` },
      ],
    });
  };
  const intent = (what: string) => ({ operationId: uuidv7(), what, identity: identity() });
  const check = async (what: 'create' | 'move'): Promise<Finding[]> => {
    const { ownCommits } = engine;
    const { pending, freshness, tagsFreshness, branch, left } = apart();
    const signal = AbortSignal.timeout(looksFor);
    await Promise.all([
      ledger.refresh(signal),
      ownCommits.askOwnCommit(signal),
      ownCommits.askRecordsCommit(signal),
    ]);
    return movingFindings(what, {
      readOnlyBecause: ledger.readOnlyBecause,
      tags: { branch: tagsBranch, away: awayOf(tagsFreshness()), access: ownCommits.ownCommit() },
      records: { branch, away: awayOf(freshness()), access: ownCommits.recordsCommit() },
      pending: pending(),
      running: engine.list({ open: true, limit: mostRunning }).map(({ intent: one }) => titleOf(one)),
      left: left().length,
    });
  };
  /** @throws FailureError with what blocks it: it may have come up since a person looked. */
  const checked = async (what: 'create' | 'move'): Promise<void> => {
    const first = (await check(what)).find(({ level }) => level === 'block');
    if (!first) return;
    throw new FailureError({
      code: 'refused',
      message: first.message,
      meaning: 'Nothing was changed.',
      next: [{ do: 'advice', label: 'Resolve what blocks it first.' }],
      detail: first.evidence,
    });
  };
  return {
    'records.get': place,
    'records.check': ({ what }) => check(what),
    'records.create': async () => {
      await checked('create');
      unwrap(await apart().setUp(intent('Set records apart')));
      return place();
    },
    'records.move': async () => {
      await checked('move');
      const moved = unwrap(await apart().move(intent('Move records over')));
      return { ...moved, differing: [...moved.differing] };
    },
  };
}
