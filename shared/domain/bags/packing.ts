import type { Failure } from '../failure/failure';
import { put } from '../records/record-change';
import type { Found } from '../records/record-entry';
import { type Actor, type Decision, refuse } from './decisions';
import { bagDifference, isSame, versionsOf } from './difference';
import { lastBag, type PipelineRecords } from './pipeline-records';
import type { Bag, Contents, packSources } from './records';

/** How one service comes into a bag, or why it cannot. */
export type Packed =
  | { state: 'taken'; version: string; why: string }
  | { state: 'blocked'; why: string; failure: Failure | null };

const wrong = (found: Found<unknown> | undefined | null): Failure | null =>
  found && !found.ok ? found.failure : null;

/**
 * The version of a service that goes into a bag: its pin, else the first of the proposed ones that is not bad.
 * @param proposed newest first; what runs is the only one when packing from what runs.
 * @param first what the first of the proposed ones is, in words.
 */
export function packService(
  records: PipelineRecords,
  service: string,
  proposed: readonly string[],
  first = 'the newest',
): Packed {
  const pin = records.servicePins.get(service);
  const lost = wrong(pin);
  if (lost) return { state: 'blocked', why: lost.message, failure: lost };
  const here = records.badVersions.get(service);
  const everywhere = records.marks.get(service);
  const pinned = pin?.ok ? pin.value : null;
  for (const version of pinned ? [pinned.imageTag] : proposed) {
    const mark = here?.get(version) ?? everywhere?.get(version);
    const unread = wrong(mark);
    if (unread) return { state: 'blocked', why: unread.message, failure: unread };
    if (!mark)
      return {
        state: 'taken',
        version,
        why: pinned
          ? `pinned by ${pinned.by}`
          : version === proposed[0]
            ? first
            : 'the newest that is not marked bad',
      };
    if (pinned)
      return {
        state: 'blocked',
        why: `${service} is pinned to ${version}, which is marked bad.`,
        failure: null,
      };
  }
  return {
    state: 'blocked',
    why:
      proposed.length === 0
        ? `No version of ${service} is known.`
        : `Every known version of ${service} is marked bad (${proposed[0]}).`,
    failure: null,
  };
}

/** The last bag; fails where its file cannot be read. `null`: none yet. */
export function newestBag(records: PipelineRecords): Found<Bag> | null {
  return records.bags.get(lastBag(records)) ?? null;
}

/**
 * Packs a bag with the next sequence number. Refused when another was packed since the person looked, when it would
 * differ in nothing from the last (unless forced), or when pins and marks say something else about its contents.
 */
export function packBag(
  records: PipelineRecords,
  services: readonly string[],
  actor: Actor,
  wish: {
    contents: Contents;
    /** The ledger's commit that the contents were read from. */
    commit: string;
    source: (typeof packSources)[number];
    /** The last bag when the person looked. */
    last: number;
    force: boolean;
    reason: string;
  },
): Decision<{ bag: number }> {
  const last = lastBag(records);
  const newest = newestBag(records);
  if (newest?.ok && newest.value.operation === actor.operation)
    return { kind: 'nothing', value: { bag: last } };
  if (last !== wish.last) return refuse('conflict', `Bag ${last} was packed after you opened this.`);
  for (const service of services) {
    const version = wish.contents[service]?.version;
    if (version === undefined) return refuse('refused', `The bag would not include ${service}.`);
    const packed = packService(records, service, [version]);
    if (packed.state === 'blocked') return refuse('refused', packed.why);
    if (packed.version !== version)
      return refuse(
        'conflict',
        `${service} changed after you opened this: it is now ${packed.version} (${packed.why}), and was ${version}.`,
      );
  }
  if (!wish.force && newest) {
    if (!newest.ok) return { kind: 'refusal', failure: newest.failure };
    const difference = bagDifference(versionsOf(newest.value.services), versionsOf(wish.contents));
    if (isSame(difference))
      return refuse(
        'refused',
        `No changes since bag ${last}.`,
        'Pack it anyway if you want a new bag with no changes.',
      );
  }
  const bag = last + 1;
  return {
    kind: 'change',
    changes: [
      put('bag', {
        pipeline: records.pipeline,
        bag,
        by: actor.by,
        at: actor.at,
        operation: actor.operation,
        commit: wish.commit,
        source: wish.source,
        reason: wish.reason,
        services: wish.contents,
      }),
    ],
    subject: `Pack bag ${bag} of ${records.pipeline}`,
    value: { bag },
  };
}
