import type { IncomingMessage } from 'node:http';
import type { ClusterAddress } from './address-words';
import { type ContainerLife, containerLife } from './container-life';
import { KubeError } from './failures';
import { type LogPiece, LogSplitter } from './log-splitter';
import { resourcePath } from './paths';
import type { Connection, KubeObject, LogRequest } from './types';

/** Which part of a log is asked for. */
export interface LogPart {
  follow: boolean;
  /** The instance before the last restart. */
  previous: boolean;
  /** RFC 3339; beside it, `tailLines` is not said. */
  sinceTime: string | null;
  tailLines: number | null;
}

/** Takes lines out of a stream, each as a kubelet stamps it: RFC 3339, a blank, the text. */
export interface LogLines {
  /** @throws KubeError for what says that there is no log, or no more of it. */
  push(chunk: Buffer): LogPiece[];
  /** Half a line at the end, `null` when nothing is left. @throws as `push`. */
  rest(): LogPiece | null;
}

/** Where a container's log comes from: a cluster's API server, or one of Argo's own servers. */
export interface LogOrigin {
  readonly place: ClusterAddress;
  /**
   * Opens the log.
   * @param options.quiet called when it does not answer since the container runs and has said nothing yet.
   * @throws FailureError; {@link silence} when nothing came for so long that it should be opened again.
   */
  open(
    part: LogPart,
    options: { signal: AbortSignal; quiet: () => void },
  ): Promise<{ response: IncomingMessage; lines: LogLines }>;
  /** How the container is; undefined where it may not be asked for. @throws KubeError, 404 when it is gone. */
  container(signal: AbortSignal): Promise<ContainerLife | undefined>;
  /** Aborted when something else than time may help: the person signed in. */
  woken?(): AbortSignal | undefined;
}

/** Why a followed log is opened again, and nobody need know. */
export const silence = new Error('silent');

/** Bytes; a longer line is handed out in pieces. Runtimes write lines in parts of 16 KiB, which kubelets join again. */
const lineLimit = 4 * 1024 * 1024;

/** A container's log by the Kubernetes API: `GET /api/v1/namespaces/{namespace}/pods/{name}/log`. */
export function kubernetesLog(
  request: Pick<LogRequest, 'connection' | 'namespace' | 'pod' | 'container' | 'lineLimit'>,
  timing: { stallAfter: number; quietAfter: number },
): LogOrigin {
  const { connection, namespace, pod, container } = request;
  const path = resourcePath({ apiVersion: 'v1', plural: 'pods', namespace, name: pod });

  async function open(part: LogPart, signal: AbortSignal): Promise<IncomingMessage> {
    return connection.open({
      path: `${path}/log`,
      query: {
        container,
        timestamps: true,
        previous: part.previous || undefined,
        follow: part.follow || undefined,
        tailLines: part.tailLines ?? undefined,
        sinceTime: part.sinceTime ?? undefined,
      },
      ...(part.follow ? { timeout: timing.stallAfter } : {}),
      signal,
    });
  }

  /**
   * Opens a log to follow. A kubelet sends nothing before the first line, not even that the log is there (`pkg/kubelet/
   * server`, `getContainerLogs`): where no answer comes, the pod tells whether the container is silent or the cluster is.
   */
  async function openFollowing(part: LogPart, signal: AbortSignal, quiet: () => void) {
    const quit = new AbortController();
    let answered = false;
    const timer = setTimeout(() => {
      life(signal).then(
        (status) => {
          if (status?.life === 'running' && !answered && !signal.aborted) quiet();
        },
        (error: unknown) => {
          if (!answered) quit.abort(error);
        },
      );
    }, timing.quietAfter);
    try {
      return await open(part, AbortSignal.any([signal, quit.signal]));
    } catch (error) {
      const isSilent = error instanceof KubeError && error.failure.code === 'timeout' && !quit.signal.aborted;
      throw isSilent ? silence : error;
    } finally {
      answered = true;
      clearTimeout(timer);
    }
  }

  const life = (signal: AbortSignal) => podLife(connection, path, container, signal);

  return {
    place: connection,
    async open(part, { signal, quiet }) {
      const response = await (part.follow ? openFollowing(part, signal, quiet) : open(part, signal));
      return { response, lines: new LogSplitter(request.lineLimit ?? lineLimit) };
    },
    container: life,
    woken: () => connection.woken?.(),
  };
}

async function podLife(
  connection: Connection,
  path: string,
  container: string,
  signal: AbortSignal,
): Promise<ContainerLife | undefined> {
  try {
    return containerLife(await connection.json<KubeObject>({ path, signal }), container);
  } catch (error) {
    if (error instanceof KubeError && error.failure.status === 403) return undefined;
    throw error;
  }
}
