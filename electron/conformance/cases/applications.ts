import assert from 'node:assert/strict';
import type { LogEvent } from '../../observation/types';
import { operationInfoName } from '../../systems/argo/read-application-detail';
import { patchObject } from '../../systems/kubernetes/objects';
import type { KubeObject, ResourceRef } from '../../systems/kubernetes/types';
import { application, closedProject, missingImage } from '../manifests';
import { type Bench, type Case, skip, value } from '../test-ground';

/** What of a stored Application (argoproj.io/v1alpha1) the cases look at. */
interface Stored extends KubeObject {
  operation?: unknown;
  status?: {
    reconciledAt?: string;
    sync?: { status?: string };
    operationState?: {
      phase?: string;
      message?: string;
      operation?: { retry?: { limit?: number }; sync?: { syncOptions?: string[]; prune?: boolean } };
      syncResult?: { resources?: { kind: string; name: string; hookType?: string; hookPhase?: string }[] };
    };
    conditions?: { type: string; message: string }[];
  };
}

interface Own {
  ref: ResourceRef;
  name: string;
  stored(): Promise<Stored>;
}

const applicationsOf = ({ options }: Bench): ResourceRef => ({
  apiVersion: 'argoproj.io/v1alpha1',
  plural: 'applications',
  namespace: options.argoNamespace,
});

/** An Application of its own that Argo CD has compared with the repo. */
async function compared(bench: Bench, project?: string): Promise<Own> {
  const { options, namespace } = bench;
  const repoUrl = options.repoUrl ?? skip('no --repo-url was named');
  const ref = applicationsOf(bench);
  const right = { group: 'argoproj.io', resource: 'applications', namespace: options.argoNamespace };
  await bench.needs(ref.apiVersion, ref.plural);
  await bench.may({ ...right, verb: 'create' }, { ...right, verb: 'patch' }, { ...right, verb: 'delete' });
  const name = bench.name('app');
  await bench.create(ref, application(options, name, repoUrl, namespace, project ? { project } : {}));
  const own: Own = { ref, name, stored: async () => (await bench.read({ ...ref, name })) as Stored };
  let last: Stored | undefined;
  await bench.until(
    'Argo CD to compare the Application with the repo',
    async () => {
      last = await own.stored();
      const trouble = last.status?.conditions?.find(({ type }) => type.endsWith('Error'));
      if (trouble) throw new Error(`Argo CD: ${trouble.type}: ${trouble.message}`);
      return ['Synced', 'OutOfSync'].includes(last.status?.sync?.status ?? '');
    },
    () => last?.status,
  );
  await bench.until(
    'the watch to show it',
    () => ['Synced', 'OutOfSync'].includes(bench.cluster.view.application(name)?.sync ?? ''),
    () => bench.cluster.view.application(name),
  );
  return own;
}

/** Waits until the last operation of an Application has ended. */
async function ended(bench: Bench, own: Own): Promise<Stored> {
  let last: Stored | undefined;
  return bench.until(
    'the sync to end',
    async () => {
      last = await own.stored();
      const phase = last.status?.operationState?.phase ?? '';
      return last.operation === undefined && ['Succeeded', 'Failed', 'Error'].includes(phase) ? last : null;
    },
    () => last?.status?.operationState,
  );
}

/** An Application of its own whose Deployment runs, known by the app's label. */
async function synced(bench: Bench): Promise<Own> {
  const own = await compared(bench);
  const request = { operationId: bench.name('operation'), actor: 'conformance' };
  value(await bench.cluster.actions.sync(own.name, request, bench.signal));
  const { status } = await ended(bench, own);
  assert.equal(status?.operationState?.phase, 'Succeeded', status?.operationState?.message);
  await bench.until(
    'its rollout (a Deployment with the label app.kubernetes.io/instance of the Application)',
    () => bench.cluster.view.rollouts(own.name).some(({ state }) => state === 'done'),
    () => bench.cluster.view.rollouts(own.name),
  );
  return own;
}

export const applicationCases: readonly Case[] = [
  {
    name: 'applications: they are seen by the door that was named, with what one may do there',
    async run(bench) {
      const { argocdServer } = bench.options;
      if (!argocdServer) skip('no --argocd-server was named');
      await compared(bench);
      const [door] = bench.cluster.status().doors;
      assert.deepEqual([door?.system, door?.through, door?.because], ['argo-cd', 'server', null]);
      for (const action of ['refresh', 'sync', 'terminate-sync'] as const)
        await bench.until(
          `Argo CD to say whether one may ${action}`,
          () => bench.cluster.view.access(action).state === 'allowed',
          () => bench.cluster.view.access(action),
        );
    },
  },
  {
    name: 'applications: a refresh is asked for, and seen to be done',
    async run(bench) {
      const own = await compared(bench);
      const before = (await own.stored()).status?.reconciledAt ?? '';
      const { actions } = bench.cluster;
      // Times of the API are in whole seconds: a comparison within the same one would look like none.
      const begun = performance.now();
      await bench.until('the next second', () => performance.now() - begun > 1_500);
      value(await actions.refresh(own.name, 'hard', bench.signal));
      await bench.until('the refresh to be taken away', () => !actions.refreshPending(own.name));
      const { metadata, status } = await own.stored();
      assert.equal(metadata.annotations?.['argocd.argoproj.io/refresh'], undefined);
      assert.ok(
        (status?.reconciledAt ?? '') > before,
        `compared at ${status?.reconciledAt}, before: ${before}`,
      );
    },
  },
  {
    name: 'applications: a sync is done, carries its id, and inherits the options of the Application',
    async run(bench) {
      const own = await compared(bench);
      const operationId = bench.name('operation');
      const { actions, view } = bench.cluster;
      value(await actions.sync(own.name, { operationId, actor: 'conformance' }, bench.signal));
      const { status } = await ended(bench, own);
      const state = status?.operationState;
      assert.equal(state?.phase, 'Succeeded', state?.message);
      assert.deepEqual(state?.operation?.sync?.syncOptions, ['ApplyOutOfSyncOnly=true']);
      assert.equal(state?.operation?.retry?.limit, 1);
      await bench.until(
        'the view to show it',
        () => {
          const shown = view.application(own.name);
          return shown?.operation?.phase === 'Succeeded' && shown.sync === 'Synced';
        },
        () => view.application(own.name),
      );
      assert.equal(actions.syncedBy(own.name), operationId);
      // Asked again with the same id, as after a crash, it is another sync only once the first is over.
      assert.ok(view.applications(own.name).some(({ name }) => name === own.name));
    },
  },
  {
    name: 'applications: hooks of a sync are told with how they ended',
    async run(bench) {
      const own = await compared(bench);
      const request = { operationId: bench.name('operation'), actor: 'conformance' };
      value(await bench.cluster.actions.sync(own.name, request, bench.signal));
      const { status } = await ended(bench, own);
      const hooks = status?.operationState?.syncResult?.resources?.filter(({ hookType }) => hookType) ?? [];
      if (hooks.length === 0) skip(`the manifests at ${bench.options.repoPath} have no hook`);
      for (const { hookPhase } of hooks) assert.equal(hookPhase, 'Succeeded');
    },
  },
  {
    name: 'applications: a second sync is refused while one runs, naming it, and the first is terminated',
    async run(bench) {
      const { options, connection, signal } = bench;
      const { actions, view } = bench.cluster;
      const projects = { ...applicationsOf(bench), plural: 'appprojects' };
      await bench.needs(projects.apiVersion, projects.plural);
      const right = { group: 'argoproj.io', resource: 'appprojects', namespace: options.argoNamespace };
      await bench.may(
        { ...right, verb: 'create' },
        { ...right, verb: 'patch' },
        { ...right, verb: 'delete' },
      );
      const project = bench.name('project');
      // Its window keeps a sync running for as long as one likes.
      await bench.create(projects, closedProject(project));
      const own = await compared(bench, project);
      const first = { operationId: bench.name('operation'), actor: 'the-first' };
      if (options.argocdServer === undefined) value(await actions.sync(own.name, first, signal));
      else {
        // Argo CD's server begins no sync that a window keeps waiting; one that is written into the resource waits.
        const early = await actions.sync(own.name, first, signal);
        assert.ok(!early.ok);
        assert.match(early.failure.message, /sync window/);
        const operation = {
          initiatedBy: { username: first.actor },
          info: [{ name: operationInfoName, value: first.operationId }],
          sync: {},
        };
        const ref = { ...own.ref, name: own.name };
        value(await patchObject(connection, ref, 'merge', { operation }, { signal }));
      }
      await bench.until(
        'the first to run',
        () => view.application(own.name)?.operation?.phase === 'Running',
        () => view.application(own.name)?.operation,
      );
      const second = { operationId: bench.name('operation'), actor: 'the-second' };
      const refused = await actions.sync(own.name, second, signal);
      assert.ok(!refused.ok);
      assert.equal(refused.failure.code, 'busy');
      assert.match(refused.failure.message, /the-first/);
      // The same request again is the same request.
      value(await actions.sync(own.name, first, signal));
      assert.equal(actions.syncedBy(own.name), first.operationId);

      await bench.until(
        'its window to be told',
        () => view.syncWindows(own.name)?.state === 'closed',
        () => view.syncWindows(own.name),
      );
      const startedAt = view.application(own.name)?.operation?.startedAt ?? null;
      assert.notEqual(startedAt, null);
      const another = await actions.terminate(own.name, '2020-01-01T00:00:00Z', signal);
      assert.ok(!another.ok, 'a sync that began at another time was terminated');
      value(await actions.terminate(own.name, startedAt, signal));
      const open = { spec: { syncWindows: null } };
      value(await patchObject(connection, { ...projects, name: project }, 'merge', open, { signal }));
      // Argo CD looks at an operation again when its Application changes.
      value(await actions.refresh(own.name, 'normal', signal));
      const { status } = await ended(bench, own);
      assert.notEqual(status?.operationState?.phase, 'Succeeded', status?.operationState?.message);
    },
  },
  {
    name: 'applications: the log of a pod is read and followed, with the stamps of the cluster',
    async run(bench) {
      const { cluster, namespace, signal } = bench;
      const own = await synced(bench);
      const pod = await bench.until('a pod of it', () => cluster.view.rollouts(own.name)[0]?.pods[0]);
      const container = pod.containers[0] ?? '';
      const request = { namespace, pod: pod.name, container, previous: false, tailLines: 20 };
      const stop = new AbortController();
      const lines: { at: string | null; text: string }[] = [];
      let state: LogEvent | null = null;
      const over = cluster.followLog(
        request,
        (event) => {
          if (event.type === 'lines') lines.push(...event.lines);
          else state = event;
        },
        AbortSignal.any([signal, stop.signal]),
      );
      try {
        await bench.until(
          'lines of its log',
          () => lines.length > 0,
          () => state,
        );
      } finally {
        stop.abort();
        await over;
      }
      for (const { at } of lines) assert.match(at ?? 'no stamp', /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z$/);
      const none: string[] = [];
      await cluster.followLog(
        { ...request, previous: true },
        (event) => none.push(event.type === 'state' ? event.state : event.type),
        signal,
      );
      assert.deepEqual(none, ['gone'], 'the log of a run before the first');
    },
  },
  {
    name: 'applications: past Git, automatic sync is switched off, an image set, and both put back',
    async run(bench) {
      const { cluster, connection, signal } = bench;
      const { emergency } = cluster.actions;
      const own = await synced(bench);
      const ref = { ...own.ref, name: own.name };
      const automated = { prune: true, selfHeal: true };
      value(await patchObject(connection, ref, 'merge', { spec: { syncPolicy: { automated } } }, { signal }));
      const before = (await own.stored()).spec;
      const was = value(await emergency.automaticSync(own.name, signal)).policy;
      assert.deepEqual(JSON.parse(was ?? 'null'), automated);
      const off = { policy: was ?? '', note: 'conformance' };
      const changes = [];
      for (let times = 0; times < 2; times++)
        changes.push(value(await emergency.switchAutomaticSyncOff(own.name, off, signal)).changed);
      assert.deepEqual(changes, [true, false]);
      assert.equal(value(await emergency.automaticSync(own.name, signal)).policy, null);

      const workloads = value(await emergency.liveWorkloads(own.name, signal));
      const [workload] = workloads;
      const [container] = workload?.containers ?? [];
      if (!workload || !container) throw new Error('there is no workload of the Application');
      // Of a host that nobody has: its pods stay pending, and the old ones run on.
      const other = { container: container.name, from: container.image, to: missingImage };
      const set = async (change: typeof other) =>
        value(await emergency.setImages(workload, [change], signal)).changed;
      assert.deepEqual([await set(other), await set(other)], [true, false]);
      const refused = await emergency.setImages(
        workload,
        [{ ...other, from: 'another:v1', to: 'third:v1' }],
        signal,
      );
      assert.equal(refused.ok ? 'done' : refused.failure.code, 'conflict');
      const seen = value(await emergency.liveWorkloads(own.name, signal))[0]?.containers[0]?.image;
      assert.equal(seen, missingImage);
      assert.equal(await set({ container: container.name, from: missingImage, to: container.image }), true);

      assert.equal(value(await emergency.switchAutomaticSyncOn(own.name, off, signal)).changed, true);
      const after = await own.stored();
      assert.deepEqual(after.spec, before);
      assert.equal(after.metadata.annotations?.['signalbox.dev/automatic-sync-off'], undefined);
    },
  },
];
