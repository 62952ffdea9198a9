import type { Board, Cell } from '../../../shared/domain/board';
import { shortVersion } from '../../../shared/domain/version';
import { useChange } from '../../data/queries';
import { ChangeView } from '../../ui/change-view';
import { FailurePanel } from '../../ui/failure-panel';
import { driftSentence } from '../../ui/words';
import classes from './inspector.module.css';

/** What the drift consists of: the commits that are in the chain's first environment and not here. */
export function DriftDetails({ cell, board }: { cell: Cell; board: Board }) {
  const of = 'of' in cell.drift ? cell.drift.of : null;
  const there = board.cells.find((each) => each.app === cell.app && each.environment === of)?.ledger?.version;
  const from = cell.ledger?.version ?? null;
  const change = useChange(cell.app, of ? from : null, of ? (there ?? null) : null);
  return (
    <section className={classes.section} aria-label="Drift">
      <h3>{of && there ? `Not here yet, but in ${of} (${shortVersion(there)})` : 'Drift'}</h3>
      <p className={classes.small}>{driftSentence(cell.drift)}</p>
      {of && change.isPending && there && <p className={classes.small}>Reading the commits…</p>}
      {change.data && <ChangeView change={change.data} />}
      {change.error && <FailurePanel failure={change.error.failure} onRetry={() => void change.refetch()} />}
    </section>
  );
}
