import { stripVTControlCharacters } from 'node:util';
import { failingTests } from '../../../shared/domain/workflows/failing-tests';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import type { Cluster } from '../../observation/types';

/** Lines at the end of a suite's log in which its runner sums up what failed. */
const summaryLines = 500;
/** The container of a workflow's pod that runs the step (Argo Workflows, "Executor"). */
const container = 'main';

/**
 * The tests that failed in a suite, as the logs of its failed pods name them; empty where they are gone, cannot be read
 * in time, or name none.
 * @param limit milliseconds
 */
export async function failedTestsOf(
  cluster: Cluster,
  workflow: Workflow,
  limit: number,
  signal: AbortSignal,
): Promise<string[]> {
  const pods = workflow.nodes.flatMap(({ type, phase, pod }) =>
    type === 'Pod' && phase === 'Failed' && pod !== null ? [pod] : [],
  );
  const limited = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
  const logs = await Promise.all(
    pods.map(async (pod) => {
      const lines: string[] = [];
      const request = { namespace: workflow.namespace, pod, container, previous: false };
      await cluster
        .followLog(
          { ...request, tailLines: summaryLines, follow: false },
          (event) => {
            if (event.type === 'lines')
              lines.push(...event.lines.map(({ text }) => stripVTControlCharacters(text)));
          },
          limited,
        )
        // Lines that came until then are shown; a log that cannot be read names no test.
        .catch(() => undefined);
      return lines;
    }),
  );
  signal.throwIfAborted();
  return failingTests(logs.flat());
}
