import assert from 'node:assert/strict';
import { getObject } from '../../systems/kubernetes/objects';
import { connectPatiently } from '../../systems/kubernetes/patient-connection';
import { probe } from '../../systems/kubernetes/probe';
import { whoAmI } from '../../systems/kubernetes/reviews';
import { type Case, skip, value } from '../test-ground';

export const connectingCases: readonly Case[] = [
  {
    name: 'connecting: the server tells its version, and answers in time',
    async run({ connection, signal }) {
      const { version, latency } = value(await probe(connection, signal));
      assert.match(version ?? '', /^v1\.\d+/);
      assert.ok(latency > 0);
    },
  },
  {
    name: 'connecting: it is told who one is',
    async run({ connection, signal }) {
      const who = await whoAmI(connection, signal);
      if (who === null) skip('this server does not say who one is (SelfSubjectReview, Kubernetes 1.28)');
      assert.notEqual(who.username, '');
    },
  },
  {
    name: 'connecting: what one may do is answered for every action',
    async run({ cluster, until }) {
      const open = () => cluster.status().access.filter(({ state }) => state === 'unknown');
      await until('an answer for every action', () => open().length === 0, open);
    },
  },
  {
    name: 'connecting: the status tells what is watched, and what cannot be seen',
    async run({ cluster, until }) {
      const status = () => cluster.status();
      await until(
        'every watch to be live or a gap',
        () => {
          const { freshness, watches, gaps, latency } = status();
          const unclear = watches.filter(
            ({ kind, namespace, state }) =>
              state.state !== 'live' && !gaps.some((gap) => gap.kind === kind && gap.namespace === namespace),
          );
          return freshness.state === 'live' && unclear.length === 0 && latency.samples > 0;
        },
        status,
      );
      for (const { means, because } of status().gaps) assert.notEqual(means && because.message, '');
    },
  },
  {
    name: 'connecting: what is not there is told as not found',
    async run({ connection, namespace, name, signal }) {
      const ref = { apiVersion: 'v1', plural: 'pods', namespace, name: name('nothing') };
      const read = await getObject(connection, ref, { signal });
      assert.ok(!read.ok);
      assert.deepEqual(
        [read.failure.code, read.failure.status, read.failure.reason],
        ['not-found', 404, 'NotFound'],
      );
    },
  },
  {
    name: 'connecting: a context that is not there is a failure of each request, in words',
    async run({ options, signal }) {
      const nowhere = connectPatiently({
        ...(options.kubeconfig ? { kubeconfig: options.kubeconfig } : {}),
        context: 'signalbox-no-such-context',
      });
      const probed = await probe(nowhere, signal);
      assert.ok(!probed.ok);
      assert.match(probed.failure.message, /has no context "signalbox-no-such-context"/);
    },
  },
];
