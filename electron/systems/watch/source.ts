import type { IncomingMessage } from 'node:http';
import type { Connection, KubeObject } from '../kubernetes/types';

/** What one line of a stream says. */
export type StreamEvent =
  /** Added or modified: the streams tell the same object as either. `version`: what the stream may go on from after it. */
  | { type: 'changed' | 'deleted'; object: KubeObject; version: string }
  /** Nothing changed up to this version. */
  | { type: 'bookmark'; version: string }
  /** The other side does not remember the changes from there: a new list is needed. */
  | { type: 'expired' }
  /** An end that the other side announces. */
  | { type: 'over' };

export interface ListReading {
  /** Takes a part of the list; what is no object may be among it. */
  onItems: (items: readonly unknown[]) => void;
  /** What was taken does not count: the list begins again. */
  onRestart: () => void;
  signal: AbortSignal;
}

export interface StreamOpening {
  /** The version to go on from; `null`: the stream tells everything first. */
  from: string | null;
  /** How long it is wanted. */
  seconds: number;
  /** Milliseconds of silence after which a stream is taken for half-open; where a quiet one sends no head, the same holds. */
  stallAfter: number;
  signal: AbortSignal;
}

/**
 * Where the objects of a watch come from: an API server, or one of Argo's own servers. The mechanism around it
 * (`watch-objects.ts`) is the same for all of them.
 */
export interface WatchSource {
  /** What the watches of one server share: its name, their turns while it is in trouble, and the sign that wakes them. */
  readonly connection: Connection;
  /**
   * How a list and the stream after it fit together.
   * - `never`: the list names a version, and the stream tells what changed after it (Kubernetes).
   * - `until-bookmark`: a stream that is opened without a version tells everything first. Its first bookmark ends that: what
   *   was not told until then is gone. From there on a stream goes on from a version.
   * - `until-listed`: a stream knows no versions and tells everything first. What is gone is found by a list that is read
   *   while the stream is open already, so that nothing falls between the two; so it is each time it is opened.
   */
  readonly replay: 'never' | 'until-bookmark' | 'until-listed';
  /** Reads all objects. @returns the version to go on from; of no meaning where a stream tells everything first. */
  list(reading: ListReading): Promise<string | null>;
  /** Opens a stream of JSON, one event a line. */
  open(opening: StreamOpening): Promise<IncomingMessage>;
  /** What a line says; `null`: nothing. @throws for what the other side tells as an error, and for what is no event. */
  event(line: Buffer): StreamEvent | null;
  /** Resolves when the other side answers at all. @throws when it does not. */
  stillThere(): Promise<void>;
}
