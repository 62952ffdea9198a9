import type { WorkloadRef } from '../../shared/domain/emergency/live-image';
import { type Failure, fail, ok, type Result } from '../../shared/domain/failure/failure';
import { signInCodes } from '../../shared/domain/failure/sign-in-codes';
import {
  type ApplicationRef,
  getApplication,
  patchLiveObject,
  putApplication,
} from '../systems/argo/server/argo-cd-requests';
import { readLiveObject } from '../systems/argo/server/resource-tree';
import { merged } from '../systems/kubernetes/exact-json';
import type { KubeFailure } from '../systems/kubernetes/kube-failure';
import { attempt, type Change, changeObject, getObject, patchObject } from '../systems/kubernetes/objects';
import type { Connection, KubeObject, WriteResult } from '../systems/kubernetes/types';
import { type ImageWrite, workloadRef } from '../systems/kubernetes/workload-images';
import type { ClusterPlace } from './place';

/** Reads Applications past every watch, and changes them. */
export interface ApplicationsAt {
  read(name: string, signal: AbortSignal): Promise<Result<KubeObject>>;
  /**
   * Changes it as it is by then.
   * @returns as it was written; `null`: it was left as it is.
   */
  change(
    name: string,
    decide: (current: KubeObject) => Change,
    signal: AbortSignal,
  ): Promise<Result<KubeObject | null>>;
}

/** Reads the live workload, and patches it. Numbers stay as they are written. */
export interface WorkloadsAt {
  read(ref: WorkloadRef, signal: AbortSignal): Promise<WriteResult<KubeObject>>;
  patch(
    ref: WorkloadRef,
    patch: Extract<ImageWrite, { kind: 'write' }>['patch'],
    signal: AbortSignal,
  ): Promise<WriteResult<unknown>>;
  /** Whether a patch was refused since a value that it tests is another by now. */
  isOvertaken(failure: KubeFailure): boolean;
}

const rounds = 5;

/** Applications as custom resources: a change carries the resourceVersion that it rests on. */
export function applicationsByKubernetes(connection: Connection, place: ClusterPlace): ApplicationsAt {
  const at = (name: string) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    plural: 'applications',
    namespace: place.argoNamespace,
    name,
  });
  return {
    async read(name, signal) {
      const found = await getObject(connection, at(name), { signal, exact: true });
      return found.ok ? ok(found.value) : fail(found.failure);
    },
    async change(name, decide, signal) {
      let isLeft = false;
      const deciding = (current: KubeObject): Change => {
        const decided = decide(current);
        isLeft = 'leave' in decided;
        return decided;
      };
      const changed = await changeObject(connection, at(name), deciding, { signal, attempts: rounds });
      if (!changed.ok) return fail(changed.failure);
      return ok(isLeft ? null : changed.value);
    },
  };
}

/** Answers after which nobody knows whether the server did what was asked. */
const unheard: ReadonlySet<Failure['code']> = new Set(['unreachable', 'timeout', 'offline', 'bad-data']);

const keptAsWas = (name: string): KubeFailure => ({
  code: 'conflict',
  message: `Argo CD did not change ${name}: somebody or something else writes it too.`,
  meaning: 'It is not as it was asked to be.',
  next: [{ do: 'advice', label: 'Find out who changes it, then try again.' }],
  status: null,
  reason: null,
});

/**
 * Applications by Argo CD's server: `PUT /api/v1/applications/{name}?validate=false` (argo-cd 3.5,
 * `server/application/application.go`, `Update`), and not `PATCH`, which has the repo server make manifests first and so
 * refuses everything while the Git remote is away, which is when this is asked for.
 *
 * The server compares no resourceVersion: it reads the Application once more and puts spec, labels and annotations of ours
 * in (`updateApp`). So it is read from the cluster right before (`Get` reads by a client), and what the server says that it
 * wrote is looked at; a foreign change within that one round trip would be lost.
 */
export function applicationsByServer(connection: Connection, place: ClusterPlace): ApplicationsAt {
  const at = (name: string): ApplicationRef => ({ name, namespace: place.argoNamespace });
  const read = async (name: string, signal: AbortSignal): Promise<Result<KubeObject>> => {
    const found = await getApplication(connection, at(name), { signal, exact: true });
    return found.ok ? ok(found.value) : fail(found.failure);
  };
  return {
    read,
    async change(name, decide, signal) {
      const current = await read(name, signal);
      if (!current.ok) return current;
      const decided = decide(current.value);
      if ('leave' in decided) return ok(null);
      if ('refuse' in decided) return fail(decided.refuse);
      const wanted = merged(current.value, decided.patch);
      const put = await putApplication(connection, at(name), wanted, signal);
      const written = put.ok ? ok(put.value) : unheard.has(put.failure.code) ? await read(name, signal) : put;
      if (!written.ok) return fail(put.ok ? written.failure : put.failure);
      const left = decide(written.value);
      if ('leave' in left) return ok(written.value);
      return fail(put.ok ? ('refuse' in left ? left.refuse : keptAsWas(name)) : put.failure);
    },
  };
}

export function workloadsByKubernetes(connection: Connection): WorkloadsAt {
  return {
    read: (ref, signal) => getObject(connection, workloadRef(ref), { signal, exact: true }),
    patch: (ref, patch, signal) => patchObject(connection, workloadRef(ref), 'json', patch, { signal }),
    // A test that failed (422), or a conflict.
    isOvertaken: ({ status, code }) => status === 422 || code === 'conflict',
  };
}

/**
 * Workloads by Argo CD's server: `GET` and `POST /api/v1/applications/{name}/resource` (`GetResource`, `PatchResource`),
 * which needs the right to `update` the Application that the workload is part of.
 * @param applicationsOf names of the Applications that may have it, the likeliest first.
 */
export function workloadsByServer(
  connection: Connection,
  place: ClusterPlace,
  applicationsOf: (ref: WorkloadRef) => readonly string[],
): WorkloadsAt {
  const nodeOf = ({ kind, namespace, name }: WorkloadRef) => ({
    group: 'apps',
    version: 'v1',
    kind,
    namespace,
    name,
  });
  /** By the first Application that has it. */
  async function byOwner<T>(
    ref: WorkloadRef,
    ask: (application: ApplicationRef) => Promise<WriteResult<T>>,
  ): Promise<WriteResult<T>> {
    let last: WriteResult<T> = { ok: false, failure: noOwner(ref) };
    for (const name of applicationsOf(ref)) {
      last = await ask({ name, namespace: place.argoNamespace });
      const isOther = !last.ok && /not found as part of application/.test(last.failure.detail ?? '');
      if (!isOther) return last;
    }
    return last.ok ? last : { ok: false, failure: noOwner(ref) };
  }
  return {
    read: (ref, signal) =>
      byOwner(ref, (application) =>
        attempt(() => readLiveObject(connection, application, nodeOf(ref), signal, true), { signal }),
      ),
    patch: (ref, patch, signal) =>
      byOwner(ref, (application) =>
        patchLiveObject(connection, application, nodeOf(ref), { type: 'json', patch }, signal),
      ),
    // The cluster's refusal of a test (422 there) comes as InvalidArgument, a conflict as Aborted (`util/grpc/errors.go`).
    isOvertaken: ({ status, code }) => status === 400 || code === 'conflict',
  };
}

/** Not `not-found`: it would be taken for one that was deleted. */
const noOwner = ({ kind, name }: WorkloadRef): KubeFailure => ({
  code: 'refused',
  message: `No Application of Argo CD has ${kind} ${name}.`,
  meaning: 'Nothing was changed.',
  next: [{ do: 'advice', label: 'Check in Argo CD which Application it is part of.' }],
  status: null,
  reason: null,
});

/** Refusals and failures before anything was done, after which the other door may be tried. */
const passed: ReadonlySet<Failure['code']> = new Set([
  'forbidden',
  'not-configured',
  ...signInCodes,
  'consent-needed',
  'unreachable',
  'offline',
  'timeout',
]);

/**
 * Workloads by the first door that gives them. A patch goes by the door by which the workload was read: it tests what it
 * changes, so that one whose answer was lost does no harm when it is read again by the other.
 */
export function workloadsThroughDoors(doors: readonly [WorkloadsAt, ...WorkloadsAt[]]): WorkloadsAt {
  let [taken] = doors;
  return {
    async read(ref, signal) {
      let first: WriteResult<KubeObject> | null = null;
      for (const door of doors) {
        const found = await door.read(ref, signal);
        if (found.ok || !passed.has(found.failure.code)) {
          taken = door;
          return found;
        }
        // Nobody to ask, or nobody signed in: what the other says tells more.
        if (first === null || isIdle(first)) first = found;
      }
      return first ?? taken.read(ref, signal);
    },
    async patch(ref, patch, signal) {
      const first = await taken.patch(ref, patch, signal);
      const others = doors.filter((door) => door !== taken);
      if (first.ok || first.failure.code !== 'forbidden') return first;
      for (const door of others) {
        const answer = await door.patch(ref, patch, signal);
        if (answer.ok || !passed.has(answer.failure.code)) {
          taken = door;
          return answer;
        }
      }
      return first;
    },
    isOvertaken: (failure) => taken.isOvertaken(failure),
  };
}

const isIdle = (result: WriteResult<unknown>): boolean =>
  !result.ok && ['not-configured', ...signInCodes].includes(result.failure.code);
