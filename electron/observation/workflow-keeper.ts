import type { Workflow } from '../../shared/domain/workflows/workflow';
import { appsTouched, type ClusterView } from './types';

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
  /** By app, then by workflow. */
  const signs = new Map<string, Map<string, string>>();
  const look = (app: string): void => {
    const before = signs.get(app) ?? new Map<string, string>();
    const present = new Map<string, string>();
    for (const workflow of view.workflows({ app })) {
      const key = `${workflow.namespace}/${workflow.name}`;
      const known = before.get(key);
      const sign = signOf(workflow);
      // A step's pod that is cleaned up afterwards is no news: its name is what leads to the log that was kept.
      const isNews =
        known !== sign && (known === undefined || workflow.finishedAt === null || !endedBefore(known, sign));
      present.set(key, isNews ? sign : (known ?? sign));
      if (isNews) options.keep(workflow, options.now());
    }
    if (present.size > 0) signs.set(app, present);
    else signs.delete(app);
  };
  const stop = view.onChange((changes) => {
    const touched = changes.filter(({ topic }) => topic === 'workflow' || topic === 'freshness');
    if (touched.length === 0) return;
    // '': those that name no app.
    for (const app of appsTouched(touched, options.apps)) look(app);
    if (touched.some(({ topic, app }) => topic === 'workflow' && app === null)) look('');
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
