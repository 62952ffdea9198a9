import type { Engine } from '../engine/engine-types';
import type { Handlers } from '../ipc/dispatcher';

type FreezeHandlers = Pick<Handlers, Extract<keyof Handlers, `freezes.${string}`>>;

/** Freezes over the contract. */
export const freezeHandlers = ({ freezes }: Pick<Engine, 'freezes'>): FreezeHandlers => ({
  'freezes.list': () => freezes.list(),
  'freezes.preview': async (intent) => ({ findings: await freezes.preview(intent) }),
});
