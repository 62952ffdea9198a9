import { describe, expect, it } from 'vitest';
import { FailureError, ok } from '../../shared/domain/failure/failure';
import type { ClusterAddress } from '../systems/kubernetes/address-words';
import type { LogOrigin } from '../systems/kubernetes/log-origin';
import { type WorkloadsAt, workloadsThroughDoors } from './emergency-doors';
import { logThroughDoors } from './log-doors';

const never = new AbortController().signal;
const failure = (code: 'signed-out' | 'unauthorised') => ({
  code,
  message: '',
  meaning: '',
  next: [],
  status: null,
  reason: null,
});

describe.each(['signed-out', 'unauthorised'] as const)(
  'where one door says %s, the other is asked',
  (code) => {
    it('for a log', async () => {
      const place: ClusterAddress = { context: 'staging', server: 'https://staging.example' };
      const shut = (): Promise<never> => Promise.reject(new FailureError(failure(code)));
      const first: LogOrigin = { place, open: shut, container: shut };
      const second: LogOrigin = { place, open: shut, container: async () => undefined };
      await expect(
        logThroughDoors([first, second], () => undefined).container(never),
      ).resolves.toBeUndefined();
    });

    it('for a workload in an emergency', async () => {
      const object = { metadata: { name: 'router' } };
      const at = (answer: Awaited<ReturnType<WorkloadsAt['read']>>): WorkloadsAt => ({
        read: async () => answer,
        patch: async () => ok(undefined),
        isOvertaken: () => false,
      });
      const doors = workloadsThroughDoors([
        at({ ok: false, failure: failure(code) }),
        at(ok(object as never)),
      ]);
      const ref = { kind: 'Deployment', namespace: 'apps', name: 'router' } as never;
      expect(await doors.read(ref, never)).toMatchObject({ ok: true, value: object });
    });
  },
);
