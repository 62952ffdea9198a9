import { goDurationMs } from '../../../shared/domain/go/go-duration';
import { maySync } from '../../../shared/domain/rollout/sync-window';
import type { ControllerContext } from './controller-context';
import type { Application, AppProject } from './kubernetes-shapes';
import { argoNamespace } from './render';

/**
 * Whether the windows of an Application's project keep a sync of it from running now. The rule is the console's own:
 * both imitate the same Go code, and its table of cases (`shared/domain/rollout/sync-window.test.ts`) is what holds it to that;
 * a second imitation here could only differ by mistake.
 */
export function blockedByWindow(context: ControllerContext, app: Application, manual: boolean): boolean {
  const project = context.store.get<AppProject>('AppProject', argoNamespace, app.spec.project);
  const subject = {
    application: app.metadata.name,
    namespace: app.spec.destination.namespace,
    clusters: [app.spec.destination.server],
  };
  const { startedAt } = app.status?.operationState ?? {};
  return !maySync(
    project?.spec.syncWindows ?? [],
    subject,
    manual,
    context.clock.now(),
    startedAt === undefined ? undefined : new Date(startedAt),
  );
}

/** Seconds of a Go duration such as `1h30m` or `10s`; null for text that is none. */
export function goDurationSeconds(text: string): number | null {
  const ms = goDurationMs(text);
  return ms === null ? null : ms / 1000;
}
