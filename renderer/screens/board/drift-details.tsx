import type { Board, Cell } from '../../../shared/domain/board/board';
import type { Change } from '../../../shared/domain/ledger/change';
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
  const isFirst = board.environments.some(({ name, before }) => name === cell.environment && before === null);
  const ahead = cell.drift.state === 'ahead';
  const [from, to] = ahead ? [there ?? null, here] : [here, there ?? null];
  const change = useChange(cell.app, of ? from : null, of ? to : null);
  return (
    <section className={classes.section} aria-label="Difference">
      <h3>{of && there ? heading(of, shortVersion(there), directionOf(cell, change.data)) : 'Difference'}</h3>
      <p className={classes.small}>
        {isFirst && cell.drift.state === 'same'
          ? 'The other environments are compared with this one.'
          : of && change.data?.state === 'known' && change.data.direction === 'diverged'
            ? `Differs from ${of}: each has commits that the other lacks.`
            : driftSentence(cell.drift)}
      </p>
      {of && change.isPending && there && <p className={classes.small}>Loading commits…</p>}
      {change.data && <ChangeView change={change.data} />}
      {change.error && <FailurePanel failure={change.error.failure} onRetry={() => void change.refetch()} />}
    </section>
  );
}

type Direction = 'here' | 'there' | 'unclear';

/** Which of the two sides is newer: as the commits tell, else as the names do. */
function directionOf({ drift }: Cell, change: Change | undefined): Direction {
  if (change?.state === 'known' && (change.direction === 'diverged' || change.direction === 'backward'))
    return change.direction === 'diverged' ? 'unclear' : drift.state === 'ahead' ? 'there' : 'here';
  if (drift.state === 'ahead') return 'here';
  return drift.state === 'behind' || change?.state === 'known' ? 'there' : 'unclear';
}

function heading(of: string, version: string, direction: Direction): string {
  if (direction === 'here') return `Here, but not in ${of} (${version})`;
  if (direction === 'there') return `Waiting here: ${version} from ${of}`;
  return `Differs from ${of} (${version})`;
}
