import { describe, expect, it, vi } from 'vitest';
import { readApplication } from '../systems/argo/application';
import { readWorkflow } from '../systems/argo/read-workflow';
import { createClusterState } from './cluster-state';
import { keepFailingLogs, type LogEnd } from './log-recorder';
import { trimDeployment, trimPod, trimReplicaSet } from './trim';
import type { Cluster } from './types';
import { watchedKinds } from './watched-kinds';

const kinds = Object.values(
  watchedKinds({
    environment: 'staging',
    argoNamespace: 'argo',
    workflowsNamespace: 'apps',
    appsNamespace: 'apps',
    parentApplication: 'app-config',
  }),
).flat();

const put = <T>(name: string, value: T | null) => {
  if (value === null) throw new Error(`${name} cannot be read`);
  const item = { namespace: 'apps', name, uid: name, resourceVersion: '1', value };
  return { source: 'watch' as const, removed: [], upserts: [item] };
};

/** A cluster whose every log has two lines that say which it is. */
function watched(refusals = 0) {
  const state = createClusterState('staging', kinds);
  const kept: LogEnd[] = [];
  let left = refusals;
  const followLog: Cluster['followLog'] = async ({ pod, container, previous }, onEvent) => {
    if (left-- > 0) {
      onEvent({ type: 'state', state: 'failed', text: 'The kubelet does not answer.' });
      return;
    }
    onEvent({
      type: 'lines',
      lines: [{ at: null, text: `\u001b[31m${pod} ${container} ${previous}\u001b[0m` }],
    });
    onEvent({ type: 'lines', lines: [{ at: null, text: 'exit 1' }] });
  };
  const read = vi.fn(followLog);
  keepFailingLogs({
    cluster: { view: state.view, followLog: read },
    apps: () => ['frontend'],
    keep: (log) => kept.push(log),
    now: () => 'now',
    firstPause: 1,
  });
  for (const kind of kinds) state.applyFreshness(kind, { state: 'live', asOf: 'now' });
  return { state, kept, read };
}

const labels = { 'app.govuk/repository-name': 'frontend' };

type State = ReturnType<typeof watched>['state'];

/** A run of the tests of `frontend`, as the cluster shows it; its one step is `<name>-1`. */
const run = (state: State, name: string, phase: string, spec: object = {}) =>
  state.applyWorkflows(
    put(
      name,
      readWorkflow(
        {
          metadata: {
            name,
            namespace: 'apps',
            labels: {
              repoName: 'frontend',
              imageTag: 'v2',
              'workflows.argoproj.io/workflow-template': 'post-sync',
            },
          },
          spec,
          status: {
            phase,
            nodes: {
              [name]: { id: name, type: 'Steps', phase, children: [`${name}-1`] },
              [`${name}-1`]: { id: `${name}-1`, displayName: 'smoke-tests(0)', type: 'Pod', phase },
            },
          },
        },
        'staging',
      ),
    ),
  );

/** The pod of the step of the run `a`. */
const podOfA = (state: State) =>
  state.applyPods(
    put(
      'a-pod',
      trimPod({
        metadata: {
          name: 'a-pod',
          namespace: 'apps',
          uid: 'a-pod',
          labels: { 'workflows.argoproj.io/workflow': 'a' },
          annotations: { 'workflows.argoproj.io/node-id': 'a-1' },
        },
        spec: { containers: [{ name: 'main' }] },
      }),
    ),
  );

describe('logs that are kept', () => {
  it('are those of tests that failed, once, and not of a run that was stopped', async () => {
    const { state, kept, read } = watched();
    podOfA(state);
    run(state, 'a', 'Running');
    run(state, 'a', 'Failed');
    run(state, 'a', 'Failed');
    run(state, 'b', 'Succeeded');
    run(state, 'c', 'Failed', { shutdown: 'Stop' });
    await expect.poll(() => kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({ app: 'frontend', environment: 'staging', version: 'v2' });
    expect(kept[0]?.source).toBe('Workflow a / smoke-tests(0)');
    expect(kept[0]?.text).toBe('a-pod main false\nexit 1');
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('are asked for again when they could not be read, for a while', async () => {
    const once = watched(1);
    podOfA(once.state);
    run(once.state, 'a', 'Failed');
    await expect.poll(() => once.kept).toHaveLength(1);
    expect(once.read).toHaveBeenCalledTimes(2);
    const never = watched(Number.POSITIVE_INFINITY);
    podOfA(never.state);
    run(never.state, 'a', 'Failed');
    await expect.poll(() => never.read.mock.calls.length).toBe(4);
    expect(never.kept).toEqual([]);
  });

  it('are those of a container that crashed, before its restart, of the version that is rolled out', async () => {
    const { state, kept } = watched();
    state.applyApplications(
      put(
        'frontend',
        readApplication({
          metadata: {
            name: 'frontend',
            namespace: 'c',
            annotations: { repoName: 'frontend', imageTag: 'v2' },
          },
          status: { sync: { status: 'Synced' }, health: { status: 'Progressing' } },
        }),
      ),
    );
    state.applyDeployments(
      put(
        'frontend',
        trimDeployment({
          metadata: {
            name: 'frontend',
            namespace: 'apps',
            uid: 'd',
            labels,
            annotations: { 'deployment.kubernetes.io/revision': '1' },
          },
          spec: { replicas: 1 },
          status: { replicas: 1, updatedReplicas: 1, availableReplicas: 0 },
        }),
      ),
    );
    const owner = (kind: string, uid: string) => [{ kind, uid, controller: true }];
    state.applyPods(
      put(
        'frontend-1-x',
        trimPod({
          metadata: {
            name: 'frontend-1-x',
            namespace: 'apps',
            uid: 'p',
            labels,
            ownerReferences: owner('ReplicaSet', 'r'),
          },
          spec: { containers: [{ name: 'app' }] },
          status: {
            phase: 'Running',
            containerStatuses: [
              {
                name: 'app',
                ready: false,
                restartCount: 2,
                state: { waiting: { reason: 'CrashLoopBackOff' } },
                lastState: { terminated: { exitCode: 1, reason: 'Error' } },
              },
            ],
          },
        }),
      ),
    );
    expect(kept).toEqual([]);
    state.applyReplicaSets(
      put(
        'frontend-1',
        trimReplicaSet({
          metadata: {
            name: 'frontend-1',
            namespace: 'apps',
            uid: 'r',
            labels,
            annotations: { 'deployment.kubernetes.io/revision': '1' },
            ownerReferences: owner('Deployment', 'd'),
          },
          spec: { template: { spec: { containers: [{ image: 'registry/frontend:v2' }] } } },
        }),
      ),
    );
    await expect.poll(() => kept).toHaveLength(1);
    expect(kept[0]).toEqual({
      app: 'frontend',
      environment: 'staging',
      version: 'v2',
      source: 'Pod frontend-1-x / app',
      at: 'now',
      text: 'frontend-1-x app true\nexit 1',
    });
  });
});
