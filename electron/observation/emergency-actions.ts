import type { AutomaticSync } from '../../shared/domain/emergency/automatic-sync';
import type { LiveWorkload, WorkloadRef } from '../../shared/domain/emergency/live-image';
import { fail, ok, type Result } from '../../shared/domain/failure/failure';
import { selectsLabels } from '../../shared/domain/go/label-selector';
import {
  type AutomaticSyncWrite,
  readAutomaticSync,
  switchOffWrite,
  switchOnWrite,
} from '../systems/argo/automatic-sync';
import type { KubeFailure } from '../systems/kubernetes/kube-failure';
import { type Change, changeObject, getObject, patchObject } from '../systems/kubernetes/objects';
import type { Connection, KubeObject } from '../systems/kubernetes/types';
import { imageWrite, templateContainers, workloadRef } from '../systems/kubernetes/workload-images';
import type { ClusterState } from './cluster-state';
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

const rounds = 5;

/** What an emergency asks of a cluster, through the Kubernetes API. */
export function emergencyActions(
  connection: Connection,
  place: ClusterPlace,
  state: Pick<ClusterState, 'view'>,
): EmergencyActions {
  const application = (name: string) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    plural: 'applications',
    namespace: place.argoNamespace,
    name,
  });
  /** Acts are on Applications that the estate's labels choose, and on the parent. */
  const isChosen = (name: string, current: KubeObject): boolean =>
    name === place.parentApplication || selectsLabels(place.labels?.applications, current.metadata.labels);

  async function change(
    name: string,
    write: (current: KubeObject) => AutomaticSyncWrite,
    signal: AbortSignal,
  ): Promise<Result<{ changed: boolean }>> {
    let isWritten = false;
    const decide = (current: KubeObject): Change => {
      if (!isChosen(name, current)) return { refuse: notChosen(name, 'Applications', place) };
      const decided = write(current);
      isWritten = decided.kind === 'write';
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
    const changed = await changeObject(connection, application(name), decide, { signal, attempts: rounds });
    return changed.ok ? ok({ changed: isWritten }) : fail(changed.failure);
  }

  return {
    async automaticSync(name, signal): Promise<Result<AutomaticSync>> {
      const found = await getObject(connection, application(name), { signal, exact: true });
      if (!found.ok) return fail(found.failure);
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
        const object = await getObject(connection, workloadRef(ref), { signal, exact: true });
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
      const ref = workloadRef(workload);
      for (let round = 1; ; round++) {
        const object = await getObject(connection, ref, { signal, exact: true });
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
        const patched = await patchObject(connection, ref, 'json', write.patch, { signal });
        if (patched.ok) return ok({ changed: true });
        // A test that failed (422), or a conflict: read again, and say what is there.
        const isOvertaken = patched.failure.status === 422 || patched.failure.code === 'conflict';
        if (!isOvertaken || round === rounds) return fail(patched.failure);
      }
    },
  };
}
