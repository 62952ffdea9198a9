import type { Engine } from '../engine/engine';
import type { Handlers } from '../ipc/dispatcher';

type BagHandlers = Pick<Handlers, Extract<keyof Handlers, `bags.${string}`>>;

/** Pipelines of bags over the contract. */
export function bagHandlers({ bags }: Pick<Engine, 'bags'>): BagHandlers {
  return {
    'bags.pipelines': () => bags.pipelines(),
    'bags.pipeline': ({ pipeline }) => bags.pipeline(pipeline),
    'bags.list': ({ pipeline }) => bags.list(pipeline),
    'bags.get': ({ pipeline, bag }) => bags.get(pipeline, bag),
    'bags.compare': ({ pipeline, from, to }) => bags.compare(pipeline, from, to),
    'bags.pack-preview': ({ pipeline, source }) => bags.packPreview(pipeline, source),
    'bags.preview': (intent) => bags.preview(intent),
    'bags.periodic': ({ pipeline }) => bags.periodic(pipeline),
    'bags.this-console': ({ pipeline, on }) => ({ on: bags.thisConsole(pipeline, on) }),
  };
}
