import type { Build, StoredEvent, VersionValue } from './model';

/** Versions of the events' own schemas, as a Concourse 8.2 writes them. */
const versions: Readonly<Record<string, string>> = {
  status: '1.0',
  log: '5.1',
  error: '4.1',
  'initialize-get': '2.0',
  'start-get': '1.0',
  'finish-get': '5.1',
  'initialize-put': '2.0',
  'start-put': '1.0',
  'finish-put': '5.1',
  'initialize-task': '4.0',
  'start-task': '5.0',
  'finish-task': '4.0',
  'selected-worker': '1.0',
};

/** Characters that a step's output comes in at once. */
const chunk = 16 * 1024;

/** Writes the events of one build, in the shapes of `atc/event`. `step`: the id of a node of its plan. */
export function eventWriter(build: Build, seconds: () => number, onEvent: () => void) {
  const write = (event: string, data: object): void => {
    const stored: StoredEvent = { event, version: versions[event] ?? '1.0', data };
    build.events.push(stored);
    onEvent();
  };
  const at = (step: string, more: object = {}) => ({ time: seconds(), origin: { id: step }, ...more });
  return {
    status: (status: string) => write('status', { status, time: seconds() }),
    worker: (step: string) => write('selected-worker', at(step, { selected_worker: 'practice-worker' })),
    log: (step: string, source: 'stdout' | 'stderr', payload: string) => {
      for (let at = 0; at < payload.length; at += chunk)
        write('log', {
          time: seconds(),
          origin: { id: step, source },
          payload: payload.slice(at, at + chunk),
        });
    },
    error: (step: string, message: string) => write('error', at(step, { message })),
    initialize: (what: 'get' | 'put', step: string) => write(`initialize-${what}`, at(step)),
    start: (what: 'get' | 'put', step: string) => write(`start-${what}`, at(step)),
    finish: (
      what: 'get' | 'put',
      step: string,
      version: VersionValue,
      metadata: readonly { name: string; value: string }[],
    ) => write(`finish-${what}`, at(step, { exit_status: 0, version, metadata })),
    initializeTask: (step: string) =>
      write(
        'initialize-task',
        at(step, {
          config: { platform: '', image: '', run: { path: '', args: null, dir: '' }, inputs: null },
        }),
      ),
    startTask: (step: string, name: string, inputs: readonly string[]) =>
      write(
        'start-task',
        at(step, {
          config: {
            platform: 'linux',
            image: '',
            run: { path: '/bin/sh', args: ['-ec', `./${name}.sh`], dir: '' },
            inputs: inputs.length > 0 ? inputs.map((input) => ({ name: input, path: '' })) : null,
          },
        }),
      ),
    finishTask: (step: string, status: number) => write('finish-task', at(step, { exit_status: status })),
  };
}
export type EventWriter = ReturnType<typeof eventWriter>;
