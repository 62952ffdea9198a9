import type { Cluster } from '../../observation/types';
import type { StepContext } from '../operation-context';

/** Lines at the end of a failed hook's log that a step holds. */
const mostLines = 12;
/** How long a hook's log may take, in milliseconds: the step ends without it then. */
const patience = 10_000;

/**
 * What is wrong with a hook that the sync of an Application waits for, as the end of a sentence. Argo CD itself only says
 * that it waits, for as long as the hook's pod can't start.
 * @returns `null`: no hook is in trouble.
 */
export function hookTrouble(cluster: Cluster, app: string, application: string): string | null {
  const found = cluster.view
    .hooks(app)
    .find((hook) => hook.application === application && hook.state !== 'running');
  return found ? `: the ${found.type} hook ${found.name} ${found.text}` : null;
}

/** The hook with which a sync failed: in words, and the end of its log as far as it can still be read. */
export async function failedHook(
  context: StepContext,
  cluster: Cluster,
  application: string,
): Promise<{ text: string; log: string } | null> {
  const { app } = context.intent;
  const hook = cluster.view
    .hooks(app)
    .find((one) => one.application === application && one.state !== 'running');
  if (!hook) return null;
  const text = `The ${hook.type} hook ${hook.name} failed: ${hook.text}.`;
  context.saw(text);
  const read = await cluster
    .failingPod(app, AbortSignal.any([context.signal, AbortSignal.timeout(patience)]))
    // The step's failure is told without the lines of its log.
    .catch(() => null);
  const lines = read?.deployment === hook.name ? read.log.lines.slice(-mostLines) : [];
  return { text, log: lines.map((line) => line.text.slice(0, 500)).join('\n') };
}
