import type { Board, Cell } from '../../../shared/domain/board/board';
import { isLagging } from '../../../shared/domain/board/lagging';
import type { Change } from '../../../shared/domain/ledger/change';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { useChange } from '../../data/queries';
import { ChangeView } from '../../ui/change/change-view';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { driftSentence } from '../../ui/text/words';
import classes from './inspector.module.css';

/**
 * What the cell differs in from the environment before it, which is what a promotion would bring; where the two are
 * alike, from the chain's first environment.
 */
export function DriftDetails({ cell, board }: { cell: Cell; board: Board }) {
  const before = board.environments.find(({ name }) => name === cell.environment)?.before ?? null;
  const cellIn = (name: string | null): Cell | null =>
    board.cells.find((each) => each.app === cell.app && each.environment === name) ?? null;
  const here = cell.ledger?.version ?? null;
  const previous = cellIn(before);
  const incoming = previous?.ledger?.version ?? null;
  const compared = incoming !== null && incoming !== here ? previous : null;
  const of = compared ? compared.environment : 'of' in cell.drift ? cell.drift.of : null;
  const there = cellIn(of)?.ledger?.version ?? null;
  const isNewer = compared ? isLagging(cell, compared) : cell.drift.state !== 'ahead';
  const [from, to] = isNewer ? [here, there] : [there, here];
  const change = useChange(cell.app, of ? from : null, of ? to : null);
  return (
    <section className={classes.section} aria-label="Difference">
      <h3>
        {of && there
          ? heading(of, shortVersion(there), directionOf(cell, isNewer, change.data))
          : 'Difference'}
      </h3>
      <p className={classes.small}>
        {before === null && cell.drift.state === 'same'
          ? 'The other environments are compared with this one.'
          : of && change.data?.state === 'known' && change.data.direction === 'diverged'
            ? `Differs from ${of}: each has commits that the other lacks.`
            : driftSentence(cell.drift)}
      </p>
      {of && change.isPending && there && <p className={classes.small}>Loading commits…</p>}
      {change.data && (
        <ChangeView change={change.data} onRetry={() => void change.refetch()} busy={change.isFetching} />
      )}
      {change.error && <FailurePanel failure={change.error.failure} onRetry={() => void change.refetch()} />}
    </section>
  );
}

type Direction = 'here' | 'there' | 'unclear';

/** Which of the two sides is newer: as the commits tell, else as the names do. */
function directionOf({ drift }: Cell, isNewer: boolean, change: Change | undefined): Direction {
  const guess = isNewer ? 'there' : 'here';
  if (change?.state === 'known' && change.direction === 'diverged') return 'unclear';
  if (change?.state === 'known' && change.direction === 'backward') return isNewer ? 'here' : 'there';
  const isOrdered = drift.state === 'behind' || drift.state === 'ahead' || drift.state === 'same';
  return isOrdered || change?.state === 'known' ? guess : 'unclear';
}

function heading(of: string, version: string, direction: Direction): string {
  if (direction === 'here') return `Here, but not in ${of} (${version})`;
  if (direction === 'there') return `Waiting here: ${version} from ${of}`;
  return `Differs from ${of} (${version})`;
}
