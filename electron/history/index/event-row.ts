import type { DeploymentKind } from '../../../shared/domain/history/deployment';
import { deploymentKinds } from '../../../shared/domain/history/deployment';
import { type HistoryEventType, historyEventTypes } from '../../../shared/domain/history/history-event';
import { deploymentKind, type FileState } from '../../../shared/domain/history/history-rules';

/** How event types are stored; 0 stands for a state that is no event. */
export const whatOf = (type: HistoryEventType): number => historyEventTypes.indexOf(type) + 1;
export const typeOf = (what: number): HistoryEventType | undefined => historyEventTypes[what - 1];
export const deploymentWhat = whatOf('deployment');
export const goneWhat = whatOf('gone');
export const movedWhat = whatOf('moved');

export const kindNumber = (kind: DeploymentKind): number => deploymentKinds.indexOf(kind);
export const kindOf = (number: number): DeploymentKind => deploymentKinds[number] ?? 'manual';

/** Kinds that few deployments are of; the others (`promote`, `automatic`) make up most of the table. */
export const sparseKinds: readonly number[] = ['deploy', 'rollback', 'bag', 'manual'].map((kind) =>
  kindNumber(kind as DeploymentKind),
);

/** Bits of `event.flags`. */
export const flag = {
  automaticDeploys: 1,
  noAutomaticDeploys: 2,
  promote: 4,
  noPromote: 8,
  returns: 16,
  ranElsewhere: 32,
  pipeline: 64,
  /** The kind stands in our trailers. */
  told: 128,
  /** The state where the history begins (shallow or partial clone): no event. */
  base: 256,
  /** It goes back from nothing: `isForward`, and `settle-returns.ts` where names do not tell. */
  forward: 512,
} as const;

/** Bits above the flags, where the history begins: what stands in a file under `.signalbox/`. */
const baseShift = 10;
export const flagsOfBase = (what: number): number => flag.base | (what << baseShift);
/** The type of event by which something stands since before the beginning. */
export const baseTypeSql = (flags: string): string => `(${flags} >> ${baseShift})`;

/** One row of `event`. `at` and `eff` in seconds since 1970. */
export interface EventRow {
  /** Grows with age: the newest event has the least. Outside of the index an event's id is the negative of it. */
  id: number;
  oid: string;
  at: number;
  eff: number;
  cell: number;
  what: number;
  before: string | null;
  after: string | null;
  flags: number;
  kind: number | null;
  actor: number;
  subject: string;
  note: EventNote | null;
}

/** What few commits have: more of a message than its first line, and our trailers. Events of one commit share it. */
export interface EventNote {
  /** Set when it is stored. */
  id: number | null;
  body: string;
  reason: string | null;
  operation: string | null;
  /** Another path that a moved file has or had. */
  otherPath: string | null;
}

export function stateFlags(state: FileState): number {
  let flags = 0;
  if (state.automaticDeploys !== null)
    flags |= state.automaticDeploys ? flag.automaticDeploys : flag.noAutomaticDeploys;
  if (state.promote !== null) flags |= state.promote ? flag.promote : flag.noPromote;
  return flags;
}

/** The state that a row's flags and version stand for. */
export function stateOf(after: string | null, flags: number): FileState {
  return {
    version: after,
    automaticDeploys: flags & flag.automaticDeploys ? true : flags & flag.noAutomaticDeploys ? false : null,
    promote: flags & flag.promote ? true : flags & flag.noPromote ? false : null,
  };
}

/** The kind that a deployment's flags stand for, or the one that trailers told. */
export function kindByFlags(flags: number, told: number | null): number {
  if (flags & flag.told && told !== null) return told;
  return kindNumber(
    deploymentKind({
      trailerKind: null,
      returns: (flags & flag.returns) !== 0,
      forward: (flags & flag.forward) !== 0,
      ranElsewhere: (flags & flag.ranElsewhere) !== 0,
      pipeline: (flags & flag.pipeline) !== 0,
      promote: stateOf(null, flags).promote,
    }),
  );
}
