import { z } from 'zod';
import type { ImageChange, LiveContainer, WorkloadRef } from '../../../shared/domain/emergency/live-image';
import { readObjectOrNull } from '../read-object';
import type { ObjectRef } from './types';

const containers = z.array(z.object({ name: z.string(), image: z.string() }));
const schema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({ containers, initContainers: containers.nullish() }),
    }),
  }),
});

const plurals = { Deployment: 'deployments', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets' } as const;

export const workloadRef = ({ kind, namespace, name }: WorkloadRef): ObjectRef => ({
  apiVersion: 'apps/v1',
  plural: plurals[kind],
  namespace,
  name,
});

/** Containers of a workload's pod template; `null` for one that can't be read. */
export function templateContainers(object: unknown): LiveContainer[] | null {
  const read = readObjectOrNull(schema, object);
  if (!read) return null;
  const { spec } = read.spec.template;
  return [
    ...spec.containers.map(({ name, image }) => ({ name, image, init: false })),
    ...(spec.initContainers ?? []).map(({ name, image }) => ({ name, image, init: true })),
  ];
}

export type ImageWrite =
  | { kind: 'write'; patch: readonly { op: 'test' | 'replace'; path: string; value: string }[] }
  | { kind: 'as-asked' }
  /** The container runs neither what was seen nor what is wanted, or it is gone (`image: null`). */
  | { kind: 'changed'; container: string; image: string | null }
  | { kind: 'unreadable' };

/**
 * The JSON patch (RFC 6902) that sets images and nothing else; each is tested first, so that a change in between is
 * refused by the server. A merge patch would send the whole list of containers back.
 */
export function imageWrite(object: unknown, changes: readonly ImageChange[]): ImageWrite {
  const live = templateContainers(object);
  if (!live) return { kind: 'unreadable' };
  const counts = { containers: 0, initContainers: 0 };
  const places = new Map(
    live.map(({ name, init, image }) => {
      const list = init ? 'initContainers' : 'containers';
      const path = `/spec/template/spec/${list}/${counts[list]}`;
      counts[list] += 1;
      return [name, { path, image }] as const;
    }),
  );
  const patch: { op: 'test' | 'replace'; path: string; value: string }[] = [];
  for (const { container, from, to } of changes) {
    const found = places.get(container);
    if (found?.image === to) continue;
    if (found?.image !== from) return { kind: 'changed', container, image: found?.image ?? null };
    patch.push(
      { op: 'test', path: `${found.path}/name`, value: container },
      { op: 'test', path: `${found.path}/image`, value: from },
      { op: 'replace', path: `${found.path}/image`, value: to },
    );
  }
  return patch.length === 0 ? { kind: 'as-asked' } : { kind: 'write', patch };
}
