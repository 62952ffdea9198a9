import type { IncomingMessage } from 'node:http';
import type { WorkflowNode } from '../../../../shared/domain/workflows/workflow';
import type { ContainerLife } from '../../kubernetes/container-life';
import type { LogLines, LogOrigin } from '../../kubernetes/log-origin';
import { silence } from '../../kubernetes/log-origin';
import { type LogPiece, LogSplitter } from '../../kubernetes/log-splitter';
import type { Connection } from '../../kubernetes/types';
import { LogEntries, noLog, secondsSince } from './log-entries';

/** Bytes of a stored log that are read at most. */
const storedLimit = 256 * 1024 * 1024;
const lineLimit = 4 * 1024 * 1024;

/** A step of a workflow as it is known by now. */
export interface LoggedStep {
  workflow: string;
  /** Of the workflow, where only the archive has it. */
  archivedUid: string | null;
  node: Pick<WorkflowNode, 'id' | 'phase' | 'storedLog'>;
}

const isOver = ({ node: { phase } }: LoggedStep): boolean => !['', 'Pending', 'Running'].includes(phase);

/**
 * A step's log by Argo Workflows' server: `GET /api/v1/workflows/{namespace}/{name}/log` (4.0, `util/logs/
 * workflow-logger.go`), and where its pod is gone the artifact that `archiveLogs` stored (`server/artifacts`,
 * `/artifact-files/{namespace}/workflows/{name}/{nodeId}/outputs/main-logs`; a workflow of the archive by its uid).
 *
 * A followed stream ends with the workflow and not with the step, and of a pod that can't be read it says nothing at all: so
 * the step's own phase tells when its log is over, and the rest is read without following.
 * @param step.now the step as it is known; `null`: of no workflow that is known. @param step.changed called with each change.
 */
export function workflowLog(
  connection: Connection,
  step: {
    namespace: string;
    pod: string;
    container: string;
    now: () => LoggedStep | null;
    onChange: (listener: () => void) => () => void;
  },
  timing: { stallAfter: number },
): LogOrigin {
  const { namespace, pod, container } = step;
  /** Whether a line was read of it by now. */
  let isRead = false;
  const known = (): LoggedStep => {
    const found = step.now();
    if (found) return found;
    throw noLog(
      `Argo Workflows shows no step that runs in ${pod}.`,
      'Its workflow was deleted, or the step has no log of its own.',
    );
  };

  /** The stored log, from its beginning; without stamps. */
  async function stored({ workflow, archivedUid, node }: LoggedStep, signal: AbortSignal) {
    const place = archivedUid === null ? ['workflows', workflow] : ['archived-workflows', archivedUid];
    const path = ['artifact-files', namespace, ...place, node.id, 'outputs', `${container}-logs`];
    const response = await connection.open({
      path: `/${path.map(encodeURIComponent).join('/')}`,
      accept: '*/*',
      signal,
    });
    return { response, lines: new StoredLines() };
  }

  return {
    place: connection,
    async open(part, { signal }) {
      const found = known();
      if (found.archivedUid !== null) {
        if (found.node.storedLog) return stored(found, signal);
        throw noLog(
          `Argo Workflows stored no log of ${pod}.`,
          'The workflow is in the archive only, and its logs are kept only where archiveLogs is set.',
        );
      }
      const follow = part.follow && !isOver(found);
      const response = await connection.open({
        path: `/api/v1/workflows/${encodeURIComponent(namespace)}/${encodeURIComponent(found.workflow)}/log`,
        query: {
          podName: pod,
          'logOptions.container': container,
          'logOptions.follow': follow || undefined,
          'logOptions.previous': part.previous || undefined,
          'logOptions.timestamps': true,
          'logOptions.tailLines': part.tailLines ?? undefined,
          'logOptions.sinceSeconds': secondsSince(part.sinceTime),
        },
        // Only so does it send its head, and signs of life, before the first line.
        accept: follow ? 'text/event-stream' : 'application/json',
        timeout: timing.stallAfter,
        signal,
      });
      const lines = new LogEntries(connection, {
        entry({ content }) {
          isRead = true;
          return { line: typeof content === 'string' ? content : '' };
        },
        atEnd: () => undefined,
      });
      if (follow) {
        const stop = step.onChange(() => {
          const now = step.now();
          if (now === null || isOver(now)) response.destroy(silence);
        });
        response.once('close', stop);
        return { response, lines };
      }
      // What was read of it before is the log; else an empty answer says that its pod can't be read.
      if (isRead || (await begins(response))) return { response, lines };
      if (found.node.storedLog) return stored(found, signal);
      throw noLog(
        `Argo Workflows has no log of ${pod}.`,
        'The step wrote nothing, or its pod was deleted and no log was stored (archiveLogs).',
      );
    },
    async container(): Promise<ContainerLife> {
      const found = known();
      const isWaiting = found.node.phase === '' || found.node.phase === 'Pending';
      return {
        life: isOver(found) ? 'ended' : isWaiting ? 'waiting' : 'running',
        // Argo's pods are never restarted (`restartPolicy: Never`): another attempt is another pod.
        restarts: 0,
        reason: isWaiting ? 'Pending' : null,
      };
    },
    woken: () => connection.woken?.(),
  };
}

/** Whether a body holds anything. It can be read as before afterwards. */
function begins(response: IncomingMessage): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const chunk: Buffer | null = response.read();
      if (chunk === null && !response.readableEnded && !response.complete) return;
      response.off('readable', look);
      // At once: a body that was read to its end ends in the next tick.
      if (chunk !== null) response.unshift(chunk);
      resolve(chunk !== null && chunk.length > 0);
    };
    response.on('readable', look);
    response.once('end', () => resolve(false));
    response.once('error', reject);
  });
}

/** The lines of a stored log, of which no more is read than {@link storedLimit}. */
class StoredLines implements LogLines {
  readonly #lines = new LogSplitter(lineLimit);
  #bytes = 0;

  push(chunk: Buffer): LogPiece[] {
    if (this.#bytes > storedLimit) return [];
    this.#bytes += chunk.length;
    const pieces = this.#lines.push(chunk);
    return this.#bytes > storedLimit
      ? [
          ...pieces,
          { bytes: Buffer.from('(The stored log goes on: the rest is left out.)'), continues: false },
        ]
      : pieces;
  }

  rest(): LogPiece | null {
    return this.#bytes > storedLimit ? null : this.#lines.rest();
  }
}
