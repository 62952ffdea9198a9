import { IconTrain } from '@tabler/icons-react';
import { Fragment } from 'react';
import type { Cell, EnvironmentView } from '../../../shared/domain/board/board';
import { separator, waitingHere, waitingText } from '../../../shared/domain/board/waiting-here';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { useCell, useChange, useReadOnly } from '../../data/queries';
import { ActionButton } from '../action/action-button';
import { Age } from '../change/change-view';
import { openSheet } from '../layout/ui-state';
import classes from './waiting-line.module.css';

/** What waits here in the environment before, in one line, and its promotion; nothing where nothing waits. */
export function WaitingLine({ cell, environment }: { cell: Cell; environment: EnvironmentView }) {
  const before = useCell(cell.app, environment.before);
  const waiting = waitingHere(cell, before);
  const change = useChange(
    cell.app,
    waiting ? (cell.ledger?.version ?? null) : null,
    waiting?.version ?? null,
  );
  const blocked = useReadOnly();
  if (!waiting || !before) return null;
  const { app } = cell;
  const { version, from } = waiting;
  const label = `Promote ${app} ${shortVersion(version)} to ${environment.name}`;
  return (
    <section className={classes.waiting} aria-label="Waiting here">
      <p>
        {waitingText(waiting, before, change.data ?? null)
          .split(separator)
          .map((part, at) => (
            <Fragment key={part}>
              {at > 0 && separator}
              <span className={classes.part}>{part}</span>
            </Fragment>
          ))}
        {change.data?.state === 'known' && change.data.asOf !== undefined && (
          <>
            {separator}
            <Age asOf={change.data.asOf} />
          </>
        )}
      </p>
      <ActionButton
        variant="default"
        leftSection={<IconTrain size={14} aria-hidden />}
        blocked={blocked}
        onAction={() => openSheet({ kind: 'promote', app, environment: environment.name, from, version })}
      >
        {label}
      </ActionButton>
    </section>
  );
}
