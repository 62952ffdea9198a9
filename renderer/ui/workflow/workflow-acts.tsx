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
import { ConfirmedAct } from '../action/confirmed-act';
import classes from './workflow-tree.module.css';

interface WorkflowActsProps {
  workflow: Workflow;
  /** The cluster has forgotten it: nothing can be asked of it any more. */
  gone: boolean;
  production: boolean;
}

const forgotten = 'The cluster has forgotten this workflow: it can be read, and nothing can be asked of it.';
const size = 14;

/** What can be asked of a workflow. Blocked buttons can be focused and say why. */
export function WorkflowActs({ workflow, gone, production }: WorkflowActsProps) {
  const may = useBlocked(workflow.environment);
  const { environment, namespace, name, phase } = workflow;
  const input = { environment, namespace, name };
  const failed = phase === 'Failed' || phase === 'Error';
  const ended = failed || phase === 'Succeeded';
  const blocked = (act: Parameters<typeof may>[0], because: string | null): string | null =>
    gone ? forgotten : (may(act) ?? because);
  const over = ended ? `It has ended: ${phase}.` : null;
  const live = production ? `${environment} is live to users.` : null;
  const board = useBoard().data;
  const effect = rerunEffect(workflow, board ?? { cells: [], environments: [] });
  const leadsTo = board || !effect ? (effect?.text ?? null) : 'What it would deploy is not known yet.';
  const again = [leadsTo, live].filter(Boolean).join(' ') || null;
  return (
    <div className={classes.acts}>
      <ConfirmedAct
        icon={<IconRotateClockwise2 size={size} aria-hidden />}
        act={`Retry ${name} from its failure`}
        meaning={
          <p>
            Steps that succeeded stay; the failed ones run once more.
            {effect ? '' : ' Nothing is deployed anew by it.'}
          </p>
        }
        care={leadsTo}
        destructive={effect?.goesBack ?? false}
        blocked={blocked(
          'retry-workflow',
          failed ? null : 'Only a workflow that failed can go on from its failure.',
        )}
        request={{ name: 'workflow.retry', input }}
      >
        Retry from failure…
      </ConfirmedAct>
      <ConfirmedAct
        icon={<IconRepeat size={size} aria-hidden />}
        act={`Resubmit ${name}`}
        meaning={<p>A new workflow with the same parameters begins from its first step. This one stays.</p>}
        care={again}
        destructive={effect?.goesBack ?? false}
        blocked={blocked('submit-workflow', null)}
        request={{ name: 'workflow.resubmit', input }}
      >
        Resubmit…
      </ConfirmedAct>
      {workflow.suspended ? (
        <ConfirmedAct
          icon={<IconPlayerPlay size={size} aria-hidden />}
          act={`Resume ${name}`}
          meaning={<p>It goes on with its next step.</p>}
          care={again}
          destructive={effect?.goesBack ?? false}
          blocked={blocked('resume-workflow', over)}
          request={{ name: 'workflow.resume', input }}
        >
          Resume…
        </ConfirmedAct>
      ) : (
        <ConfirmedAct
          icon={<IconPlayerPause size={size} aria-hidden />}
          act={`Suspend ${name}`}
          meaning={<p>Steps that run go on to their end; no further one begins until it is resumed.</p>}
          blocked={blocked('resume-workflow', over)}
          request={{ name: 'workflow.suspend', input }}
        >
          Suspend…
        </ConfirmedAct>
      )}
      <ConfirmedAct
        icon={<IconPlayerStop size={size} aria-hidden />}
        act={`Stop ${name}`}
        meaning={
          <p>Its steps are ended; its exit handlers still run. A promotion that it would make is not made.</p>
        }
        care={live}
        destructive
        blocked={blocked('stop-workflow', over ?? (workflow.shutdown ? 'It is told to end already.' : null))}
        request={{ name: 'workflow.stop', input }}
      >
        Stop…
      </ConfirmedAct>
      <ConfirmedAct
        icon={<IconSquareX size={size} aria-hidden />}
        act={`Terminate ${name}`}
        meaning={<p>Everything of it ends at once, its exit handlers too: nobody is told by them.</p>}
        care={live}
        destructive
        blocked={blocked(
          'stop-workflow',
          over ?? (workflow.shutdown === 'Terminate' ? 'It is told to end already.' : null),
        )}
        request={{ name: 'workflow.terminate', input }}
      >
        Terminate…
      </ConfirmedAct>
    </div>
  );
}
