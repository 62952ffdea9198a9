import { memo, useEffect, useRef } from 'react';
import type { Board, EnvironmentView } from '../../../shared/domain/board/board';
import { ownHold } from '../../../shared/domain/board/own-hold';
import { count } from '../../../shared/domain/text/count';
import { LockBox, LockButton } from '../../ui/bag/lock-box';
import { NotVisibleNotes } from '../../ui/environment/not-visible-note';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { HoldMark } from '../../ui/layout/mark';
import { useUiState } from '../../ui/layout/ui-state';
import { useSame } from '../../ui/layout/use-same';
import { ago } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import { ClosePanel } from './close-details';
import classes from './inspector.module.css';
import { NeedsAttention } from './needs-attention';
import { ReadyList } from './ready-list';
import type { Row } from './rows';

/** The estate, while nothing is selected: what needs attention, what is held, what can't be read. */
export function Overview({ board, rows }: { board: Board; rows: readonly Row[] }) {
  const now = useNow('calm');
  const isRead = board.commit !== null;
  const environments = useSame(board.environments);
  const cells = rows.flatMap((row) => row.cells.filter((cell) => cell !== null));
  const holds = cells.filter((cell) => ownHold(cell) !== null);
  const go = (app: string, environment: string) => useUiState.setState({ selected: { app, environment } });
  return (
    <>
      <header className={classes.head}>
        <ClosePanel />
        <h2 className={classes.title}>Overview</h2>
        <p className={classes.where}>
          {isRead ? count(rows.length, 'app') : 'Apps not known yet'}
          {board.committedAt && `, last change ${ago(board.committedAt, now)}`}
        </p>
      </header>
      <NeedsAttention rows={rows} />
      <ReadyList board={board} />
      <section className={classes.section} aria-label="Holds">
        <h3>Held</h3>
        {holds.length === 0 && (
          <p className={classes.small}>
            {isRead ? 'No holds.' : 'Not known yet: the release repo was not read.'}
          </p>
        )}
        {holds.slice(0, 8).map((cell) => (
          <div key={`${cell.app} ${cell.environment}`} className={classes.line}>
            <button type="button" className={classes.link} onClick={() => go(cell.app, cell.environment)}>
              {cell.app} · {cell.environment}
            </button>
            {cell.hold && <HoldMark value={cell.hold} />}
          </div>
        ))}
        {holds.length > 8 && <p className={classes.small}>and {holds.length - 8} more</p>}
      </section>
      {isRead && <Locks environments={environments} />}
      <NotVisibleNotes environments={board.environments} />
      {board.problems.length > 0 && <Problems problems={board.problems} />}
    </>
  );
}

/** What can't be read; it comes into sight, with the focus, when the notice above the grid asks for it. */
function Problems({ problems }: { problems: Board['problems'] }) {
  const wanted = useUiState((state) => state.problemsWanted);
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!wanted) return;
    section.current?.scrollIntoView({ block: 'nearest' });
    section.current?.focus({ preventScroll: true });
    useUiState.setState({ problemsWanted: false });
  }, [wanted]);
  return (
    <section ref={section} tabIndex={-1} className={classes.section} aria-label="Unreadable files">
      <h3>Unreadable files</h3>
      <div className={classes.list}>
        {problems.map((problem) => (
          <FailurePanel key={`${problem.place?.path}${problem.message}`} failure={problem} />
        ))}
      </div>
    </section>
  );
}

/** Locks of the environments: while somebody holds one, no other console deploys there. */
const Locks = memo(function Locks({ environments }: { environments: readonly EnvironmentView[] }) {
  return (
    <section className={classes.section} aria-label="Locks">
      <h3>Locks</h3>
      <div className={classes.list}>
        {environments.map(({ name, pipeline, lock }) => {
          if (!pipeline) return null;
          if (lock) return <LockBox key={name} pipeline={pipeline.name} environment={name} lock={lock} />;
          return (
            <div key={name} className={classes.line}>
              <span>{name}</span>
              <LockButton pipeline={pipeline.name} environment={name} />
            </div>
          );
        })}
      </div>
    </section>
  );
});
