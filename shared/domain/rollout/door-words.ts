import type { ClusterDoor } from './cluster-status';

type Way = ClusterDoor['ways'][number];

const wayNames: Record<Way['through'], string> = {
  kubernetes: 'The Kubernetes API',
  server: 'Its own server',
};

/** How a system of Argo's is seen right now, as the end of a sentence that begins with its name. */
export function doorText({ ways }: ClusterDoor): string {
  const used = ways.find(({ state }) => state === 'used');
  if (used) return used.through === 'server' ? 'through its own server' : 'through the Kubernetes API';
  return ways.some(({ state }) => state === 'closed') ? 'not seen now' : 'connecting';
}

/** What is to be said of each way that shows nothing: why it is closed, or that it is not needed. */
export function otherWays({ ways }: ClusterDoor): string[] {
  const isUsed = ways.some(({ state }) => state === 'used');
  return ways.flatMap(({ through, state, why }) => {
    if (state === 'closed') return [`${wayNames[through]} shows nothing: ${why}`];
    return state === 'not-asked' && isUsed ? [`${wayNames[through]} isn’t needed, so it isn’t asked.`] : [];
  });
}
