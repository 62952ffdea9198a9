import { serialize } from 'node:v8';
import type { BoardCells } from '../../shared/domain/board/board';
import { dispatch, type SessionHandlers } from '../ipc/dispatcher';
import type { ClusterView } from '../observation/types';
import type { Session } from '../session/open-session';
import { now, pause, stampIn } from './watch-fleet';

/** Milliseconds. */
const frame = 16;

/** What the window was handed over, in milliseconds: since the change, and for putting it together. */
export interface Handed {
  toBatch: number[];
  toBoard: number[];
  took: number[];
  /** How often the whole board was asked for. */
  whole: number;
  /** Cells that were sent, without those of whole boards. */
  cells: number;
}

/** Stands for the window: asks for what changed as it does (`renderer/data/board-cells.ts`), once a frame. */
export interface WindowStandIn {
  /** What was handed over from here on. */
  count(): Handed;
  close(): void;
}

const fresh = (): Handed => ({ toBatch: [], toBoard: [], took: [], whole: 0, cells: 0 });

export function openWindow(session: Session, handlers: SessionHandlers): WindowStandIn {
  let handed = fresh();
  const seen = new Map<string, string>();
  const known = new WeakSet<object>();
  /** What the clusters told of since the engine's last batch: only there a mark can be new. */
  const touched = new Map<string, () => void>();
  const openedAt = now();
  let stamps: number[] = [];
  let waiting: number[] = [];
  let wholeBoard = false;
  let revision: number | null = null;
  let asking = false;

  const look = (key: string, message: string | null | undefined): void => {
    if (!message?.startsWith('at ') || seen.get(key) === message) return;
    seen.set(key, message);
    const stamp = stampIn(message);
    // What was changed for others before is no news.
    if (stamp >= openedAt) stamps.push(stamp);
  };
  const lookAt = (view: ClusterView, topic: string, app: string): void => {
    const { environment } = view;
    if (topic === 'application')
      for (const one of view.applications(app)) look(`${environment} a ${one.name}`, one.operation?.message);
    else if (topic === 'rollout' || topic === 'pod')
      for (const { pods } of view.rollouts(app))
        for (const pod of pods) {
          // The same object says the same: the look is ours, and no window's.
          if (known.has(pod)) continue;
          known.add(pod);
          look(`${environment} p ${pod.name}`, pod.message);
        }
    else if (topic === 'workflow')
      for (const one of view.workflows({ app })) look(`${environment} w ${one.name}`, one.message);
  };

  async function ask(): Promise<void> {
    asking = true;
    await pause(frame);
    while (waiting.length > 0) {
      const these = waiting;
      waiting = [];
      const whole = wholeBoard;
      wholeBoard = false;
      const begun = performance.now();
      const answer = await dispatch(
        async () => handlers,
        whole ? 'board.get' : 'board.cells',
        whole ? {} : { after: revision },
        () => undefined,
      );
      if (!answer.ok) throw new Error(answer.failure.message);
      const board = answer.value as BoardCells;
      revision = board.revision;
      if (whole) handed.whole++;
      else handed.cells += board.cells.length;
      // What the window gets is a copy.
      serialize(answer);
      handed.took.push(performance.now() - begun);
      const at = now();
      for (const stamp of these) handed.toBoard.push(at - stamp);
      await pause(frame);
    }
    asking = false;
  }

  const stops = [...session.clusters.values()].map(({ view }) =>
    view.onChange((changes) => {
      for (const { topic, app } of changes)
        if (app !== null) touched.set(`${view.environment} ${topic} ${app}`, () => lookAt(view, topic, app));
    }),
  );
  stops.push(
    session.engine.onChange((changes) => {
      wholeBoard ||= changes.some(({ topic }) => topic === 'board' || topic === 'history');
      for (const lookThere of touched.values()) lookThere();
      touched.clear();
      const at = now();
      for (const stamp of stamps) handed.toBatch.push(at - stamp);
      waiting.push(...stamps);
      stamps = [];
      if (waiting.length > 0 && !asking) void ask();
    }),
  );
  return {
    count: () => {
      handed = fresh();
      return handed;
    },
    close: () => {
      for (const stop of stops) stop();
    },
  };
}
