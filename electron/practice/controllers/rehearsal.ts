import { createHash } from 'node:crypto';
import { LogStore } from '../cluster/container-logs';
import { kinds } from '../cluster/kinds';
import { ClusterStore } from '../cluster/store';
import type { StoreDump } from '../cluster/store-options';
import { createClock } from '../estate/clock';
import type { BagSetup, Faults, ImageTagValues, PracticeApp, ReleaseRepo } from '../ports';
import type { NextEnvironment } from './controller-context';
import type { Application, Deployment, Pod, Workflow } from './kubernetes-shapes';
import { appsNamespace, argoNamespace, parentName } from './render';
import { type Controllers, startControllers } from './start-controllers';

// What the controllers' tests rehearse on: their neighbours' ports in memory, and waits for conditions.

/** A release repo in memory. */
export class MemoryRepo implements ReleaseRepo {
  away = false;
  /** Calls of `head`, to see what idling costs. */
  heads = 0;
  readonly #trees = new Map<string, Map<string, Map<string, ImageTagValues>>>();
  readonly #listeners = new Set<(commit: string) => void>();
  #head = '';

  constructor(environments: readonly string[], apps: readonly PracticeApp[], imageTag: string) {
    const tree = new Map(
      environments.map((environment) => [
        environment,
        new Map(
          apps.map((app) => [app.repo, { imageTag, automaticDeploysEnabled: true, promoteDeployment: true }]),
        ),
      ]),
    );
    this.#commit(tree);
  }

  /** Changes one file as anybody may. @returns the commit. */
  set(environment: string, repo: string, values: Partial<ImageTagValues>): string {
    const tree = structuredClone(this.#tree(this.#head));
    const files = tree.get(environment);
    const old = files?.get(repo);
    if (!files || !old) throw new Error(`no file of ${repo} in ${environment}`);
    files.set(repo, { ...old, ...values });
    return this.#commit(tree);
  }

  /** What a file says now. */
  values(environment: string, repo: string): ImageTagValues | undefined {
    return this.#tree(this.#head).get(environment)?.get(repo);
  }

  async head(): Promise<string> {
    this.heads += 1;
    if (this.away) throw new Error('could not read from the release repo: connection refused');
    return this.#head;
  }

  async imageTags(commit: string, environment: string): Promise<Map<string, ImageTagValues>> {
    if (this.away) throw new Error('could not read from the release repo: connection refused');
    return new Map(this.#tree(commit).get(environment));
  }

  async updateImageTag(change: {
    repo: string;
    environment: string;
    imageTag: string;
    promote: boolean;
  }): Promise<string> {
    if (this.away) throw new Error('could not read from the release repo: connection refused');
    if (this.values(change.environment, change.repo)?.imageTag === change.imageTag) return this.#head;
    return this.set(change.environment, change.repo, {
      imageTag: change.imageTag,
      promoteDeployment: change.promote,
    });
  }

  onMoved(listener: (commit: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tree(commit: string) {
    const tree = this.#trees.get(commit);
    if (!tree) throw new Error(`no commit ${commit}`);
    return tree;
  }

  #commit(tree: Map<string, Map<string, ImageTagValues>>): string {
    const commit = createHash('sha1').update(`commit ${this.#trees.size}`).digest('hex');
    this.#trees.set(commit, tree);
    this.#head = commit;
    for (const listener of this.#listeners) listener(commit);
    return commit;
  }
}

/** Faults that tests switch by hand. */
export class MemoryFaults implements Faults {
  crashing = new Set<string>();
  failingTests: (version: string, environment: string, attempt: number) => boolean = () => false;
  failingMigrations = new Set<string>();
  missingImages = new Set<string>();
  ready = 2;

  crashLoops(_app: string, version: string): boolean {
    return this.crashing.has(version);
  }
  testOutcome(_app: string, version: string, environment: string, attempt: number): 'pass' | 'fail' {
    return this.failingTests(version, environment, attempt) ? 'fail' : 'pass';
  }
  readySeconds(): number {
    return this.ready;
  }
  migrationFails(_app: string, version: string): boolean {
    return this.failingMigrations.has(version);
  }
  imageMissing(_app: string, version: string): boolean {
    return this.missingImages.has(version);
  }
}

/** The apps of most tests: one with a worker and a migration, one with a draft twin. */
export const rehearsalApps: readonly PracticeApp[] = [
  {
    repo: 'publishing-api',
    applications: ['publishing-api'],
    workers: ['publishing-api'],
    replicas: 2,
    migrates: true,
  },
  {
    repo: 'frontend',
    applications: ['frontend', 'draft-frontend'],
    workers: [],
    replicas: 3,
    migrates: false,
  },
];

/** One environment's cluster with running controllers, and short ways to look at it. */
export class Cluster {
  readonly environment: string;
  readonly store: ClusterStore;
  readonly logs: LogStore;
  readonly controllers: Controllers;
  readonly errors: unknown[];

  constructor(parts: Pick<Cluster, 'environment' | 'store' | 'logs' | 'controllers' | 'errors'>) {
    this.environment = parts.environment;
    this.store = parts.store;
    this.logs = parts.logs;
    this.controllers = parts.controllers;
    this.errors = parts.errors;
  }

  app(name: string): Application {
    return need(this.store.get<Application>('Application', argoNamespace, name), name);
  }
  deployment(name: string): Deployment {
    return need(this.store.get<Deployment>('Deployment', appsNamespace, name), name);
  }
  pods(instance: string, component = 'app'): Pod[] {
    return this.store.list<Pod>('Pod', {
      namespace: appsNamespace,
      labelSelector: `app.kubernetes.io/instance=${instance},app.kubernetes.io/component=${component}`,
    });
  }
  workflows(template: string): Workflow[] {
    return this.store.list<Workflow>('Workflow', {
      namespace: appsNamespace,
      labelSelector: `workflows.argoproj.io/workflow-template=${template}`,
    });
  }
  log(pod: string, container: string, previous = false): string {
    const lines = this.logs.read(appsNamespace, pod, container, { previous });
    return lines.map((line) => Buffer.from(line.bytes).toString()).join('\n');
  }
  /** As clients nudge: the refresh annotation. */
  refresh(name = parentName, kind: 'normal' | 'hard' = 'normal'): void {
    this.store.patch('Application', argoNamespace, name, 'merge', {
      metadata: { annotations: { 'argocd.argoproj.io/refresh': kind } },
    });
  }
  /** Whether an Application runs a version, synced and healthy, with nothing under way. */
  settled(name: string, version: string): boolean {
    const app = this.app(name);
    return (
      app.metadata.annotations?.imageTag === version &&
      app.status?.sync.status === 'Synced' &&
      app.status.health.status === 'Healthy' &&
      !app.operation &&
      this.pods(name).every((pod) => pod.spec.containers[0]?.image.endsWith(`:${version}`)) &&
      this.deployment(name).spec.template.spec.containers[0]?.image.endsWith(`:${version}`) === true
    );
  }

  /**
   * Waits until something holds of the cluster, looking at it after every change.
   * Rejects after twenty seconds, with what was waited for.
   */
  until<T>(what: string, holds: () => T | undefined | false | null): Promise<T> {
    return new Promise((resolve, reject) => {
      let unsubscribe = () => {};
      const timer = setTimeout(() => {
        unsubscribe();
        reject(new Error(`${this.environment}: ${what} did not come true`));
      }, 20_000);
      const look = () => {
        try {
          const value = holds();
          if (!value) return;
          clearTimeout(timer);
          unsubscribe();
          resolve(value);
        } catch (error) {
          clearTimeout(timer);
          unsubscribe();
          reject(error);
        }
      };
      unsubscribe = this.store.subscribe(kinds, look);
      look();
    });
  }
}

function need<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}

/** Clusters that tests started; {@link stopRehearsals} stops them. */
const started: { stop(): Promise<void>; errors: unknown[] }[] = [];

/** Starts one environment's controllers over a new store, or over one that was dumped. */
export async function startCluster(options: {
  repo: MemoryRepo;
  faults?: MemoryFaults;
  environment?: string;
  next?: NextEnvironment | null;
  speed?: number;
  apps?: readonly PracticeApp[];
  bags?: BagSetup;
  resumed?: { objects: StoreDump; logs: ReturnType<LogStore['dump']> };
}): Promise<Cluster> {
  const errors: unknown[] = [];
  const store = new ClusterStore({ gracefulKinds: ['Pod'], onListenerError: (error) => errors.push(error) });
  const logs = new LogStore();
  if (options.resumed) {
    store.load(options.resumed.objects);
    logs.load(options.resumed.logs);
  }
  const environment = options.environment ?? 'production';
  const controllers = await startControllers({
    environment,
    nextEnvironment: options.next ?? null,
    store,
    logs,
    clock: createClock(options.speed ?? 200),
    repo: options.repo,
    faults: options.faults ?? new MemoryFaults(),
    apps: options.apps ?? rehearsalApps,
    ...(options.bags ? { bags: options.bags } : {}),
    signal: new AbortController().signal,
    onError: (controller, key, error) => errors.push(new Error(`${controller} ${key}`, { cause: error })),
  });
  started.push({ stop: () => controllers.stop(), errors });
  return new Cluster({ environment, store, logs, controllers, errors });
}

/** Stops what {@link startCluster} started. @throws what went wrong inside the controllers. */
export async function stopRehearsals(): Promise<void> {
  const all = started.splice(0);
  for (const { stop } of all) await stop();
  const errors = all.flatMap((one) => one.errors);
  if (errors.length > 0) throw new AggregateError(errors, 'the controllers met faults of their own');
}
