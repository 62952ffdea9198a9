import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { asOf, type BatchCandidate, promotable } from '../../../shared/domain/batch/batch-candidates';
import type { Board, EnvironmentView } from '../../../shared/domain/board/board';
import { count } from '../../../shared/domain/text/count';
import { listText } from '../../../shared/domain/text/list-text';
import { useHistoricBoard } from '../../data/history-queries';
import { useBoard } from '../../data/queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Empty } from '../../ui/layout/panel';
import { dateTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import { BatchFoot } from './batch-foot';
import classes from './batch-screen.module.css';
import { BatchTable } from './batch-table';
import { useBatch } from './use-batch';

const route = getRouteApi('/batch/$environment');

/** Several apps of an environment looked at and sent as one: what is ready for it, or what it had at a moment. */
export function BatchScreen() {
  const { environment: name } = route.useParams();
  const { at } = route.useSearch();
  const board = useBoard();
  const environment = board.data?.environments.find((one) => one.name === name);
  if (board.error && !board.data)
    return (
      <div className={classes.screen}>
        <FailurePanel failure={board.error.failure} onRetry={() => void board.refetch()} />
      </div>
    );
  if (!board.data || board.data.commit === null) return <p role="status">Loading the release repo…</p>;
  if (!environment) return <Empty title="No such environment">The estate has no environment {name}.</Empty>;
  if (at !== undefined)
    return <AsOf key={`${name} ${at}`} board={board.data} environment={environment} at={at} />;
  return <Ready key={name} board={board.data} environment={environment} />;
}

interface PartProps {
  board: Board;
  environment: EnvironmentView;
}

/** What could be promoted there. */
function Ready({ board, environment }: PartProps) {
  const now = useNow('calm');
  const candidates = useMemo(() => promotable(board, environment, now), [board, environment, now]);
  const ready = candidates.filter((one) => one.ready).length;
  const { name, before } = environment;
  return (
    <Review
      title={`Ready for ${name}`}
      lead={
        before === null
          ? `${name} is the first environment: nothing is promoted to it.`
          : `${count(candidates.length, 'app')} ${candidates.length === 1 ? 'has' : 'have'} another version in ${before}, ${ready} ready. Each is promoted by an operation of its own.`
      }
      empty={`Everything in ${before ?? name} is in ${name}, too.`}
      environment={name}
      at={null}
      candidates={candidates}
    />
  );
}

/** What it had at a moment of the past. */
function AsOf({ board, environment: { name }, at }: PartProps & { at: string }) {
  const then = useHistoricBoard(at);
  const found = useMemo(
    () =>
      then.data
        ? asOf(
            board,
            name,
            then.data.cells.filter(({ environment }) => environment === name),
          )
        : null,
    [board, name, then.data],
  );
  if (then.error)
    return (
      <div className={classes.screen}>
        <FailurePanel failure={then.error.failure} onRetry={() => void then.refetch()} />
      </div>
    );
  if (!found) return <p role="status">Loading what ran then…</p>;
  const others = [
    `${count(found.same, 'app')} ${found.same === 1 ? 'has' : 'have'} the same version as then.`,
    found.newer.length > 0 ? `Added since then, and not changed: ${listText(found.newer, 5)}.` : null,
    found.gone.length > 0 ? `Removed since then: ${listText(found.gone, 5)}.` : null,
  ].filter((one) => one !== null);
  return (
    <Review
      title={`${name} as of ${dateTime(at)}`}
      lead={`Each app is rolled back by an operation of its own, and held: automatic deploys to ${name} are off for it until you release the hold. ${others.join(' ')}`}
      empty={`${name} has the versions of that time.`}
      environment={name}
      at={at}
      candidates={found.candidates}
    />
  );
}

interface ReviewProps {
  title: string;
  lead: string;
  /** What is said where there is nothing to do. */
  empty: string;
  environment: string;
  at: string | null;
  candidates: readonly BatchCandidate[];
}

function Review({ title, lead, empty, environment, at, candidates }: ReviewProps) {
  const batch = useBatch({ environment, at }, candidates);
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <p className={classes.crumbs}>
          <Link to="/" search={at === null ? {} : { at }}>
            Board
          </Link>{' '}
          / {environment}
        </p>
        <h1>{title}</h1>
        <p className={classes.lead}>{lead}</p>
      </header>
      {candidates.length === 0 ? (
        <Empty title="Nothing to do">{empty}</Empty>
      ) : (
        <>
          <BatchTable candidates={candidates} batch={batch} />
          <BatchFoot batch={batch} environment={environment} at={at} />
        </>
      )}
    </div>
  );
}
