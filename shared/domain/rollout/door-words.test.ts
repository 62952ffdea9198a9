import { expect, it } from 'vitest';
import type { ClusterDoor } from './cluster-status';
import { doorText, otherWays } from './door-words';

const door = (kubernetes: string | null, server: string | null, used: ClusterDoor['through'] | null) => {
  const way = (through: ClusterDoor['through'], why: string | null): ClusterDoor['ways'][number] => ({
    through,
    state: through === used ? 'used' : why === null ? 'not-asked' : 'closed',
    why,
  });
  const ways = [way('kubernetes', kubernetes), way('server', server)];
  return {
    system: 'argo-cd' as const,
    server: 'https://argocd.example.org',
    through: used ?? ('kubernetes' as const),
    since: used && '2026-03-01T10:00:00Z',
    because: null,
    ways,
  };
};
const told = (one: ClusterDoor): string => [doorText(one), ...otherWays(one)].join(' | ');

it('says by which way it is seen, and why the other shows nothing', () => {
  expect(told(door('You may not list applications.', null, 'server'))).toBe(
    'through its own server | The Kubernetes API shows nothing: You may not list applications.',
  );
  expect(told(door(null, null, 'kubernetes'))).toBe(
    'through the Kubernetes API | Its own server isn’t needed, so it isn’t asked.',
  );
  expect(told(door('Forbidden.', 'You are not signed in.', null))).toBe(
    'not seen now | The Kubernetes API shows nothing: Forbidden. | Its own server shows nothing: You are not signed in.',
  );
  expect(told(door(null, null, null))).toBe('connecting');
});
