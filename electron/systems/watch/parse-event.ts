import { badDataError } from '../kubernetes/failures';
import { isObject } from '../kubernetes/list-pages';
import type { Connection } from '../kubernetes/types';
import type { StreamEvent } from './source';

/** Reads the JSON of a line. @throws KubeError `bad-data`. */
export function parseEvent(connection: Connection, line: Buffer): Readonly<Record<string, unknown>> {
  let said: unknown;
  try {
    said = JSON.parse(line.toString('utf8'));
  } catch (error) {
    throw badDataError(connection, `a watch event of ${line.length} bytes that is no JSON`, error);
  }
  return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {};
}

/** A change as Kubernetes' watch events name it, which Argo's servers pass on. @throws KubeError `bad-data`. */
export function changeOf(connection: Connection, type: unknown, object: unknown): StreamEvent {
  const version = resourceVersionOf(object);
  if (version === null) throw badDataError(connection, 'a watch event without a resourceVersion');
  if (type === 'BOOKMARK') return { type: 'bookmark', version };
  const isChange = type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED';
  if (!isChange || !isObject(object)) throw badDataError(connection, 'a watch event that is none');
  return { type: type === 'DELETED' ? 'deleted' : 'changed', object, version };
}

/** The version that an object of a watch event carries; `null` for what carries none. */
function resourceVersionOf(object: unknown): string | null {
  const { metadata } =
    typeof object === 'object' && object !== null ? (object as { metadata?: unknown }) : {};
  const { resourceVersion } =
    typeof metadata === 'object' && metadata !== null ? (metadata as { resourceVersion?: unknown }) : {};
  return typeof resourceVersion === 'string' ? resourceVersion : null;
}
