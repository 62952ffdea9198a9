import { z } from 'zod';
import { type AutomaticSync, isAutomatic } from '../../../shared/domain/emergency/automatic-sync';
import { parseExact, writeExact } from '../kubernetes/exact-json';
import { optional, readObjectOrNull, texts } from '../read-object';

/** What Signalbox leaves on an Application whose automatic sync it switched off, for whoever finds it so. */
export const noteAnnotation = 'signalbox.dev/automatic-sync-off';

const schema = z.object({
  metadata: z.object({
    name: z.string(),
    annotations: optional(texts),
    ownerReferences: z
      .array(z.object({ kind: z.string(), name: z.string() }))
      .nullish()
      .catch(null),
  }),
  operation: z.unknown().optional(),
  spec: optional(z.object({ syncPolicy: optional(z.looseObject({ automated: z.unknown().optional() })) })),
});

/** @returns `null` for an Application that can't be read. */
export function readAutomaticSync(object: unknown): AutomaticSync | null {
  const read = readObjectOrNull(schema, object);
  if (!read) return null;
  const { annotations, ownerReferences, name } = read.metadata;
  const automated = read.spec?.syncPolicy?.automated;
  const set = ownerReferences?.find(({ kind }) => kind === 'ApplicationSet');
  // `<application>:<group>/<kind>:<namespace>/<name>` (argo-cd `util/argo/resource_tracking.go`).
  const tracked = annotations?.['argocd.argoproj.io/tracking-id']?.split(':')[0];
  const application = tracked && tracked !== name ? `Application ${tracked}` : null;
  return {
    policy: automated === undefined || automated === null ? null : writeExact(automated),
    note: annotations?.[noteAnnotation] ?? null,
    keptBy: set ? `ApplicationSet ${set.name}` : application,
    busy: read.operation !== undefined && read.operation !== null,
  };
}

/**
 * Whether two policies mean the same. Kubernetes tells keys in their order by name and with all values; Argo CD's server in
 * the order of its own type, without what is false (`omitempty`); `enabled` has no such default.
 */
function isSamePolicy(a: string, b: string): boolean {
  const plain = (policy: string): string => {
    const read = parseExact(policy);
    if (typeof read !== 'object' || read === null) return policy;
    const entries = Object.entries(read).filter(([key, value]) => value !== false || key === 'enabled');
    return writeExact(entries.sort(([one], [other]) => one.localeCompare(other)));
  };
  return a === b || plain(a) === plain(b);
}

export type AutomaticSyncWrite =
  | { kind: 'write'; patch: Record<string, unknown> }
  | { kind: 'as-asked' }
  /** Somebody else changed the policy since it was remembered. */
  | { kind: 'changed'; policy: string }
  | { kind: 'unreadable' };

/**
 * The merge patch that switches automatic sync off, by taking the policy away: what a removed `automated` means is the
 * same in every Argo CD, while one older than 3.1 knows no `enabled`, and its CRD would drop it silently.
 * @param remembered the policy as it was read; another one is not overwritten.
 */
export function switchOffWrite(object: unknown, remembered: string, note: string): AutomaticSyncWrite {
  const read = readAutomaticSync(object);
  if (!read) return { kind: 'unreadable' };
  if (!isAutomatic(read.policy)) return { kind: 'as-asked' };
  if (read.policy === null || !isSamePolicy(read.policy, remembered))
    return { kind: 'changed', policy: read.policy ?? '' };
  const metadata = { annotations: { [noteAnnotation]: note } };
  return { kind: 'write', patch: { metadata, spec: { syncPolicy: { automated: null } } } };
}

/** The merge patch that puts a policy back as it was; where automatic sync is on again, as Git has it, only the note goes. */
export function switchOnWrite(object: unknown, remembered: string): AutomaticSyncWrite {
  const read = readAutomaticSync(object);
  if (!read) return { kind: 'unreadable' };
  const isOn = isAutomatic(read.policy);
  if (read.policy !== null && !isOn) return { kind: 'changed', policy: read.policy };
  if (isOn && read.note === null) return { kind: 'as-asked' };
  const metadata = { annotations: { [noteAnnotation]: null } };
  if (isOn) return { kind: 'write', patch: { metadata } };
  return { kind: 'write', patch: { metadata, spec: { syncPolicy: { automated: parseExact(remembered) } } } };
}
