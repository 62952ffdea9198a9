import {
  type LogLines,
  type LogSource,
  type LogSourceState,
  type LogView,
  logSourceKey,
} from '../../shared/contract/logs';
import { FailureError } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import type { Cluster } from '../observation/types';
import { followJobLog, type JobLogOf } from './follow-job-log';
import type { LogKeeper, SavedLog } from './log-keeper';
import type { ArrivedLine, QuestionName, Questions } from './protocol';

/** Lines that are read of a log that is there already when it is opened. */
const tailLines = 200_000;
/** Milliseconds in which changes of the sources' states are gathered. */
const gather = 100;

type SessionMessage = LogLines | { type: 'sources'; sources: LogSourceState[] };

/** The log sessions of the window: each follows some containers until it is closed. */
export interface LogSessions {
  /**
   * Follows logs until the signal is aborted.
   * @throws FailureError `conflict` when there is a session of that name, `internal` when its lines were lost.
   */
  open(
    input: { session: string; sources: readonly LogSource[]; view: LogView },
    send: (message: SessionMessage) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** @throws FailureError `not-found` for a session that is not open. */
  join(session: string, sources: readonly LogSource[]): void;
  /** @throws FailureError `not-found` for a session that is not open. */
  ask<N extends QuestionName>(
    session: string,
    question: N,
    input: Questions[N]['input'],
  ): Promise<Questions[N]['output']>;
  close(): Promise<void>;
}

interface OpenSession {
  kept: SavedLog;
  join(sources: readonly LogSource[]): void;
}

/** Reads a build's log into a session, live. @returns when it has ended, can't be followed, or the signal is aborted; never rejects */
export type FollowBuild = (
  place: { pipeline: string; build: number },
  told: {
    append: (lines: ArrivedLine[]) => void;
    is: (state: LogSourceState['state'], text: string) => void;
  },
  signal: AbortSignal,
) => Promise<void>;

/** Where logs come from. `jobLogOf` `null`: the estate names no GitHub. */
interface LogOrigins {
  clusterOf: (environment: string) => Pick<Cluster, 'followLog'> | null;
  jobLogOf: JobLogOf | null;
  followBuild: FollowBuild;
}

export function createLogSessions(keeper: LogKeeper, origins: LogOrigins): LogSessions {
  const sessions = new Map<string, OpenSession>();
  const openOf = (session: string): OpenSession => {
    const open = sessions.get(session);
    if (open) return open;
    throw new FailureError({
      code: 'not-found',
      message: 'This log is no longer open.',
      meaning: 'Its lines were discarded when it was closed.',
      next: [{ do: 'advice', label: 'Open the log again.' }],
    });
  };

  return {
    async open({ session, sources, view }, send, signal) {
      if (sessions.has(session))
        throw new FailureError({
          code: 'conflict',
          message: 'A log with this name is already open.',
          meaning: 'Nothing was opened.',
          next: [],
        });
      const stop = new AbortController();
      const lost = new Promise<FailureError | null>((resolve) => {
        const kept = keeper.open(session, view, send, resolve);
        const join = follower(
          kept,
          origins,
          (states) => send({ type: 'sources', sources: states }),
          AbortSignal.any([signal, stop.signal]),
        );
        sessions.set(session, { kept, join });
        join(sources);
        signal.addEventListener('abort', () => resolve(null), { once: true });
        if (signal.aborted) resolve(null);
      });
      const error = await lost;
      stop.abort();
      sessions.get(session)?.kept.close();
      sessions.delete(session);
      if (error) throw error;
    },
    join: (session, sources) => openOf(session).join(sources),
    ask: async (session, question, input) => openOf(session).kept.ask(question, input),
    close: () => keeper.close(),
  };
}

/** Follows sources into a session's lines. @returns adds sources; those that are there already are left alone. */
function follower(
  kept: SavedLog,
  { clusterOf, jobLogOf, followBuild }: LogOrigins,
  tell: (states: LogSourceState[]) => void,
  signal: AbortSignal,
): (sources: readonly LogSource[]) => void {
  const states = new Map<string, LogSourceState>();
  let gathering = false;
  const changed = (): void => {
    if (gathering) return;
    gathering = true;
    setTimeout(() => {
      gathering = false;
      if (!signal.aborted) tell([...states.values()].map((state) => ({ ...state })));
    }, gather);
  };

  const followOne = async (source: LogSource, state: LogSourceState): Promise<void> => {
    const { environment, namespace, pod, container, previous } = source;
    const told = {
      append: (lines: ArrivedLine[]) => {
        kept.append(state.number, lines);
        state.lines += lines.length;
      },
      is: (now: LogSourceState['state'], text: string) => {
        Object.assign(state, { state: now, text });
        changed();
      },
    };
    if (source.job) return followJobLog({ load: jobLogOf, job: source.job }, told, signal);
    if (source.build) return followBuild({ pipeline: namespace, build: source.build }, told, signal);
    const cluster = clusterOf(environment);
    if (!cluster) {
      Object.assign(state, { state: 'failed', text: `The estate file has no cluster for ${environment}.` });
      return changed();
    }
    const remark = (text: string): void => {
      kept.append(state.number, [{ at: null, text, note: true }]);
    };
    try {
      await cluster.followLog(
        { namespace, pod, container, previous, tailLines },
        (event) => {
          switch (event.type) {
            case 'lines':
              kept.append(state.number, event.lines);
              state.lines += event.lines.length;
              break;
            case 'restarted':
              remark(`${container} in ${pod} restarted (restart ${event.restarts})`);
              break;
            case 'state':
              if (event.state === 'gone' && state.lines > 0) remark(`${pod} is gone`);
              state.state = event.state;
              state.text = event.text;
          }
          changed();
        },
        signal,
      );
    } catch (error) {
      const failure = failureOf(error);
      Object.assign(state, { state: 'failed', text: `${failure.message} ${failure.meaning}` });
      changed();
    }
  };

  return (sources) => {
    for (const source of sources) {
      const key = logSourceKey(source);
      if (states.has(key)) continue;
      const { pod, container, previous } = source;
      const state: LogSourceState = {
        number: states.size,
        source,
        state: 'connecting',
        text: 'Opening the log…',
        lines: 0,
      };
      states.set(key, state);
      kept.source(state.number, `[${pod} ${container}${previous ? ' previous' : ''}]`);
      // It rejects never: what goes wrong is the source's state.
      void followOne(source, state);
    }
    changed();
  };
}
