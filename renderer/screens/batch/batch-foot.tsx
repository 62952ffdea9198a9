import { SegmentedControl, Textarea } from '@mantine/core';
import { obstaclesOf } from '../../../shared/domain/preflight/obstacles';
import { count } from '../../../shared/domain/text/count';
import { ActionButton } from '../../ui/action/action-button';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { TimedText } from '../../ui/time/timed-text';
import classes from './batch-screen.module.css';
import type { Batch } from './use-batch';

/** What becomes of the others when one fails, the reason, and the button that says the action. */
export function BatchFoot({
  batch,
  environment,
  at,
}: {
  batch: Batch;
  environment: string;
  at: string | null;
}) {
  const { chosen, blocked, busy, failure } = batch;
  const obstacles = chosen.flatMap(({ checks }) =>
    checks.state === 'done' ? obstaclesOf(checks.findings) : [],
  ).length;
  const apps = count(chosen.length, 'app');
  return (
    <footer className={classes.foot}>
      {failure && <FailurePanel failure={failure} onRetry={() => void batch.send()} />}
      <div className={classes.fields}>
        <Textarea
          className={classes.reason ?? ''}
          size="sm"
          label={obstacles > 0 ? 'Reason' : 'Reason (optional)'}
          description={
            obstacles > 0
              ? 'Explain why you are overriding these checks. Saved in each commit and the history.'
              : 'Saved in each commit and the history.'
          }
          required={obstacles > 0}
          withAsterisk={false}
          autosize
          minRows={1}
          maxRows={3}
          maxLength={500}
          value={batch.reason}
          onChange={(event) => batch.setReason(event.currentTarget.value)}
        />
        <div className={classes.field}>
          <span id="batch-failure">If an app fails</span>
          <SegmentedControl
            aria-labelledby="batch-failure"
            value={batch.onFailure}
            onChange={(value) => batch.setOnFailure(value === 'go-on' ? 'go-on' : 'stop')}
            data={[
              { value: 'stop', label: 'Stop' },
              { value: 'go-on', label: 'Go on with the others' },
            ]}
          />
        </div>
        <div className={classes.field}>
          <span id="batch-at-once">At once</span>
          <SegmentedControl
            aria-labelledby="batch-at-once"
            value={`${batch.atOnce}`}
            onChange={(value) => batch.setAtOnce(Number(value))}
            data={['1', '3', '10']}
          />
        </div>
      </div>
      <div className={classes.buttons}>
        <span className={classes.quiet}>{blocked !== null && <TimedText text={blocked} />}</span>
        <ActionButton size="sm" blocked={blocked} busy={busy} onAction={() => void batch.send()}>
          {at === null ? `Promote ${apps} to ${environment}` : `Put ${apps} in ${environment} back`}
        </ActionButton>
      </div>
    </footer>
  );
}
