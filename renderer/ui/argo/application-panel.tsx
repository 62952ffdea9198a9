import type { ReactNode } from 'react';
import type { ApplicationDetail } from '../../../shared/domain/rollout/application-detail';
import type { HookJob } from '../../../shared/domain/rollout/hook-job';
import { useApplications } from '../../data/argo-queries';
import { FailurePanel } from '../finding/failure-panel';
import { Panel } from '../layout/panel';
import type { LogChoice } from '../log/log-choice';
import { FreshnessMark } from '../time/freshness-mark';
import { ApplicationActions, NudgeButton } from './application-actions';
import classes from './application-panel.module.css';
import { ApplicationView } from './application-view';
import { HookJobs } from './hook-jobs';

interface ApplicationPanelProps {
  app: string;
  environment: string;
  production: boolean;
  open: LogChoice | null;
  onLog: (log: LogChoice) => void;
}

/** What Argo CD says of an app in an environment, with the reasons, and what can be asked of it. */
export function ApplicationPanel({ app, environment, production, open, onLog }: ApplicationPanelProps) {
  const found = useApplications(app, environment);
  return (
    <Panel
      title="Argo CD"
      aside={
        <>
          <NudgeButton app={app} environment={environment} />
          {found.data && <FreshnessMark value={found.data.freshness} />}
        </>
      }
    >
      {found.isPending && <Note>Checking Argo CD…</Note>}
      {found.error && !found.data && (
        <Note>
          <FailurePanel failure={found.error.failure} onRetry={() => void found.refetch()} />
        </Note>
      )}
      {found.data?.applications.length === 0 && (
        <Note>
          No Application of {app} found in {environment}.
        </Note>
      )}
      {found.data?.applications.map((application) => (
        <One
          key={application.name}
          app={app}
          application={application}
          jobs={found.data.hookJobs.filter((job) => job.application === application.name)}
          environment={environment}
          production={production}
          open={open}
          onLog={onLog}
        />
      ))}
    </Panel>
  );
}

const Note = ({ children }: { children: ReactNode }) => <div className={classes.note}>{children}</div>;

function One(props: ApplicationPanelProps & { application: ApplicationDetail; jobs: readonly HookJob[] }) {
  const { app, application, jobs, environment, production, open, onLog } = props;
  return (
    <section className={classes.application} aria-label={`Application ${application.name}`}>
      <ApplicationView application={application} />
      <HookJobs app={app} jobs={jobs} environment={environment} open={open} onLog={onLog} />
      <ApplicationActions application={application} environment={environment} production={production} />
    </section>
  );
}
