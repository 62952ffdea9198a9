import type { ListedWorkflow } from '../../../shared/contract/workflows';

/** Where a workflow lies, and whose it is. */
export interface ShownWorkflow {
  environment: string;
  namespace: string;
  name: string;
  /** Empty: it names no app. */
  app: string;
}

/** A workflow in the address. */
export const keyOf = ({ environment, namespace, name }: Omit<ShownWorkflow, 'app'>): string =>
  `${environment}/${namespace}/${name}`;

/** The workflow of the address, else the newest. It need not be in the list: a filter may leave it out. */
export function placeOf(
  open: string | undefined,
  app: string | undefined,
  workflows: readonly ListedWorkflow[],
): ShownWorkflow | null {
  if (!open) {
    const [first] = workflows;
    if (!first) return null;
    const { environment, namespace, name, labels } = first;
    return { environment, namespace, name, app: labels.repoName ?? '' };
  }
  const listed = workflows.find((one) => keyOf(one) === open);
  const [environment, namespace, name] = open.split('/');
  if (!environment || !namespace || !name) return null;
  return { environment, namespace, name, app: listed?.labels.repoName ?? app ?? '' };
}
