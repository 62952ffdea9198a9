import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import type { Cell, EnvironmentView } from '../../../shared/domain/board/board';
import { type WhyPlace, whyOf } from '../../../shared/domain/board/why';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { useCell } from '../../data/queries';
import { openSheet, useUiState } from '../layout/ui-state';
import { ago, fullTime } from '../time/time';
import { TimedText } from '../time/timed-text';
import { useNow } from '../time/use-now';
import classes from './why-line.module.css';

/** Why the cell fails, waits or lags: one line, since when, and the way to where it is seen or settled. */
export function WhyLine({ cell, environment }: { cell: Cell; environment: EnvironmentView }) {
  const now = useNow('calm');
  const before = useCell(cell.app, environment.before);
  const why = whyOf(cell, environment, before);
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
    case 'workflow': {
      const open = `${place.environment}/${place.namespace}/${place.name}`;
      return (
        <Link to="/workflows" search={{ app, environment: place.environment, open }}>
          Open the test run
        </Link>
      );
    }
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
      return (
        <Button
          variant="default"
          onClick={() => openSheet({ kind: cell.hold ? 'release-hold' : 'hold', app, environment })}
        >
          Release the hold…
        </Button>
      );
    case 'promotion':
      return (
        <Button
          variant="default"
          onClick={() =>
            openSheet({ kind: 'promote', app, environment, from: place.from, version: place.version })
          }
        >
          Review the promotion of {shortVersion(place.version)}…
        </Button>
      );
  }
}
