import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import { useWorkflow } from '../../data/workflow-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { type LogChoice, nodeLog, renewed } from '../../ui/log/log-choice';
import { LogViewer } from '../../ui/log/log-viewer';
import { ago, clock, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import { WorkflowActions } from '../../ui/workflow/workflow-actions';
import { nodeRows, telling } from '../../ui/workflow/workflow-rows';
import { WorkflowTree } from '../../ui/workflow/workflow-tree';
import type { ShownWorkflow } from './workflow-place';
import classes from './workflows-screen.module.css';

/** One workflow: what it is, what can be asked of it, its steps with their times, and a log. */
export function WorkflowDetail({ place, production }: { place: ShownWorkflow; production: boolean }) {
  const { workflow, gone, seenAt, failure } = useWorkflow(place);
  const [chosen, setChosen] = useState<LogChoice | null>(null);
  if (!workflow)
    return (
      <div className={classes.note}>
        {failure ? <FailurePanel failure={failure} /> : <p role="status">Loading the workflow…</p>}
      </div>
    );
  const told = telling(nodeRows(workflow));
  const log = chosen
    ? renewed(chosen, workflow.environment, [], [workflow], [])
    : told?.pod
      ? nodeLog(workflow, told)
      : null;
  return (
    <>
      <div className={classes.detail}>
        <h2 className="visually-hidden">Workflow {workflow.name}</h2>
        {workflow.archivedUid !== undefined && !gone ? <Archived /> : gone && <Gone seenAt={seenAt} />}
        <Facts workflow={workflow} />
        <WorkflowActions workflow={workflow} gone={gone} production={production} />
        <WorkflowTree workflow={workflow} open={log} onLog={setChosen} frozen={gone} />
      </div>
      {log && (
        <section className={classes.log} aria-label="Log">
          <LogViewer key={log.name} name={log.name} sources={log.sources} />
        </section>
      )}
    </>
  );
}

/** That the cluster has forgotten it, and what is left. */
function Gone({ seenAt }: { seenAt: string | null }) {
  const now = useNow('calm');
  return (
    <p className={classes.gone} role="note">
      <strong>The cluster no longer has this workflow.</strong> This is how it was last seen
      {seenAt && <span title={fullTime(seenAt)}> at {clock(seenAt, now)}</span>}. Its pods and their logs are
      gone; saved excerpts are in the history.
    </p>
  );
}

/** That the cluster has forgotten it, and Argo has not. */
function Archived() {
  return (
    <p className={classes.gone} role="note">
      <strong>Archived.</strong> The cluster no longer has this workflow; this is how Argo Workflows’ archive
      has it. Logs are there for steps that stored them.
    </p>
  );
}

function Facts({ workflow }: { workflow: Workflow }) {
  const now = useNow('calm');
  const { labels, startedAt, parameters, resubmittedFrom } = workflow;
  const app = labels.repoName;
  return (
    <div className={classes.facts}>
      {app && (
        <span>
          <Link to="/apps/$app" params={{ app }} search={{ environment: workflow.environment }}>
            {app}
          </Link>{' '}
          in {workflow.environment}
        </span>
      )}
      {startedAt && <span title={fullTime(startedAt)}>started {ago(startedAt, now)}</span>}
      {workflow.suspended && <strong>suspended</strong>}
      {workflow.shutdown && <strong>ending ({workflow.shutdown})</strong>}
      {resubmittedFrom && <span>resubmitted from {resubmittedFrom}</span>}
      {parameters && parameters.length > 0 && (
        <details className={classes.parameters}>
          <summary>Parameters ({parameters.length})</summary>
          <dl>
            {parameters.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd className="mono">{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}
