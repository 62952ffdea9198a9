import PQueue from 'p-queue';
import type { Result } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import { inBackground, type Log } from '../log/log';
import type { WatchBatch, WatchItem } from '../systems/kubernetes/types';

/** Workflows asked for at a time. */
const atOnce = 2;
/** Milliseconds before one that could not be read is asked for again, unless it changes sooner. */
const again = 60_000;

interface Known {
  /** The version of the nodes that is wanted, and of those that are here. */
  wanted: string;
  item: WatchItem<Workflow>;
  nodes: { version: string; nodes: Workflow['nodes'] } | null;
  asking: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Gives workflows their steps where the cluster holds none, since Argo offloads them to its database
 * (`status.offloadNodeStatusVersion`): they are asked of its server, once for each version. Until they are here, the steps
 * of the version before are shown; where the server can't be asked, the workflow says why.
 * @param options.whole the workflow as the server has it. @param options.apply takes what comes later.
 * @returns the batch as it can be shown at once.
 */
export function workflowHydrator(options: {
  whole: (namespace: string, name: string, signal: AbortSignal) => Promise<Result<Workflow>>;
  apply: (batch: WatchBatch<Workflow>) => void;
  woken: () => AbortSignal | undefined;
  signal: AbortSignal;
  log: Log;
}): (batch: WatchBatch<Workflow>) => WatchBatch<Workflow> {
  const { signal } = options;
  const queue = new PQueue({ concurrency: atOnce });
  const known = new Map<string, Known>();
  const idOf = ({ namespace, name, uid }: { namespace: string; name: string; uid: string }): string =>
    `${namespace}/${name}/${uid}`;
  signal.addEventListener('abort', () => {
    queue.clear();
    for (const { timer } of known.values()) clearTimeout(timer);
  });

  const shown = ({ item, nodes }: Known, unavailable?: string): WatchItem<Workflow> => ({
    ...item,
    value: nodes
      ? { ...item.value, nodes: nodes.nodes, nodesUnavailable: null }
      : { ...item.value, nodesUnavailable: unavailable ?? loading },
  });

  const ask = (id: string, one: Known): void => {
    if (one.asking || signal.aborted) return;
    clearTimeout(one.timer);
    one.asking = true;
    inBackground(
      options.log,
      'workflows.not-hydrated',
      queue.add(() => read(id, one)),
      { signal },
    );
  };

  async function read(id: string, one: Known): Promise<void> {
    const version = one.wanted;
    const { namespace, name } = one.item;
    const found = await options.whole(namespace, name, signal).catch((error: unknown) => ({
      ok: false as const,
      failure: failureOf(error),
    }));
    one.asking = false;
    if (signal.aborted || known.get(id) !== one) return;
    if (found.ok && found.value.nodes.length > 0) {
      one.nodes = { version, nodes: found.value.nodes };
      options.apply({ source: 'watch', upserts: [shown(one)], removed: [] });
      if (one.wanted !== version) ask(id, one);
      return;
    }
    const because = found.ok
      ? 'Its server has none either.'
      : `${found.failure.message} ${found.failure.meaning}`;
    options.apply({ source: 'watch', upserts: [shown(one, `${inDatabase} ${because}`)], removed: [] });
    const retry = () => ask(id, one);
    one.timer = setTimeout(retry, again);
    one.timer.unref();
    options.woken()?.addEventListener('abort', retry, { once: true, signal });
  }

  return (batch) => {
    for (const key of batch.removed) {
      clearTimeout(known.get(idOf(key))?.timer);
      known.delete(idOf(key));
    }
    return {
      ...batch,
      upserts: batch.upserts.map((item) => {
        const id = idOf(item);
        const { offloaded } = item.value;
        if (offloaded === undefined) {
          known.delete(id);
          return item;
        }
        const one = known.get(id) ?? {
          wanted: offloaded,
          item,
          nodes: null,
          asking: false,
          timer: undefined,
        };
        one.item = item;
        one.wanted = offloaded;
        known.set(id, one);
        if (one.nodes?.version !== offloaded) ask(id, one);
        return shown(one);
      }),
    };
  };
}

const inDatabase = 'Argo Workflows stores the steps of this workflow in its database.';
const loading = `${inDatabase} They are being read from its server.`;
