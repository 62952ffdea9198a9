import { Checkbox, Radio } from '@mantine/core';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { useBoard } from '../../data/queries';
import type { SheetRequest } from '../../ui/layout/ui-state';
import classes from '../../ui/sheet/sheet.module.css';

/** The Application that renders all others, as the debts and clusters call it here. */
const parentWord = 'the parent Application';

/** What an emergency rollback does, in order, what it freezes, and that this was understood. */
export function EmergencySteps(props: {
  app: string;
  environment: string;
  version: string;
  confirmed: boolean;
  onConfirm: (confirmed: boolean) => void;
}) {
  const { app, environment } = props;
  return (
    <section>
      <h3 className={classes.heading}>What happens</h3>
      <ol className={classes.steps}>
        <li>
          Argo CD’s automatic sync is switched off for {parentWord} in {environment}, then for {app}.
        </li>
        <li>A running sync is ended, so that it can’t set the image back.</li>
        <li>
          The live workloads of {app} get {shortVersion(props.version)}, and the rollout is followed.
        </li>
        <li>
          When the release repo is reachable again, you reconcile: Git gets a version, then automatic sync is
          switched on.
        </li>
      </ol>
      <Checkbox
        size="sm"
        checked={props.confirmed}
        onChange={(event) => props.onConfirm(event.currentTarget.checked)}
        label={`Until then, no change in Git reaches any app in ${environment}.`}
      />
    </section>
  );
}

/** Whether Git gets the version that runs, or the cluster the one that Git wants. */
export function GitChoice(props: {
  request: SheetRequest;
  /** What Git wants now. */
  current: string | null;
  value: string | null;
  onPick: (version: string) => void;
}) {
  const { request, current, value } = props;
  const debt = useBoard().data?.emergency.debts.find(({ operation }) => operation === request.debt);
  if (!debt || current === null || current === debt.imageTag) return null;
  const isNewer = current !== debt.leaves;
  return (
    <Radio.Group
      label={
        isNewer
          ? `Git got ${shortVersion(current)} meanwhile. Which one is to run?`
          : 'Which version is to run?'
      }
      value={value ?? ''}
      onChange={props.onPick}
    >
      <div className={classes.choices}>
        <Radio
          value={debt.imageTag}
          label={`${shortVersion(debt.imageTag)}: write it into Git`}
          description="It runs now and stays. Automatic deploys are held, as for any rollback."
        />
        <Radio
          value={current}
          label={`${shortVersion(current)}: keep what Git wants`}
          description={`Argo CD replaces ${shortVersion(debt.imageTag)} with it.`}
        />
      </div>
    </Radio.Group>
  );
}
