import { setMaxListeners } from 'node:events';
import { connect } from '../systems/kubernetes/connection';
import { LineSplitter } from '../systems/kubernetes/lines';
import { type Fleet, now, type Phase, stampIn } from './watch-fleet';

const kinds = [
  '/apis/argoproj.io/v1alpha1/namespaces/cluster-services/applications',
  '/apis/argoproj.io/v1alpha1/namespaces/apps/workflows',
  '/api/v1/namespaces/apps/pods',
];

/** The streams that change, and nothing but `JSON.parse`: what any console would have to do. */
export async function onlyParsing(fleet: Fleet, seconds: number): Promise<Phase> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  let latencies: number[] = [];
  const connections = await Promise.all(
    fleet.environments.map((context) => connect({ kubeconfig: [fleet.kubeconfig], context })),
  );
  for (const connection of connections)
    for (const path of kinds) {
      const { metadata } = await connection.json<{ metadata: { resourceVersion: string } }>({
        path,
        query: { limit: 1 },
      });
      const { resourceVersion } = metadata;
      const response = await connection.open({
        path,
        query: { watch: true, resourceVersion },
        signal: stop.signal,
      });
      // Its end is ours.
      response.once('error', () => undefined);
      const splitter = new LineSplitter();
      response.on('data', (chunk: Buffer) => {
        for (const line of splitter.push(chunk)) {
          const { object } = JSON.parse(line.toString('utf8')) as {
            object: { metadata: { annotations?: Record<string, string> } };
          };
          latencies.push(now() - stampIn(object.metadata.annotations?.['bench/at']));
        }
      });
    }
  await fleet.warmUp();
  latencies = [];
  const phase = await fleet.measured(seconds, latencies);
  stop.abort(new Error('enough'));
  for (const connection of connections) connection.close();
  return phase;
}
