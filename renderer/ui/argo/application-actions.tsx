import { IconPlayerStop, IconRefresh, IconTransferIn } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { shortVersion } from '../../../shared/domain/ledger/version';
import type { ApplicationDetail } from '../../../shared/domain/rollout/application-detail';
import { useOnce } from '../../data/attempts';
import { useBlocked } from '../../data/use-blocked';
import { ActionButton } from '../action/action-button';
import { ConfirmedAction } from '../action/confirmed-action';
import { FailurePanel } from '../finding/failure-panel';
import { announce } from '../text/announcer';
import { ApplicationMenu } from './application-menu';
import classes from './application-panel.module.css';

interface ApplicationActionsProps {
  application: ApplicationDetail;
  environment: string;
  production: boolean;
}

const runs = (application: ApplicationDetail): boolean =>
  application.currentOperation !== null && application.currentOperation.state !== 'ended';

/** What can be asked of Argo CD for one Application: refresh, sync, terminate, and more in a menu. Blocked ones say why. */
export function ApplicationActions({ application, environment, production }: ApplicationActionsProps) {
  const blocked = useBlocked(environment);
  const refresh = useOnce<'application.refresh'>();
  const { name, currentOperation: operation, version, windows } = application;
  const by = operation?.initiatedBy ? ` for ${operation.initiatedBy}` : '';
  const wanted = version ? shortVersion(version) : 'the version in Git';
  const live = production ? `${environment} is a production environment.` : null;
  const closed = windows.state === 'closed' ? ` Blocked by a sync window: ${windows.text}` : '';
  const refreshBlocked =
    blocked('refresh') ?? (application.refreshPending ? `${name} is already being refreshed.` : null);
  const syncBlocked =
    blocked('sync') ?? (runs(application) ? `Argo CD is already working on ${name}${by}.` : null);
  const ask = () =>
    refresh.mutate(
      {
        name: 'application.refresh',
        input: { environment, application: name, mode: 'normal' },
      },
      { onSuccess: ({ text }) => announce(text) },
    );
  return (
    <div className={classes.actions}>
      <ActionButton
        variant="default"
        leftSection={<IconRefresh size={14} aria-hidden />}
        blocked={refreshBlocked}
        busy={refresh.isPending}
        label={`Refresh ${name} in ${environment}`}
        onAction={ask}
      >
        Refresh
      </ActionButton>
      <ConfirmedAction
        icon={<IconTransferIn size={14} aria-hidden />}
        action={`Sync ${name} in ${environment}`}
        meaning={
          <p>
            Argo CD applies {wanted} from Git, with the Application’s own options
            {application.autoSync.prune ? ', and removes what Git no longer has' : ''}. Its hooks run.{closed}
          </p>
        }
        care={live}
        blocked={syncBlocked}
        request={{ name: 'application.sync', input: { environment, application: name } }}
      >
        Sync…
      </ConfirmedAction>
      <ConfirmedAction
        icon={<IconPlayerStop size={14} aria-hidden />}
        action={`Terminate the sync of ${name} in ${environment}`}
        meaning={
          <p>
            Stops the running sync{by} immediately and deletes its running hooks: a migration may be left half
            done. Anything already applied stays applied. Argo CD does not retry this revision automatically.
          </p>
        }
        care={
          live
            ? `${live} Terminate only if you know what this sync does.`
            : 'An interrupted migration may need manual repair.'
        }
        destructive
        blocked={
          blocked('terminate-sync') ??
          (!runs(application)
            ? `${name} is not syncing.`
            : operation?.state === 'terminating'
              ? `The sync of ${name} is already being terminated.`
              : operation?.state === 'requested'
                ? 'Argo CD has not started this sync yet.'
                : null)
        }
        request={{
          name: 'application.terminate',
          input: { environment, application: name, startedAt: operation?.startedAt ?? null },
        }}
      >
        Terminate…
      </ConfirmedAction>
      <ApplicationMenu
        application={application}
        environment={environment}
        care={live}
        refreshBlocked={refreshBlocked}
        syncBlocked={syncBlocked}
      />
      {refresh.error && <FailurePanel failure={refresh.error.failure} onRetry={ask} />}
    </div>
  );
}

/** Brings the ledger's version to Argo CD's notice, as an operation whose waits are shown. */
export function NudgeButton({ app, environment }: { app: string; environment: string }) {
  const blocked = useBlocked(environment);
  const nudge = useOnce<'application.nudge'>();
  const navigate = useNavigate();
  const action = () =>
    nudge.mutate(
      { name: 'application.nudge', input: { app, environment } },
      {
        onSuccess: ({ operationId }) => {
          announce(`Refresh and sync of ${app} in ${environment}: started`);
          void navigate({ to: '/operations/$operationId', params: { operationId } });
        },
      },
    );
  return (
    <>
      <ActionButton
        variant="default"
        size="compact-xs"
        blocked={blocked('refresh')}
        busy={nudge.isPending}
        label={`Refresh and sync ${app} in ${environment}`}
        onAction={action}
      >
        Refresh and sync
      </ActionButton>
      {nudge.error && <FailurePanel failure={nudge.error.failure} onRetry={action} />}
    </>
  );
}
