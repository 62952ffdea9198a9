import assert from 'node:assert/strict';
import type { Workflow } from '../../../shared/domain/workflows/workflow';
import { deleteObject } from '../../systems/kubernetes/objects';
import { workflow, workflowTemplate } from '../manifests';
import { type Bench, type Case, skip, value } from '../test-ground';

interface Own {
  namespace: string;
  name: string;
  app: string;
  template: string;
  seen(): Workflow | null;
}

const over: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Error']);
const forLong = 'echo waiting; while true; do sleep 1; done';

/** Submits a workflow of a template of its own. */
async function submitted(
  bench: Bench,
  steps: readonly { name: string; script: string | 'suspend'; retries?: number }[],
): Promise<Own> {
  const { workflowsNamespace: namespace, options } = bench;
  const argo = { apiVersion: 'argoproj.io/v1alpha1', namespace };
  const right = { group: 'argoproj.io', namespace };
  await bench.needs(argo.apiVersion, 'workflows');
  await bench.may(
    { ...right, verb: 'create', resource: 'workflows' },
    { ...right, verb: 'create', resource: 'workflowtemplates' },
  );
  const [template, name, app] = [bench.name('template'), bench.name('workflow'), bench.name('app')];
  await bench.create({ ...argo, plural: 'workflowtemplates' }, workflowTemplate(options, template, steps));
  await bench.create({ ...argo, plural: 'workflows' }, workflow(name, template, app));
  return { namespace, name, app, template, seen: () => bench.cluster.view.workflow(namespace, name) };
}

async function endOf(bench: Bench, { seen }: Pick<Own, 'seen'>): Promise<Workflow> {
  const end = await bench.until(
    'the workflow to end',
    () => (over.has(seen()?.phase ?? '') ? seen() : null),
    seen,
  );
  if (end.phase === 'Error' || /forbidden/.test(end.message ?? ''))
    throw new Error(
      `the workflow ended ${end.phase}: ${end.message ?? end.nodes.map(({ message }) => message).join('; ')} (a --service-account may lack the rights of Argo's executor)`,
    );
  return end;
}

/** Waits until a node runs whose pod runs, too. */
const running = (bench: Bench, { seen }: Own, node: string): Promise<unknown> =>
  bench.until(
    `the step ${node} to run`,
    () => seen()?.nodes.some(({ displayName, phase }) => displayName === node && phase === 'Running'),
    seen,
  );

const nodeOf = (one: Workflow, displayName: string) => {
  const node = one.nodes.find((candidate) => candidate.displayName === displayName);
  assert.ok(node, `there is no node ${displayName}: ${one.nodes.map((each) => each.displayName).join(', ')}`);
  return node;
};

export const workflowCases: readonly Case[] = [
  {
    name: 'workflows: a run of a template is followed as a tree with times, and found by its labels',
    async run(bench) {
      const own = await submitted(bench, [
        { name: 'one', script: 'echo the first step' },
        { name: 'two', script: 'echo the second step' },
      ]);
      const end = await endOf(bench, own);
      assert.equal(end.phase, 'Succeeded', end.message ?? '');
      assert.equal(end.template, own.template);
      for (const name of ['one', 'two']) {
        const node = nodeOf(end, name);
        assert.deepEqual([node.type, node.phase], ['Pod', 'Succeeded']);
        assert.ok((node.startedAt ?? '') !== '' && (node.finishedAt ?? '') >= (node.startedAt ?? ''));
      }
      assert.ok(end.finishedAt);
      const found = bench.cluster.view.workflows({ app: own.app, version: 'v1', template: own.template });
      assert.deepEqual(
        found.map(({ name }) => name),
        [own.name],
      );
    },
  },
  {
    name: 'workflows: the log of a step is found through its node',
    async run(bench) {
      const { cluster, options, signal } = bench;
      const own = await submitted(bench, [{ name: 'one', script: 'echo the first step' }]);
      const pod = nodeOf(await endOf(bench, own), 'one').pod;
      if (pod === null) skip('this cluster takes away the pods of workflows that succeeded');
      const { namespace } = own;
      if (options.argoServer === undefined)
        await bench.may({ verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace });
      const lines: string[] = [];
      await cluster.followLog(
        { namespace, pod, container: 'main', previous: false, tailLines: 100, follow: false },
        (event) => event.type === 'lines' && lines.push(...event.lines.map(({ text }) => text)),
        signal,
      );
      assert.ok(lines.includes('the first step'), lines.join('\n'));
    },
  },
  {
    name: 'workflows: the log of a step is followed until the step ends, though its workflow goes on',
    async run(bench) {
      const { cluster, options, signal } = bench;
      const talking = 'for n in 1 2 3 4; do echo line $n; sleep 1; done';
      const own = await submitted(bench, [
        { name: 'one', script: talking },
        { name: 'two', script: forLong },
      ]);
      const { namespace } = own;
      if (options.argoServer === undefined)
        await bench.may({ verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace });
      const pod = await bench.until(
        'the pod of the first step',
        () => own.seen()?.nodes.find(({ displayName }) => displayName === 'one')?.pod,
        own.seen,
      );
      const lines: string[] = [];
      const states: string[] = [];
      await cluster.followLog(
        { namespace, pod, container: 'main', previous: false, tailLines: 100 },
        (event) => {
          if (event.type === 'lines') lines.push(...event.lines.map(({ text }) => text));
          if (event.type === 'state') states.push(event.state);
        },
        AbortSignal.any([signal, AbortSignal.timeout(options.timeout * 1000)]),
      );
      // Argo's executor adds lines of its own.
      assert.deepEqual(
        lines.filter((line) => line.startsWith('line ')),
        ['line 1', 'line 2', 'line 3', 'line 4'],
      );
      assert.equal(states.at(-1), 'ended', states.join());
      assert.equal(own.seen()?.phase, 'Running');
    },
  },
  {
    name: 'workflows: one that the cluster forgot is listed, read and run again out of the archive',
    async run(bench) {
      const { cluster, connection, options, signal } = bench;
      if (!options.argoServer || !cluster.archive) skip('no --argo-server was named');
      const own = await submitted(bench, [
        { name: 'one', script: 'echo the first step' },
        { name: 'two', script: 'exit 4' },
      ]);
      await endOf(bench, own);
      const { archive } = cluster;
      const { namespace, name } = own;
      const ref = { apiVersion: 'argoproj.io/v1alpha1', plural: 'workflows', namespace, name };
      const { metadata } = await bench.read(ref);
      const listed = () =>
        archive.list(100, signal).then((all) => value(all).find((one) => one.name === name));
      const patience = performance.now() + 20_000;
      const found = await bench.until('the archive to have it, or not', async () => {
        const one = await listed();
        return one ?? (performance.now() > patience ? 'none' : null);
      });
      if (found === 'none') skip('the server keeps no archive');
      assert.equal(found.archivedUid, metadata.uid);
      value(await deleteObject(connection, ref, { signal }));
      await bench.until('the watch to forget it', () => own.seen() === null);
      const whole = await archive.find(namespace, name, signal);
      assert.equal(whole?.archivedUid, metadata.uid);
      assert.equal(whole ? nodeOf(whole, 'two').phase : '', 'Failed');
      const request = { id: bench.name('retry') };
      value(await cluster.actions.retryWorkflow(namespace, name, request, signal));
      await bench.until(
        'it to be there again',
        () => own.seen()?.phase === 'Running' || over.has(own.seen()?.phase ?? ''),
        own.seen,
      );
      assert.notEqual((await bench.read(ref)).metadata.uid, metadata.uid);
      assert.equal(nodeOf(await endOf(bench, own), 'one').phase, 'Succeeded');
    },
  },
  {
    name: 'workflows: a step that fails fails its workflow, with the reason',
    async run(bench) {
      const own = await submitted(bench, [
        { name: 'one', script: 'echo fine' },
        { name: 'two', script: 'echo broken; exit 4' },
        { name: 'three', script: 'echo never' },
      ]);
      const end = await endOf(bench, own);
      assert.equal(end.phase, 'Failed');
      assert.equal(nodeOf(end, 'one').phase, 'Succeeded');
      assert.equal(nodeOf(end, 'two').phase, 'Failed');
      assert.match(nodeOf(end, 'two').message ?? '', /4/);
      assert.ok(
        !end.nodes.some(({ displayName, phase }) => displayName === 'three' && phase === 'Succeeded'),
      );
    },
  },
  {
    name: 'workflows: each attempt of a step that is tried again has a pod and a log of its own',
    async run(bench) {
      const own = await submitted(bench, [{ name: 'one', script: 'echo broken; exit 4', retries: 1 }]);
      const end = await endOf(bench, own);
      assert.equal(end.phase, 'Failed');
      const retry = nodeOf(end, 'one');
      assert.deepEqual([retry.type, retry.pod], ['Retry', null]);
      const attempts = end.nodes.filter(({ type }) => type === 'Pod');
      assert.deepEqual(attempts.map(({ displayName }) => displayName).sort(), ['one(0)', 'one(1)']);
      const pods = attempts.flatMap(({ pod }) => pod ?? []);
      if (pods.length === 0) skip('this cluster takes away the pods of workflows that ended');
      assert.equal(new Set(pods).size, 2);
    },
  },
  ...(['Stop', 'Terminate'] as const).map(
    (mode): Case => ({
      name: `workflows: ${mode === 'Stop' ? 'a stop' : 'a termination'} ends a run, and is no action on one that has ended`,
      async run(bench) {
        const own = await submitted(bench, [{ name: 'one', script: forLong }]);
        await running(bench, own, 'one');
        const { actions } = bench.cluster;
        const first = value(await actions.stopWorkflow(own.namespace, own.name, mode, bench.signal));
        assert.deepEqual(first, { stopped: true });
        const end = await endOf(bench, own);
        assert.deepEqual([end.phase, end.shutdown], ['Failed', mode]);
        const again = value(await actions.stopWorkflow(own.namespace, own.name, mode, bench.signal));
        assert.deepEqual(again, { stopped: false });
      },
    }),
  ),
  {
    name: 'workflows: one is submitted by its template, and once for one id',
    async run(bench) {
      const { actions } = bench.cluster;
      const { workflowsNamespace: namespace, signal } = bench;
      const own = await submitted(bench, [{ name: 'one', script: 'echo {{workflow.parameters.greeting}}' }]);
      const request = {
        id: bench.name('submission'),
        template: own.template,
        parameters: { greeting: 'good morning' },
        labels: { ...bench.labels, repoName: own.app },
      };
      const first = value(await actions.submitWorkflow(request, signal));
      bench.own({ apiVersion: 'argoproj.io/v1alpha1', plural: 'workflows', ...first });
      const again = value(await actions.submitWorkflow(request, signal));
      assert.deepEqual(again, first);
      const end = await endOf(bench, { seen: () => bench.cluster.view.workflow(namespace, first.name) });
      assert.equal(end.phase, 'Succeeded', end.message ?? '');
    },
  },
  {
    name: 'workflows: a retry goes on from the failure, and leaves what had succeeded',
    async run(bench) {
      const { actions } = bench.cluster;
      const own = await submitted(bench, [
        { name: 'one', script: 'echo fine' },
        { name: 'two', script: 'echo broken; exit 4' },
      ]);
      const before = await endOf(bench, own);
      assert.equal(before.phase, 'Failed');
      const [one, two] = [nodeOf(before, 'one'), nodeOf(before, 'two')];
      // Times of the API are in whole seconds: what begins again within the same one would not show it.
      const begun = performance.now();
      await bench.until('the next second', () => performance.now() - begun > 1_500);
      value(await actions.retryWorkflow(own.namespace, own.name, {}, bench.signal));
      const end = await bench.until(
        'the retry to end',
        () => {
          const now = own.seen();
          const again = now?.nodes.find(({ displayName }) => displayName === 'two');
          return over.has(now?.phase ?? '') && (again?.startedAt ?? '') > (two.startedAt ?? '') ? now : null;
        },
        own.seen,
      );
      // The same script fails the same way; what counts is that it ran again, and it alone.
      assert.equal(end.phase, 'Failed');
      assert.deepEqual(
        [nodeOf(end, 'one').finishedAt, nodeOf(end, 'one').phase],
        [one.finishedAt, 'Succeeded'],
      );
    },
  },
  {
    name: 'workflows: a retry of a run that has not failed is refused',
    async run(bench) {
      const own = await submitted(bench, [{ name: 'one', script: 'echo fine' }]);
      await endOf(bench, own);
      const { actions } = bench.cluster;
      const retried = await actions.retryWorkflow(own.namespace, own.name, {}, bench.signal);
      assert.ok(!retried.ok);
      assert.equal(retried.failure.code, 'refused');
    },
  },
  {
    name: 'workflows: a resubmission is a new run and refers to the old one',
    async run(bench) {
      const { actions, view } = bench.cluster;
      const own = await submitted(bench, [{ name: 'one', script: 'echo fine' }]);
      await endOf(bench, own);
      const request = { id: bench.name('again') };
      const made = value(await actions.resubmitWorkflow(own.namespace, own.name, request, bench.signal));
      bench.own({ apiVersion: 'argoproj.io/v1alpha1', plural: 'workflows', ...made });
      assert.notEqual(made.name, own.name);
      const end = await endOf(bench, { seen: () => view.workflow(made.namespace, made.name) });
      assert.deepEqual([end.phase, end.resubmittedFrom], ['Succeeded', own.name]);
      assert.equal(end.labels.repoName, own.app);
    },
  },
  {
    name: 'workflows: one that waits for a person goes on when it is resumed',
    async run(bench) {
      const { actions } = bench.cluster;
      const own = await submitted(bench, [
        { name: 'approve', script: 'suspend' },
        { name: 'one', script: 'echo fine' },
      ]);
      await running(bench, own, 'approve');
      await bench.until('it to be told as waiting', () => own.seen()?.suspended === true, own.seen);
      const request = { actor: 'conformance' };
      const resumed = value(await actions.resumeWorkflow(own.namespace, own.name, request, bench.signal));
      assert.deepEqual(resumed, { changed: true });
      const end = await endOf(bench, own);
      assert.equal(end.phase, 'Succeeded', end.message ?? '');
      assert.equal(nodeOf(end, 'one').phase, 'Succeeded');
    },
  },
  {
    name: 'workflows: one that is suspended starts nothing more until it is resumed',
    async run(bench) {
      const { actions } = bench.cluster;
      const own = await submitted(bench, [
        { name: 'one', script: 'sleep 15' },
        { name: 'two', script: 'echo fine' },
      ]);
      await running(bench, own, 'one');
      const suspended = value(await actions.suspendWorkflow(own.namespace, own.name, bench.signal));
      assert.deepEqual(suspended, { changed: true });
      const stepOf = (name: string) => own.seen()?.nodes.find(({ displayName }) => displayName === name);
      await bench.until('the first step to end', () => stepOf('one')?.phase === 'Succeeded', own.seen);
      assert.equal(stepOf('two'), undefined);
      const request = { actor: 'conformance' };
      value(await actions.resumeWorkflow(own.namespace, own.name, request, bench.signal));
      assert.equal((await endOf(bench, own)).phase, 'Succeeded');
    },
  },
];
