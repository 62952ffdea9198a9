import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { Failure } from '../../../shared/domain/failure/failure';
import { ask } from '../../data/call';
import { CopyButton } from '../text/copy-button';
import { TimedText } from '../time/timed-text';
import classes from './failure-panel.module.css';

/** What happened, what it means and what to do next; each step is a button or a line of advice. */
export function FailurePanel({ failure, onRetry }: { failure: Failure; onRetry?: (() => void) | undefined }) {
  const navigate = useNavigate();
  const advice = failure.next.filter((step) => step.do === 'advice');
  const copies = failure.next.filter((step) => step.do === 'copy');
  const actions = failure.next.filter(
    (step) => step.do !== 'advice' && step.do !== 'copy' && (step.do !== 'retry' || onRetry),
  );
  const action = (step: (typeof actions)[number]) => {
    if (step.do === 'retry') onRetry?.();
    else if (step.do === 'open-settings') void navigate({ to: '/settings' });
    else if (step.do === 'open-operation') {
      void navigate({ to: '/operations/$operationId', params: { operationId: step.operationId } });
    } else if (step.do === 'open-url') void ask('shell.open-external', { url: step.url });
  };
  return (
    <div className={classes.panel} role="alert">
      <IconAlertTriangle size={18} aria-hidden />
      <div className={classes.body}>
        <p className={classes.message}>
          <TimedText text={failure.message} />
        </p>
        {failure.place && (
          <p className={`${classes.place} mono`}>
            {failure.place.path}
            {failure.place.line === undefined ? '' : `:${failure.place.line}`}
          </p>
        )}
        <p className={classes.meaning}>
          <TimedText text={failure.meaning} />
        </p>
        {advice.map((step) => (
          <p key={step.label} className={classes.advice}>
            {step.label}
          </p>
        ))}
        {copies.map(({ label, text }) => (
          <div key={text} className={classes.copy}>
            <p>{label}</p>
            <div>
              <pre>{text}</pre>
              <CopyButton text={text} label="Copy" />
            </div>
          </div>
        ))}
        {actions.length > 0 && (
          <div className={classes.actions}>
            {actions.map((step) => (
              <Button key={`${step.do}${step.label}`} variant="default" onClick={() => action(step)}>
                {step.label}
              </Button>
            ))}
          </div>
        )}
        {failure.detail && (
          <details className={classes.detail}>
            <summary>Technical details</summary>
            <pre>{failure.detail}</pre>
          </details>
        )}
      </div>
    </div>
  );
}
