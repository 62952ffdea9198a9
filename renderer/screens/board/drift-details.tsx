import type { Board, Cell } from '../../../shared/domain/board/board';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { useChange } from '../../data/queries';
import { ChangeView } from '../../ui/change/change-view';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { driftSentence } from '../../ui/text/words';
import classes from './inspector.module.css';

/** What the drift consists of: the commits that are in the chain's first environment and not here, or the other way. */
export function DriftDetails({ cell, board }: { cell: Cell; board: Board }) {
  const of = 'of' in cell.drift ? cell.drift.of : null;
  const there = board.cells.find((each) => each.app === cell.app && each.environment === of)?.ledger?.version;
  const here = cell.ledger?.version ?? null;
  const ahead = cell.drift.state === 'ahead';
  const [from, to] = ahead ? [there ?? null, here] : [here, there ?? null];
  const change = useChange(cell.app, of ? from : null, of ? to : null);
  return (
    <section className={classes.section} aria-label="Difference">
      <h3>{of && there ? heading(of, shortVersion(there), ahead) : 'Difference'}</h3>
      <p className={classes.small}>{driftSentence(cell.drift)}</p>
      {of && change.isPending && there && <p className={classes.small}>Loading commits…</p>}
      {change.data && <ChangeView change={change.data} />}
      {change.error && <FailurePanel failure={change.error.failure} onRetry={() => void change.refetch()} />}
    </section>
  );
}

const heading = (of: string, version: string, ahead: boolean): string =>
  ahead ? `Here, but not in ${of} (${version})` : `Waiting here: ${version} from ${of}`;
