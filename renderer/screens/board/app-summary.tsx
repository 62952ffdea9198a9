import { Link } from '@tanstack/react-router';
import type { Board } from '../../../shared/domain/board/board';
import { useReadOnly } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { Headline, StageMark } from '../../ui/cell/cell-marks';
import { HealthMark } from '../../ui/layout/mark';
import { openSheet, useUiState } from '../../ui/layout/ui-state';
import { driftText } from '../../ui/text/words';
import { CloseDetails } from './close-details';
import classes from './inspector.module.css';
import type { Row } from './rows';

interface AppSummaryProps {
  row: Row;
  /** An environment where the app has no file, `null` when the app itself is selected. */
  environment: string | null;
  board: Board;
}

/** One app across its environments, when its name is selected. */
export function AppSummary({ row, environment, board }: AppSummaryProps) {
  const blocked = useReadOnly();
  return (
    <>
      <header className={classes.head}>
        <CloseDetails />
        <h2 className={classes.title}>
          <Link to="/apps/$app" params={{ app: row.app }}>
            {row.app}
          </Link>
        </h2>
        <p className={classes.where}>{environment ? `No file in ${environment}` : 'All environments'}</p>
      </header>
      <section className={classes.section} aria-label="Environments">
        <div className={classes.list}>
          {board.environments.map(({ name }, index) => {
            const cell = row.cells[index];
            return (
              <div key={name} className={classes.line}>
                <button
                  type="button"
                  className={classes.link}
                  onClick={() => useUiState.setState({ selected: { app: row.app, environment: name } })}
                >
                  {name}
                </button>
                {cell ? (
                  <>
                    <Headline cell={cell} />
                    {cell.stage && cell.stage.state !== 'running' ? (
                      <StageMark cell={cell} />
                    ) : (
                      <HealthMark value={cell.health} />
                    )}
                    <span className={classes.small}>{driftText(cell.drift)}</span>
                  </>
                ) : (
                  <span className={classes.small}>not deployed here</span>
                )}
              </div>
            );
          })}
        </div>
        <div className={classes.actions}>
          <ActionButton
            variant="default"
            blocked={blocked}
            label={`Deploy ${row.app}`}
            onAction={() => openSheet({ kind: 'deploy', app: row.app, environment })}
          >
            Deploy…
          </ActionButton>
        </div>
      </section>
    </>
  );
}
