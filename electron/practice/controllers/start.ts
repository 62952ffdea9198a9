import type { ControllerContext, DeployImageRequest } from './context';

/** As {@link ControllerContext}; `repoURL` may be left out. */
export type ControllersOptions = Omit<ControllerContext, 'repoURL'> & { repoURL?: string };

/** The running controllers of one environment's cluster. */
export interface Controllers {
  /** What a release by GitHub Actions, or a promotion, starts. @returns the name of the deploy-image Workflow. */
  deployImage(request: DeployImageRequest): Promise<string>;
  /** Stops everything; the store stays as it is, and may be dumped and resumed from. */
  stop(): Promise<void>;
}

/**
 * Starts Argo CD, Argo Workflows, the Deployment controller and the kubelet over one cluster's store.
 * An empty store is filled at once with what the release repo says, healthy and synced; any other is resumed from.
 * Resolves when the store is filled.
 */
export declare function startControllers(options: ControllersOptions): Promise<Controllers>;
