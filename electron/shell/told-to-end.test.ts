import { afterEach, expect, it } from 'vitest';
import { endWhenTold } from './told-to-end';

const signals = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;
const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
const added = (signal: (typeof signals)[number]) =>
  process.listeners(signal).filter((one) => !before.get(signal)?.includes(one));
afterEach(() => {
  for (const signal of signals) for (const one of added(signal)) process.off(signal, one);
});

it.skipIf(process.platform === 'win32')(
  'ends by what the system sends at its end, and leaves Ctrl+C to the person',
  () => {
    const told: string[] = [];
    endWhenTold((signal) => told.push(signal));
    for (const signal of signals) for (const one of added(signal)) one(signal);
    expect(told).toEqual(['SIGTERM', 'SIGHUP']);
  },
);
