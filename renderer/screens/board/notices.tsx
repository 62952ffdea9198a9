import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type ArgoOutage, argoOutages, outageSentence } from '../../../shared/domain/attention/argo-outage';
import type { Board } from '../../../shared/domain/board/board';
import { count } from '../../../shared/domain/text/count';
import { useUiState } from '../../ui/layout/ui-state';
import { clock, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './board-screen.module.css';

/** What is so for many cells at once, in a line each: said here, it need not be said in any cell. */
export function Notices({ board, past }: { board: Board; past: boolean }) {
  const outages = useMemo(() => (past ? [] : argoOutages(board)), [board, past]);
  return (
    <>
      {outages.map((one) => (
        <OutageNotice key={one.outage} value={one} />
      ))}
      {board.problems.length > 0 && <ProblemsNotice number={board.problems.length} />}
    </>
  );
}

function OutageNotice({ value }: { value: ArgoOutage }) {
  const now = useNow('calm');
  const [environment] = value.environments;
  return (
    <div className={classes.notice} role="note">
      <span>
        {outageSentence(value)}
        {value.since && <span title={fullTime(value.since)}> Since {clock(value.since, now)}.</span>}
      </span>
      <Link to="/clusters" search={{ environment }}>
        See the cluster
      </Link>
    </div>
  );
}

function ProblemsNotice({ number }: { number: number }) {
  return (
    <div className={classes.notice} role="note">
      <span>{count(number, 'file')} in the release repo can’t be read. Everything else works.</span>
      <Button
        variant="default"
        size="compact-xs"
        onClick={() => useUiState.setState({ selected: null, panelOpen: true, problemsWanted: true })}
      >
        Show {number === 1 ? 'it' : 'them'}
      </Button>
    </div>
  );
}
