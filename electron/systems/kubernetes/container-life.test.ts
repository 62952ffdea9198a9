import { describe, expect, it } from 'vitest';
import { containerLife } from './container-life';

const pod = (status: object, spec: object = {}, meta: object = {}) => ({
  metadata: { name: 'a', ...meta },
  spec: { initContainers: [{ name: 'init' }, { name: 'sidecar', restartPolicy: 'Always' }], ...spec },
  status,
});
const main = (state: object, more: object = {}) => ({
  containerStatuses: [{ name: 'app', restartCount: 2, state }],
  ...more,
});
const init = (name: string, state: object) => ({ initContainerStatuses: [{ name, restartCount: 0, state }] });
const ended = (exitCode: number) => ({
  terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' },
});

describe('containerLife', () => {
  it.each([
    ['runs', 'app', pod(main({ running: {} })), 'running'],
    ['has not started', 'app', pod(main({ waiting: { reason: 'ContainerCreating' } })), 'waiting'],
    ['ended and starts again (Always is the default)', 'app', pod(main(ended(0))), 'waiting'],
    ['failed under OnFailure', 'app', pod(main(ended(1)), { restartPolicy: 'OnFailure' }), 'waiting'],
    ['succeeded under OnFailure', 'app', pod(main(ended(0)), { restartPolicy: 'OnFailure' }), 'ended'],
    ['failed under Never', 'app', pod(main(ended(1)), { restartPolicy: 'Never' }), 'ended'],
    ['ended with its pod', 'app', pod(main(ended(1), { phase: 'Failed' })), 'ended'],
    ['ended in a pod that goes', 'app', pod(main(ended(1)), {}, { deletionTimestamp: 'now' }), 'ended'],
    ['never started in a pod that failed', 'app', pod(main({ waiting: {} }, { phase: 'Failed' })), 'ended'],
    ['is an init container that is through', 'init', pod(init('init', ended(0))), 'ended'],
    ['is an init container that failed', 'init', pod(init('init', ended(1))), 'waiting'],
    ['is a sidecar that ended', 'sidecar', pod(init('sidecar', ended(0))), 'waiting'],
    ['is not in the status', 'other', pod(main({ running: {} })), 'unknown'],
    ['is in a pod without a status', 'app', { metadata: { name: 'a' } }, 'unknown'],
  ])('%s', (_, container, object, life) => {
    expect(containerLife(object, container).life).toBe(life);
  });

  it('tells restarts and the reason', () => {
    expect(containerLife(pod(main({ waiting: { reason: 'CrashLoopBackOff' } })), 'app')).toEqual({
      life: 'waiting',
      restarts: 2,
      reason: 'CrashLoopBackOff',
    });
  });
});
