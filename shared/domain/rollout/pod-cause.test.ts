import { expect, it } from 'vitest';
import { podCause } from './pod-cause';

const ended = (exitCode: number, reason: string | null = 'Error') => ({
  container: 'app',
  reason,
  exitCode,
  finishedAt: null,
});

it.each([
  ['CrashLoopBackOff', ended(1), 'The new pods crash as they start (exit code 1).'],
  ['CrashLoopBackOff', ended(127), 'The new pods crash as they start (exit code 127, command not found).'],
  // A container that ends well and is started again crashes by no exit code.
  ['CrashLoopBackOff', ended(0, 'Completed'), 'The new pods crash as they start (CrashLoopBackOff).'],
  ['CrashLoopBackOff', ended(137, 'OOMKilled'), 'The new pods run out of memory (OOMKilled).'],
  ['ImagePullBackOff', null, 'The new pods can’t pull their image (ImagePullBackOff).'],
  [
    'CreateContainerConfigError',
    null,
    'The new pods need a ConfigMap or Secret that is missing (CreateContainerConfigError).',
  ],
  ['Unschedulable', null, 'The new pods find no room on any node (Unschedulable).'],
  ['SomethingNew', null, 'The new pods are not ready (SomethingNew).'],
  [null, null, 'The new pods are not ready.'],
])('is a sentence of the cause: %s', (reason, lastTermination, text) => {
  expect(podCause({ reason, lastTermination })).toBe(text);
});
