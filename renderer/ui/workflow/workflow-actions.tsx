import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconRepeat,
  IconRotateClockwise2,
  IconSquareX,
} from '@tabler/icons-react';
import { rerunEffect } from '../../../shared/domain/preflight/rerun-effect';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import { useBoard } from '../../data/queries';
import { useBlocked } from '../../data/use-blocked';
import { ConfirmedAction } from '../action/confirmed-action';
import classes from './workflow-tree.module.css';

interface WorkflowActionsProps {
  workflow: Workflow;
  /** The cluster has forgotten it: nothing can be asked of it any more. */
  gone: boolean;
  production: boolean;
}

const forgotten = 'The cluster no longer has this workflow: you can read it, but not act on it.';
const size = 14;

export const hasFailed = ({ phase }: Workflow): boolean => phase === 'Failed' || phase === 'Error';

/** What running it again deploys by itself: `leadsTo` is a sentence; `null`: nothing. */
function useRerunEffect(workflow: Workflow) {
  const board = useBoard().data;
  const effect = rerunEffect(workflow, board ?? { cells: [], environments: [] });
  const leadsTo = board || !effect ? (effect?.text ?? null) : 'What this would deploy is not known yet.';
  return { effect, leadsTo };
}

/** Retries a workflow from its failure, after it was said what that leads to. */
export function RetryWorkflow({ workflow, gone }: Pick<WorkflowActionsProps, 'workflow' | 'gone'>) {
  const { environment, namespace, name } = workflow;
  const may = useBlocked(environment);
  const { effect, leadsTo } = useRerunEffect(workflow);
  const whole = hasFailed(workflow) ? null : 'Only a failed workflow can be retried.';
  return (
    <ConfirmedAction
      icon={<IconRotateClockwise2 size={size} aria-hidden />}
      action={`Retry from failure: ${name}`}
      meaning={
        <p>
          Failed steps run again; steps that succeeded do not.
          {workflow.archivedUid === undefined ? '' : ' It is restored from the archive first.'}
          {effect ? '' : ' This deploys nothing.'}
        </p>
      }
      care={leadsTo}
      destructive={effect?.goesBack ?? false}
      blocked={gone ? forgotten : (may('retry-workflow') ?? whole)}
      request={{ name: 'workflow.retry', input: { environment, namespace, name } }}
    >
      Retry from failure…
    </ConfirmedAction>
  );
}

/** What can be asked of a workflow. Blocked buttons can be focused and say why. */
export function WorkflowActions({ workflow, gone, production }: WorkflowActionsProps) {
  const may = useBlocked(workflow.environment);
  const { environment, namespace, name, phase } = workflow;
  const input = { environment, namespace, name };
  const ended = hasFailed(workflow) || phase === 'Succeeded';
  const blocked = (action: Parameters<typeof may>[0], because: string | null): string | null =>
    gone ? forgotten : (may(action) ?? because);
  const over = ended ? `It has already ended: ${phase}.` : null;
  const isArchived = workflow.archivedUid !== undefined;
  const live = production ? `${environment} is a production environment.` : null;
  const { effect, leadsTo } = useRerunEffect(workflow);
  const again = [leadsTo, live].filter(Boolean).join(' ') || null;
  return (
    <div className={classes.actions}>
      <RetryWorkflow workflow={workflow} gone={gone} />
      <ConfirmedAction
        icon={<IconRepeat size={size} aria-hidden />}
        action={`Resubmit ${name}`}
        meaning={
          <p>
            Starts a new workflow with the same parameters from the first step. This workflow stays
            {isArchived ? ' in the archive' : ''}.
          </p>
        }
        care={again}
        destructive={effect?.goesBack ?? false}
        blocked={blocked('submit-workflow', null)}
        request={{ name: 'workflow.resubmit', input }}
      >
        Resubmit…
      </ConfirmedAction>
      {workflow.suspended ? (
        <ConfirmedAction
          icon={<IconPlayerPlay size={size} aria-hidden />}
          action={`Resume ${name}`}
          meaning={<p>Continues with the next step.</p>}
          care={again}
          destructive={effect?.goesBack ?? false}
          blocked={blocked('resume-workflow', over)}
          request={{ name: 'workflow.resume', input }}
        >
          Resume…
        </ConfirmedAction>
      ) : (
        <ConfirmedAction
          icon={<IconPlayerPause size={size} aria-hidden />}
          action={`Suspend ${name}`}
          meaning={<p>Running steps finish; no new step starts until you resume it.</p>}
          blocked={blocked('resume-workflow', over)}
          request={{ name: 'workflow.suspend', input }}
        >
          Suspend…
        </ConfirmedAction>
      )}
      <ConfirmedAction
        icon={<IconPlayerStop size={size} aria-hidden />}
        action={`Stop ${name}`}
        meaning={<p>Stops its steps; its exit handlers still run. It promotes nothing further.</p>}
        care={live}
        destructive
        blocked={blocked('stop-workflow', over ?? (workflow.shutdown ? 'It is already ending.' : null))}
        request={{ name: 'workflow.stop', input }}
      >
        Stop…
      </ConfirmedAction>
      <ConfirmedAction
        icon={<IconSquareX size={size} aria-hidden />}
        action={`Terminate ${name}`}
        meaning={<p>Stops everything at once. Exit handlers do not run, so they notify nobody.</p>}
        care={live}
        destructive
        blocked={blocked(
          'stop-workflow',
          over ?? (workflow.shutdown === 'Terminate' ? 'It is already ending.' : null),
        )}
        request={{ name: 'workflow.terminate', input }}
      >
        Terminate…
      </ConfirmedAction>
    </div>
  );
}
