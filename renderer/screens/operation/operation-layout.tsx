import type { ReactNode } from 'react';
import type { Operation } from '../../../shared/domain/operation/operation';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { FindingList } from '../../ui/finding/finding-list';
import type { LogChoice } from '../../ui/log/log-choice';
import { LogViewer } from '../../ui/log/log-viewer';
import { Facts } from './facts';
import { OperationHead } from './operation-head';
import classes from './operation-screen.module.css';

interface OperationLayoutProps {
  operation: Operation;
  /** Its steps. */
  rail: ReactNode;
  /** What can be done about its failure. */
  remedy?: ReactNode;
  /** The log that was opened. */
  log: LogChoice | null;
  /** What is seen of it live, at the right. */
  children: ReactNode;
}

/** An operation's failure with the ways out, its steps, facts and checks at the left; what is seen of it live, and a log, at the right. */
export function OperationLayout({ operation, rail, remedy, log, children }: OperationLayoutProps) {
  return (
    <div className={classes.screen}>
      <OperationHead operation={operation} />
      <div className={classes.columns}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must be able to reach it */}
        <section className={classes.left} aria-label="Progress" tabIndex={0}>
          {operation.failure && (
            <section className={classes.block} aria-label="What failed">
              <FailurePanel failure={operation.failure} />
              {remedy && <div className={classes.remedy}>{remedy}</div>}
            </section>
          )}
          {rail}
          <Facts operation={operation} />
          {operation.findings.length > 0 && (
            <div className={classes.block}>
              <h2 className={classes.heading}>Checks</h2>
              <FindingList findings={operation.findings} past />
            </div>
          )}
        </section>
        <div className={classes.right}>
          <div className={classes.live}>{children}</div>
          {log && (
            <section className={classes.log} aria-label="Log">
              <LogViewer key={log.name} name={log.name} sources={log.sources} />
            </section>
          )}
        </div>
      </div>
    </div>
  );
}
