import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import type { Cell, EnvironmentView } from '../../../shared/domain/board/board';
import { type WhyPlace, whyOf } from '../../../shared/domain/board/why';
import { useCell } from '../../data/queries';
import { useWorkflow } from '../../data/workflow-queries';
import { openSheet, useUiState } from '../layout/ui-state';
import { ago, fullTime } from '../time/time';
import { TimedText } from '../time/timed-text';
import { useNow } from '../time/use-now';
import { hasFailed, RetryWorkflow } from '../workflow/workflow-actions';
import classes from './why-line.module.css';

/** Why the cell fails, waits or lags: one line, since when, and the way to where it is seen or settled. */
export function WhyLine({ cell, environment }: { cell: Cell; environment: EnvironmentView }) {
  const now = useNow('calm');
  const before = useCell(cell.app, environment.before);
  const why = whyOf(cell, environment, before, now);
  if (!why) return null;
  const failing = needsAttention(cell);
  return (
    <section
      className={classes.why}
      aria-label={`Why in ${cell.environment}`}
      data-failing={failing || undefined}
    >
      <p>
        <TimedText text={why.text} />
        {why.since && (
          <span className={classes.since} title={fullTime(why.since)}>
            {' '}
            {ago(why.since, now)}
          </span>
        )}
      </p>
      {why.place && <Way place={why.place} cell={cell} failing={failing} />}
    </section>
  );
}

function Way({ place, cell, failing }: { place: WhyPlace; cell: Cell; failing: boolean }) {
  const { app, environment } = cell;
  switch (place.at) {
    case 'rollout':
      return (
        <Link to="/apps/$app" params={{ app }} search={{ environment: place.environment, look: 'rollout' }}>
          {failing ? 'See why it fails' : 'See how far it is'}
        </Link>
      );
    case 'workflow':
      return <TestRun app={app} place={place} />;
    case 'operation':
      return (
        <Link to="/operations/$operationId" params={{ operationId: place.id }}>
          Open the operation
        </Link>
      );
    case 'cell':
      return (
        <Button
          variant="default"
          onClick={() => useUiState.setState({ selected: { app, environment: place.environment } })}
        >
          Show {place.environment}
        </Button>
      );
    case 'lock':
      return (
        <Button variant="default" onClick={() => useUiState.setState({ selected: null })}>
          See the lock
        </Button>
      );
    case 'hold':
      if (cell.hold?.frozen) return <Link to="/freezes">Show freezes</Link>;
      return (
        <Button
          variant="default"
          onClick={() => openSheet({ kind: cell.hold ? 'release-hold' : 'hold', app, environment })}
        >
          Release the hold…
        </Button>
      );
    // What waits here says it, with its button.
    case 'promotion':
      return null;
  }
}

/** To the run with its log; one that failed can be retried on the spot. */
function TestRun({ app, place }: { app: string; place: Extract<WhyPlace, { at: 'workflow' }> }) {
  const { environment, namespace, name } = place;
  const { workflow, gone } = useWorkflow({ environment, namespace, name, app });
  const failed = workflow !== null && hasFailed(workflow);
  return (
    <div className={classes.ways}>
      <Link to="/workflows" search={{ app, environment, open: `${environment}/${namespace}/${name}` }}>
        {failed ? 'Open the failed run and its log' : 'Open the test run'}
      </Link>
      {failed && <RetryWorkflow workflow={workflow} gone={gone} />}
    </div>
  );
}
