import type { ParsedInputOf } from '../../shared/contract/contract';
import type { ListedWorkflow, workflowProcedures } from '../../shared/contract/workflows';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import type { Handlers } from '../ipc/dispatcher';
import type { Session } from './open-session';

/** Kept workflows of one cell that a list looks through. */
const keptPerCell = 60;

const listed = (workflow: Workflow, seenAt: string | null): ListedWorkflow => {
  const { nodes: _nodes, parameters: _parameters, ...rest } = workflow;
  return { ...rest, gone: seenAt !== null, seenAt };
};

function fits(
  { phase, template, labels }: ListedWorkflow,
  filter: ParsedInputOf<'workflow.recent'>,
): boolean {
  if (filter.template !== undefined && template !== filter.template) return false;
  if (filter.version !== undefined && labels.imageTag !== filter.version) return false;
  if (filter.state === undefined) return true;
  if (filter.state === 'succeeded') return phase === 'Succeeded';
  const failed = phase === 'Failed' || phase === 'Error';
  return filter.state === 'failed' ? failed : !failed && phase !== 'Succeeded';
}

/** Handlers of workflows over apps and environments. */
export function workflowHandlers(session: Session): Pick<Handlers, keyof typeof workflowProcedures> {
  const { clusters, engine, kept } = session;
  return {
    'workflow.recent': (filter) => {
      const chosen = [...clusters].filter(
        ([name]) => filter.environment === undefined || name === filter.environment,
      );
      // '': workflows that name no app.
      const apps = filter.app === undefined ? [...engine.board().apps, ''] : [filter.app];
      const found = chosen.flatMap(([environment, { view }]) =>
        apps.flatMap((app) => {
          const seen = view.workflows({ app }).map((one) => listed(one, null));
          if (filter.app === undefined) return seen;
          const names = new Set(seen.map(({ namespace, name }) => `${namespace}/${name}`));
          const gone = kept
            .workflows({ app, environment, limit: keptPerCell })
            .filter(({ workflow }) => !names.has(`${workflow.namespace}/${workflow.name}`))
            .map(({ workflow, seenAt }) => listed(workflow, seenAt));
          return [...seen, ...gone];
        }),
      );
      const workflows = found
        .filter((one) => fits(one, filter))
        .sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? '') || a.name.localeCompare(b.name));
      return {
        sources: chosen.map(([environment, { view }]) => ({
          environment,
          freshness: view.freshness('workflows'),
        })),
        workflows: workflows.slice(0, filter.limit),
        total: workflows.length,
      };
    },
  };
}
