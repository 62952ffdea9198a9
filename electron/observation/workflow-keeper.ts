import type { Workflow } from '../../shared/domain/workflows/workflow';
import type { ClusterView } from './types';

/** What of a workflow is worth another write: how far it is, and which pods its steps had. */
const signOf = ({ phase, progress, finishedAt, shutdown, nodes }: Workflow): string =>
  [phase, progress, finishedAt, shutdown, nodes.length, nodes.filter(({ pod }) => pod !== null).length].join(
    ' ',
  );

/**
 * Keeps workflows as they are seen, since the cluster forgets them (time to live, deletion): each when it gets further.
 * @param now ISO 8601 UTC.
 * @returns the stop.
 */
export function keepWorkflows(options: {
  view: ClusterView;
  apps: () => readonly string[];
  keep: (workflow: Workflow, at: string) => void;
  now: () => string;
}): () => void {
  const { view } = options;
  const kept = new Map<string, string>();
  const look = (app: string): void => {
    const present = new Set<string>();
    for (const workflow of view.workflows({ app })) {
      const key = `${app} ${workflow.namespace}/${workflow.name}`;
      present.add(key);
      const sign = signOf(workflow);
      const before = kept.get(key);
      // A step's pod that is cleaned up afterwards is no news: its name is what leads to the log that was kept.
      if (
        before === sign ||
        (before !== undefined && workflow.finishedAt !== null && endedBefore(before, sign))
      )
        continue;
      kept.set(key, sign);
      options.keep(workflow, options.now());
    }
    for (const key of kept.keys()) if (key.startsWith(`${app} `) && !present.has(key)) kept.delete(key);
  };
  const stop = view.onChange((changes) => {
    const touched = changes.filter(({ topic }) => topic === 'workflow' || topic === 'freshness');
    if (touched.length === 0) return;
    const all = touched.some(({ app }) => app === null);
    const apps = all ? options.apps() : touched.flatMap(({ app }) => (app === null ? [] : [app]));
    for (const app of new Set(apps)) look(app);
  });
  for (const app of options.apps()) look(app);
  return stop;
}

/** Whether two signs differ only in how many pods are left, with fewer now. */
function endedBefore(before: string, now: string): boolean {
  const [a, b] = [before.split(' '), now.split(' ')];
  const [podsThen, podsNow] = [Number(a.pop()), Number(b.pop())];
  return a.join(' ') === b.join(' ') && podsNow < podsThen;
}
