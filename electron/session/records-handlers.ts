import { uuidv7 } from 'uuidv7';
import type { RecordsPlace, recordsProcedures } from '../../shared/contract/records';
import { FailureError, unwrap } from '../../shared/domain/failure/failure';
import { signalboxFolder } from '../../shared/domain/ledger/layout';
import { asFreshness } from '../engine/board-keeper';
import type { HandlersOf } from '../ipc/dispatcher';
import type { Identity, Ledger, RecordsApart } from '../ledger/ledger';

/** How many paths are named. */
const mostNamed = 10;

/** Handlers of records that lie apart from the image tags. */
export function recordsHandlers(
  ledger: Ledger,
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
  return {
    'records.get': place,
    'records.create': async () => {
      unwrap(await apart().setUp(intent('Set records apart')));
      return place();
    },
    'records.move': async () => {
      const moved = unwrap(await apart().move(intent('Move records over')));
      return { ...moved, differing: [...moved.differing] };
    },
  };
}
