import type { AutomaticSync } from '../../shared/domain/emergency/automatic-sync';
import type { LiveWorkload, WorkloadRef } from '../../shared/domain/emergency/live-image';
import { fail, ok, type Result } from '../../shared/domain/failure/failure';
import {
  type AutomaticSyncWrite,
  readAutomaticSync,
  switchOffWrite,
  switchOnWrite,
} from '../systems/argo/automatic-sync';
import type { KubeFailure } from '../systems/kubernetes/kube-failure';
import type { Change } from '../systems/kubernetes/objects';
import type { KubeObject } from '../systems/kubernetes/types';
import { imageWrite, templateContainers } from '../systems/kubernetes/workload-images';
import { isChosen } from './application-actions';
import type { ClusterState } from './cluster-state';
import type { ApplicationsAt, WorkloadsAt } from './emergency-doors';
import type { ClusterPlace } from './place';
import type { EmergencyActions } from './types';
import { notChosen, unreadable } from './workflow-actions';

/** Somebody was there in between: what they did stays. */
const changedMeanwhile = (what: string, now: string): KubeFailure => ({
  code: 'conflict',
  message: `${what} was changed by somebody else: it is ${now} now.`,
  meaning: 'It was left as it is.',
  next: [{ do: 'advice', label: 'Ask who changed it, then decide again.' }],
  status: null,
  reason: null,
});

const rounds = 8;

/**
 * What an emergency asks of a cluster, by whichever doors.
 * @param doors.applications by which they are seen now.
 */
export function emergencyActions(
  place: ClusterPlace,
  state: Pick<ClusterState, 'view'>,
  doors: { applications: () => ApplicationsAt; workloads: WorkloadsAt },
): EmergencyActions {
  const { workloads } = doors;

  async function change(
    name: string,
    write: (current: KubeObject) => AutomaticSyncWrite,
    signal: AbortSignal,
  ): Promise<Result<{ changed: boolean }>> {
    const decide = (current: KubeObject): Change => {
      if (!isChosen(place, name, current)) return { refuse: notChosen(name, 'Applications', place) };
      const decided = write(current);
      switch (decided.kind) {
        case 'write':
          return { patch: decided.patch };
        case 'as-asked':
          return { leave: true };
        case 'changed':
          return { refuse: changedMeanwhile(`Automatic sync of ${name}`, decided.policy) };
        case 'unreadable':
          return { refuse: unreadable(name) };
      }
    };
    const changed = await doors.applications().change(name, decide, signal);
    return changed.ok ? ok({ changed: changed.value !== null }) : changed;
  }

  return {
    async automaticSync(name, signal): Promise<Result<AutomaticSync>> {
      const found = await doors.applications().read(name, signal);
      if (!found.ok) return found;
      const read = readAutomaticSync(found.value);
      return read ? ok(read) : fail(unreadable(name));
    },
    switchAutomaticSyncOff: (name, { policy, note }, signal) =>
      change(name, (current) => switchOffWrite(current, policy, note), signal),
    switchAutomaticSyncOn: (name, { policy }, signal) =>
      change(name, (current) => switchOnWrite(current, policy), signal),

    async liveWorkloads(app, signal): Promise<Result<readonly LiveWorkload[]>> {
      const found: LiveWorkload[] = [];
      for (const { kind = 'Deployment', namespace, deployment: name } of state.view.rollouts(app)) {
        const ref: WorkloadRef = { kind, namespace, name };
        const object = await workloads.read(ref, signal);
        // Deleted since the watch told of it.
        if (!object.ok && object.failure.code === 'not-found') continue;
        if (!object.ok) return fail(object.failure);
        const containers = templateContainers(object.value);
        if (!containers) return fail(unreadable(name));
        found.push({ ...ref, containers });
      }
      return ok(found);
    },

    async setImages(workload, changes, signal) {
      for (let round = 1; ; round++) {
        const object = await workloads.read(workload, signal);
        if (!object.ok) return fail(object.failure);
        const write = imageWrite(object.value, changes);
        if (write.kind === 'as-asked') return ok({ changed: false });
        if (write.kind === 'unreadable') return fail(unreadable(workload.name));
        if (write.kind === 'changed')
          return fail(
            changedMeanwhile(
              `Container ${write.container} of ${workload.kind} ${workload.name}`,
              write.image ?? 'gone',
            ),
          );
        const patched = await workloads.patch(workload, write.patch, signal);
        if (patched.ok) return ok({ changed: true });
        // Read again, and say what is there.
        if (!workloads.isOvertaken(patched.failure) || round === rounds) return fail(patched.failure);
      }
    },
  };
}
