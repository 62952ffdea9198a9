import assert from 'node:assert/strict';
import type { Rollout } from '../../../shared/domain/rollout/rollout';
import { connect } from '../../systems/kubernetes/connection';
import { patchObject } from '../../systems/kubernetes/objects';
import { streamLogs } from '../../systems/kubernetes/stream-logs';
import type { LogState } from '../../systems/kubernetes/types';
import { deployment, missingImage, podSpec } from '../manifests';
import { type Bench, type Case, value } from '../test-ground';

const serves = (mark: string) => `echo ${mark}; while true; do sleep 1; done`;

async function needDeployments({ may, needs, namespace }: Bench): Promise<ResourceOfDeployments> {
  await needs('apps/v1', 'deployments');
  await may({ verb: 'create', group: 'apps', resource: 'deployments', namespace });
  return { apiVersion: 'apps/v1', plural: 'deployments', namespace };
}
type ResourceOfDeployments = { apiVersion: string; plural: string; namespace: string };

/** The one rollout of an app, when the cluster shows it. */
const rolloutOf = ({ cluster }: Bench, app: string): Rollout | undefined => cluster.view.rollouts(app)[0];

const newScript = (bench: Bench, script: string) => ({
  spec: { template: { spec: podSpec(bench.options, script, 'Always') } },
});

export const rolloutCases: readonly Case[] = [
  {
    name: 'rollouts: a new version comes up beside the old one, and is done when the old pods are gone',
    async run(bench) {
      const ref = await needDeployments(bench);
      const app = bench.name('app');
      await bench.create(ref, deployment(bench.options, app, serves('one'), bench.labels));
      const seen = () => rolloutOf(bench, app);
      await bench.until('the first version to be rolled out', () => seen()?.state === 'done', seen);
      const first = seen()?.replicaSets.find(({ current }) => current)?.name;
      const states: string[] = [];
      const stop = bench.cluster.view.onChange(() => states.push(seen()?.state ?? ''));
      try {
        value(
          await patchObject(
            bench.connection,
            { ...ref, name: app },
            'merge',
            newScript(bench, serves('two')),
            bench,
          ),
        );
        await bench.until(
          'the second version to be rolled out',
          () => {
            const now = seen();
            const current = now?.replicaSets.find((set) => set.current);
            return now?.state === 'done' && current !== undefined && current.name !== first;
          },
          seen,
        );
      } finally {
        stop();
      }
      assert.ok(
        states.some((state) => state !== 'done' && state !== ''),
        `it was never seen under way: ${states.join(', ')}`,
      );
      assert.equal(seen()?.available, 1);
      assert.equal(seen()?.failingPod, null);
    },
  },
  {
    name: 'rollouts: a pod that crashes is named, with its reason, exit code and last log',
    async run(bench) {
      const ref = await needDeployments(bench);
      const app = bench.name('crash');
      await bench.create(ref, deployment(bench.options, app, serves('one'), bench.labels));
      const seen = () => rolloutOf(bench, app);
      await bench.until('the first version to be rolled out', () => seen()?.state === 'done', seen);
      const crash = newScript(bench, 'echo it is going wrong; sleep 1; exit 3');
      value(await patchObject(bench.connection, { ...ref, name: app }, 'merge', crash, bench));
      const failing = await bench.until(
        'a failing pod in a crash loop',
        () => {
          const rollout = seen();
          const pod = rollout?.pods.find(({ name }) => name === rollout.failingPod);
          return pod?.reason === 'CrashLoopBackOff' && pod.restarts > 0 ? pod : null;
        },
        seen,
      );
      assert.notEqual(seen()?.state, 'done');
      assert.deepEqual([failing.lastTermination?.container, failing.lastTermination?.exitCode], ['main', 3]);
      await bench.may({
        verb: 'get',
        group: '',
        resource: 'pods',
        subresource: 'log',
        namespace: bench.namespace,
      });
      const log = await bench.until('the log of the instance that crashed', async () => {
        const lines = await readLog(bench, failing.name, true);
        return lines.length > 0 ? lines : null;
      });
      assert.deepEqual(log, ['it is going wrong']);
    },
  },
  {
    name: 'rollouts: an image that cannot be pulled is told, and the old pods stay',
    async run(bench) {
      const ref = await needDeployments(bench);
      const app = bench.name('pull');
      await bench.create(ref, deployment(bench.options, app, serves('one'), bench.labels));
      const seen = () => rolloutOf(bench, app);
      await bench.until('the first version to be rolled out', () => seen()?.state === 'done', seen);
      const missing = { spec: { template: { spec: podSpec({ image: missingImage }, 'echo', 'Always') } } };
      value(await patchObject(bench.connection, { ...ref, name: app }, 'merge', missing, bench));
      const failing = await bench.until(
        'a failing pod whose image cannot be pulled',
        () => {
          const rollout = seen();
          const pod = rollout?.pods.find(({ name }) => name === rollout.failingPod);
          return /^(ErrImagePull|ImagePullBackOff)$/.test(pod?.reason ?? '') ? pod : null;
        },
        seen,
      );
      assert.match(failing.message ?? '', /signalbox\.invalid/);
      assert.equal(failing.restarts, 0);
      assert.notEqual(seen()?.state, 'done');
      assert.equal(seen()?.available, 1);
    },
  },
];

/** A log read to its end. */
async function readLog(bench: Bench, pod: string, previous: boolean): Promise<string[]> {
  const lines: string[] = [];
  await streamLogs(
    { connection: bench.connection, namespace: bench.namespace, pod, container: 'main', previous },
    (some) => lines.push(...some.map(({ text }) => text)),
    () => undefined,
    bench.signal,
  );
  return lines;
}

async function podWith(bench: Bench, script: string): Promise<string> {
  const { namespace } = bench;
  await bench.may(
    { verb: 'create', group: '', resource: 'pods', namespace },
    { verb: 'get', group: '', resource: 'pods', subresource: 'log', namespace },
  );
  const name = bench.name('log');
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: podSpec(bench.options, script, 'Never'),
  };
  await bench.create({ apiVersion: 'v1', plural: 'pods', namespace }, pod);
  const phase = async () => {
    const read = await bench.read({ apiVersion: 'v1', plural: 'pods', namespace, name });
    return (read.status as { phase?: string } | undefined)?.phase;
  };
  let last: string | undefined;
  await bench.until(
    'the pod to run',
    async () => {
      last = await phase();
      return last === 'Running' || last === 'Succeeded';
    },
    () => last,
  );
  return name;
}

const numbers = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`);
const counting = `for n in ${numbers.map((_, index) => index + 1).join(' ')}; do echo line $n; sleep 1; done; echo end`;

export const logCases: readonly Case[] = [
  {
    name: 'logs: a log is followed from its first line to its end, with the cluster’s stamps',
    async run(bench) {
      const pod = await podWith(bench, counting);
      const lines: { at: string | null; text: string }[] = [];
      const states: LogState['state'][] = [];
      await streamLogs(
        { connection: bench.connection, namespace: bench.namespace, pod, container: 'main', follow: true },
        (some) => lines.push(...some),
        ({ state }) => states.push(state),
        AbortSignal.any([bench.signal, AbortSignal.timeout(bench.options.timeout * 1000)]),
      );
      assert.deepEqual(
        lines.map(({ text }) => text),
        [...numbers, 'end'],
      );
      assert.ok(lines.every(({ at }) => at !== null && !Number.isNaN(Date.parse(at))));
      assert.deepEqual([states[0], states.at(-1)], ['following', 'ended']);
    },
  },
  {
    name: 'logs: a followed log that breaks goes on without repeating or losing a line',
    async run(bench) {
      const { connection, proxy } = await bench.throughProxy();
      const pod = await podWith(bench, counting);
      const lines: string[] = [];
      let cuts = 0;
      const followed = streamLogs(
        {
          connection,
          namespace: bench.namespace,
          pod,
          container: 'main',
          follow: true,
          timing: { backoffBase: 10, backoffLimit: 50 },
        },
        (some) => {
          lines.push(...some.map(({ text }) => text));
          if (cuts < 3 && lines.length > cuts * 2) {
            cuts++;
            proxy.cut();
          }
        },
        () => undefined,
        AbortSignal.any([bench.signal, AbortSignal.timeout(bench.options.timeout * 1000)]),
      );
      await followed;
      assert.deepEqual(lines, [...numbers, 'end']);
      assert.ok(cuts > 0);
    },
  },
  {
    name: 'logs: a container that says nothing for a while is followed, and that is no fault',
    async run(bench) {
      const { kubeconfig, context } = bench.options;
      // A kubelet answers only with the first line: later here than any other answer may come.
      const connection = await connect({
        ...(kubeconfig ? { kubeconfig } : {}),
        ...(context === undefined ? {} : { context }),
        requestTimeout: 4_000,
      });
      try {
        const pod = await podWith(bench, 'sleep 12; echo at last');
        const lines: string[] = [];
        const states: LogState['state'][] = [];
        await streamLogs(
          { connection, namespace: bench.namespace, pod, container: 'main', follow: true },
          (some) => lines.push(...some.map(({ text }) => text)),
          ({ state }) => states.push(state),
          AbortSignal.any([bench.signal, AbortSignal.timeout(bench.options.timeout * 1000)]),
        );
        assert.deepEqual(lines, ['at last']);
        assert.ok(!states.includes('reconnecting'), states.join(', '));
        assert.equal(states.at(-1), 'ended');
      } finally {
        connection.close();
      }
    },
  },
  {
    name: 'logs: a pod that is not there is told as gone',
    async run(bench) {
      const states: LogState['state'][] = [];
      await streamLogs(
        {
          connection: bench.connection,
          namespace: bench.namespace,
          pod: bench.name('nothing'),
          container: 'main',
          follow: true,
        },
        () => undefined,
        ({ state }) => states.push(state),
        bench.signal,
      );
      assert.equal(states.at(-1), 'gone');
    },
  },
];
