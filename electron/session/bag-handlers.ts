import type { Engine } from '../engine/engine-types';
import type { Handlers } from '../ipc/dispatcher';

type BagHandlers = Pick<Handlers, Extract<keyof Handlers, `bags.${string}`>>;

/** Pipelines of bags over the contract. */
export function bagHandlers({ bags }: Pick<Engine, 'bags'>): BagHandlers {
  const read = async <T>(ask: () => T | Promise<T>): Promise<T> => {
    await bags.ready();
    return ask();
  };
  return {
    'bags.pipelines': () => bags.pipelines(),
    'bags.pipeline': ({ pipeline }) => read(() => bags.pipeline(pipeline)),
    'bags.list': ({ pipeline }) => read(() => bags.list(pipeline)),
    'bags.get': ({ pipeline, bag }) => read(() => bags.get(pipeline, bag)),
    'bags.compare': ({ pipeline, from, to }) => read(() => bags.compare(pipeline, from, to)),
    'bags.pack-preview': ({ pipeline, source }) => read(() => bags.packPreview(pipeline, source)),
    'bags.preview': (intent) => read(() => bags.preview(intent)),
    'bags.periodic': ({ pipeline }) => read(() => bags.periodic(pipeline)),
    'bags.this-console': ({ pipeline, on }) => ({ on: bags.thisConsole(pipeline, on) }),
  };
}
