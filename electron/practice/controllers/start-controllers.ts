import { setMaxListeners } from 'node:events';
import { startArgoCd } from './argo-cd';
import { bootstrap, installTemplates } from './bootstrap';
import { type ControllerContext, type DeployImageRequest, expireEvent } from './controller-context';
import { startDeploymentController } from './deployment-controller';
import { startJobController } from './jobs';
import { type Kubelet, startKubelet } from './kubelet';
import type { Deployment, KubeEvent } from './kubernetes-shapes';
import { startPostSync } from './post-sync';
import { appsNamespace, parentName } from './render';
import { startReplicaSetController } from './replica-sets';
import { programOf } from './scripts';
import { startWorkflowController, submitWorkflow } from './workflow-controller';

/** As {@link ControllerContext}, with defaults. */
export type ControllersOptions = Omit<ControllerContext, 'repoURL'> & {
  /** What Applications name as their source; nothing is fetched from it. */
  repoURL?: string;
  /** Told about faults of the controllers' own; they try again by themselves. Default: nobody. */
  onError?: (controller: string, key: string, error: unknown) => void;
};

/** The running controllers of one environment's cluster. */
export interface Controllers {
  /** What a release by GitHub Actions, or a promotion, starts. @returns the name of the deploy-image Workflow. */
  deployImage(request: DeployImageRequest): Promise<string>;
  /**
   * Tells the pods of an app that its faults changed: a version that was made to crash falls over where it serves
   * already. Without this, faults are met at the next start of a container.
   */
  faultsChanged(app: string): void;
  /**
   * What `kubectl set image` does: gives the Deployments of an Application an image with another tag, past Git.
   * @returns whether there are any.
   */
  setImage(application: string, version: string): boolean;
  /** Stores the steps of workflows compressed from now on, or plainly again. */
  compressWorkflows(on: boolean): void;
  /** Stops Argo CD's application controller alone, or starts it again. */
  stopArgoCd(on: boolean): void;
  /** Stops everything; the store stays as it is, and may be dumped and resumed from. */
  stop(): Promise<void>;
}

/**
 * Starts Argo CD, Argo Workflows, the Deployment controller and the kubelet over one cluster's store.
 * An empty store is filled at once with what the release repo says, healthy and synced; any other is resumed from.
 * Start the last environment first: the others need its `deployImage` as their `nextEnvironment.startDeployImage`.
 * Resolves when the store is filled. Make the store with `gracefulKinds: ['Pod']`, so that pods end as real ones do.
 */
export async function startControllers(options: ControllersOptions): Promise<Controllers> {
  const stopping = new AbortController();
  const signal = AbortSignal.any([options.signal, stopping.signal]);
  // Every controller and every wait listens to it.
  setMaxListeners(0, signal);
  const context: ControllerContext = {
    ...options,
    repoURL: options.repoURL ?? 'https://github.example/alphagov/govuk-helm-charts',
    signal,
  };
  const onError = (controller: string) => (key: string, error: unknown) =>
    options.onError?.(controller, key, error);

  installTemplates(context);
  if (context.store.list('Application').length === 0) await bootstrap(context);
  let kubelet: Kubelet | undefined;
  let argoCd: ReturnType<typeof startArgoCd> | undefined;
  let workflows: ReturnType<typeof startWorkflowController> | undefined;
  if (!signal.aborted) {
    for (const event of context.store.list<KubeEvent>('Event')) expireEvent(context, event);
    startReplicaSetController(context, onError('replica-sets'));
    startDeploymentController(context, onError('deployments'));
    startJobController(context, onError('jobs'));
    const started = startArgoCd(context, onError('argo-cd'));
    argoCd = started;
    kubelet = startKubelet(context, (pod) => programOf(context, pod, () => started.refresh(parentName)));
    workflows = startWorkflowController(context, { kill: kubelet.kill, onError: onError('workflows') });
    startPostSync(context);
  }
  return {
    async deployImage({ repo, imageTag, promote }) {
      if (signal.aborted) throw new Error(`the controllers of ${context.environment} are stopped`);
      const parameters = {
        environment: context.environment,
        repoName: repo,
        imageTag,
        promoteDeployment: String(promote),
      };
      // As Argo Workflows labels what an event starts (workflow/common, LabelKeyWorkflowEventBinding).
      return submitWorkflow(context, 'deploy-image', parameters, {
        'workflows.argoproj.io/workflow-event-binding': 'deploy-image',
      });
    },
    faultsChanged(app) {
      if (!signal.aborted) kubelet?.reconsider(app);
    },
    setImage(application, version) {
      const { store } = context;
      const own = store
        .list<Deployment>('Deployment', { namespace: appsNamespace })
        .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/instance'] === application);
      for (const { metadata } of own)
        store.modify<Deployment>('Deployment', appsNamespace, metadata.name, (draft) => {
          const [container] = draft.spec.template.spec.containers;
          if (container) container.image = `${container.image.split(':', 1)[0]}:${version}`;
        });
      return own.length > 0;
    },
    compressWorkflows: (on) => workflows?.compress(on),
    stopArgoCd: (on) => argoCd?.stop(on),
    async stop() {
      stopping.abort();
    },
  };
}
