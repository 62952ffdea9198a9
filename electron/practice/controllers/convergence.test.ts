import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import type { Application } from './kubernetes-shapes';
import { MemoryFaults, MemoryRepo, rehearsalApps, startCluster, stopRehearsals } from './rehearsal';
import { appsNamespace, argoNamespace, parentName } from './render';

afterEach(stopRehearsals);

type Act =
  | { do: 'deploy'; app: string; version: number }
  | { do: 'refresh' }
  | { do: 'away'; away: boolean }
  | { do: 'terminate'; application: string }
  | { do: 'sync'; application: string }
  | { do: 'delete-pod'; nth: number }
  | { do: 'crash'; version: number; crash: boolean }
  | { do: 'turns'; turns: number };

const app = fc.constantFrom('publishing-api', 'frontend');
const application = fc.constantFrom('publishing-api', 'frontend', 'draft-frontend');
const version = fc.integer({ min: 1, max: 4 });
const action: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('deploy' as const), app, version }),
  fc.record({ do: fc.constant('refresh' as const) }),
  fc.record({ do: fc.constant('away' as const), away: fc.boolean() }),
  fc.record({ do: fc.constant('terminate' as const), application }),
  fc.record({ do: fc.constant('sync' as const), application }),
  fc.record({ do: fc.constant('delete-pod' as const), nth: fc.nat(9) }),
  fc.record({ do: fc.constant('crash' as const), version, crash: fc.boolean() }),
  fc.record({ do: fc.constant('turns' as const), turns: fc.integer({ min: 1, max: 60 }) }),
);

it('whatever happens meanwhile, the cluster ends as the repo says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
      const repo = new MemoryRepo(['production'], rehearsalApps, 'v1');
      const faults = new MemoryFaults();
      const cluster = await startCluster({ repo, faults, speed: 2000 });
      for (const one of actions) {
        if (one.do === 'deploy') repo.set('production', one.app, { imageTag: `v${one.version}` });
        else if (one.do === 'refresh') cluster.refresh();
        else if (one.do === 'away') repo.away = one.away;
        else if (one.do === 'crash') {
          if (one.crash) faults.crashing.add(`v${one.version}`);
          else faults.crashing.delete(`v${one.version}`);
        } else if (one.do === 'delete-pod') {
          const pods = cluster.store.list('Pod', { namespace: appsNamespace });
          const pod = pods[one.nth % pods.length];
          if (pod) cluster.store.delete('Pod', appsNamespace, pod.metadata.name);
        } else if (one.do === 'terminate') {
          if (cluster.app(one.application).status?.operationState?.phase === 'Running') {
            cluster.store.patch('Application', argoNamespace, one.application, 'merge', {
              status: { operationState: { phase: 'Terminating' } },
            });
          }
        } else if (one.do === 'sync') {
          cluster.store.modify<Application>('Application', argoNamespace, one.application, (draft) => {
            draft.operation = { initiatedBy: { username: 'somebody' }, sync: {} };
          });
        } else {
          for (let turn = 0; turn < one.turns; turn += 1) {
            await new Promise((resolve) => setImmediate(resolve));
          }
        }
      }
      repo.away = false;
      faults.crashing.clear();
      // A commit more, since auto-sync leaves alone what failed (or was terminated) at a revision.
      repo.set('production', 'frontend', { promoteDeployment: false });
      cluster.refresh();
      for (const [name, repoName] of [
        ['publishing-api', 'publishing-api'],
        ['frontend', 'frontend'],
        ['draft-frontend', 'frontend'],
      ] as const) {
        const wanted = repo.values('production', repoName)?.imageTag ?? '';
        await cluster.until(`${name} at ${wanted}`, () => cluster.settled(name, wanted));
      }
      await cluster.until(
        'a synced parent',
        () => cluster.app(parentName).status?.sync.status === 'Synced' && !cluster.app(parentName).operation,
      );
      await cluster.until('as many pods as wanted', () => {
        const counts = [
          cluster.pods('publishing-api').length,
          cluster.pods('publishing-api', 'worker').length,
          cluster.pods('frontend').length,
        ];
        return counts.join() === '2,1,3';
      });
      expect(cluster.errors).toEqual([]);
      await cluster.controllers.stop();
    }),
    { numRuns: 15 },
  );
});
