import { type ContainerLife, containerLife } from '../../kubernetes/container-life';
import { KubeError } from '../../kubernetes/failures';
import type { LogOrigin } from '../../kubernetes/log-origin';
import { statusError } from '../../kubernetes/status-failures';
import type { Connection } from '../../kubernetes/types';
import { cutShort, type Entry, LogEntries, noLog, secondsSince } from './log-entries';
import { readLiveObject } from './resource-tree';

/** Go's zero time: what a line bears that the cluster did not write. */
const never = /^0001-01-01T/;
const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/**
 * An entry as the kubelet stamps it: nine digits of fractions, of which Go leaves zeros at the end out. So a line has the
 * same stamp through either door.
 */
function entryOf(connection: Connection, result: Readonly<Record<string, unknown>>): Entry {
  const { content, timeStampStr, timeStamp, last, podName } = result;
  if (last === true) return { last: true };
  const text = typeof content === 'string' ? content : '';
  const at = typeof timeStampStr === 'string' ? timeStampStr : typeof timeStamp === 'string' ? timeStamp : '';
  // What the cluster refuses comes as a line without a pod (argo-cd, `PodLogs`: `logEntry{line: err.Error()}`).
  if (!podName && never.test(at)) throw refusalOf(connection, text);
  const [, second, digits = ''] = stamp.exec(at) ?? [];
  return { line: second === undefined ? text : `${second}.${digits.padEnd(9, '0')}Z ${text}` };
}

/** What Kubernetes said, by its words: the status is lost on the way. */
function refusalOf(connection: Connection, said: string): KubeError {
  const status = /not found|is terminated/.test(said) ? 404 : /forbidden/.test(said) ? 403 : 400;
  return statusError(connection, status, { message: said });
}

const isMissing = (error: unknown): boolean =>
  error instanceof KubeError && (error.failure.status === 404 || error.failure.status === 400);

/**
 * A container's log by Argo CD's server: `GET /api/v1/applications/{name}/logs` (argo-cd 3.5, `server/application`,
 * `PodLogs`), which needs the right `logs, get`. It says with an entry of its own that all was told (`last`); a stream without
 * it was cut on the way. Of a pod that is not the Application's it says nothing at all.
 * @param pod.applications names of the Applications whose pod it may be, the likeliest first.
 */
export function argoCdLog(
  connection: Connection,
  pod: {
    argoNamespace: string;
    namespace: string;
    name: string;
    container: string;
    applications: () => readonly string[];
  },
  timing: { stallAfter: number },
): LogOrigin {
  const { argoNamespace, namespace, name, container } = pod;
  let owner: string | null = null;

  /** The live pod, by the Application that has it. */
  async function live(signal: AbortSignal) {
    const node = { group: '', version: 'v1', kind: 'Pod', namespace, name };
    let refused: unknown = null;
    for (const application of owner === null ? pod.applications() : [owner]) {
      try {
        const ref = { name: application, namespace: argoNamespace };
        const object = await readLiveObject(connection, ref, node, signal);
        owner = application;
        return object;
      } catch (error) {
        if (!isMissing(error)) {
          // Another twin may be permitted.
          if (!(error instanceof KubeError && error.failure.status === 403)) throw error;
          refused ??= error;
        }
      }
    }
    throw (
      refused ??
      noLog(
        `Argo CD does not have the pod ${name}.`,
        'It is gone, or it is not part of an Application of the app.',
      )
    );
  }
  const life = async (signal: AbortSignal): Promise<ContainerLife | undefined> =>
    containerLife(await live(signal), container);

  return {
    place: connection,
    async open(part, { signal }) {
      if (owner === null) await live(signal);
      const response = await connection.open({
        path: `/api/v1/applications/${encodeURIComponent(owner ?? '')}/logs`,
        query: {
          appNamespace: argoNamespace,
          namespace,
          podName: name,
          container,
          follow: part.follow || undefined,
          previous: part.previous || undefined,
          tailLines: part.tailLines ?? undefined,
          sinceSeconds: secondsSince(part.sinceTime),
        },
        // Only so does it send its head, and signs of life, before the first line.
        accept: 'text/event-stream',
        ...(part.follow ? { timeout: timing.stallAfter } : {}),
        signal,
      });
      const lines = new LogEntries(connection, {
        entry: (result) => entryOf(connection, result),
        atEnd({ entries, last }) {
          if (last) return;
          if (entries === 0 && !part.follow)
            throw noLog(
              `Argo CD does not have the pod ${name}.`,
              'It is gone, or was never part of the Application.',
            );
          throw cutShort(connection, part.follow);
        },
      });
      return { response, lines };
    },
    container: life,
    woken: () => connection.woken?.(),
  };
}
