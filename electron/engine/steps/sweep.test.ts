import { describe, expect, it } from 'vitest';
import { estateSchema } from '../../../shared/domain/estate/estate';
import { type Failure, fail, ok } from '../../../shared/domain/failure/failure';
import type { StepContext } from '../operation-context';
import { sweep } from './sweep';

const estate = estateSchema.parse({
  name: 'test',
  ledger: { url: '/repo' },
  environments: [{ name: 'staging' }, { name: 'production' }],
  pipelines: [{ kind: 'apps', name: 'apps', environments: ['staging', 'production'] }],
});
const refusal = (code: Failure['code']): Failure => ({
  code,
  message: 'You may not look.',
  meaning: '',
  next: [],
});

describe('the look for promotions on their way', () => {
  it.each([
    ['is kept from the person', 'forbidden', { left: [{ name: 'd' }], hidden: ['staging'] }],
    ['did not answer well', 'internal', { couldNot: refusal('internal') }],
  ] as const)(
    'stops what runs in the environment itself also where the one before %s',
    async (_, code, swept) => {
      const refused = refusal(code);
      const stopped: string[] = [];
      const cluster = (environment: string, allowed: boolean) => ({
        view: { environment, freshness: () => ({ state: 'live', asOf: 'now' }), gaps: () => [] },
        actions: {
          readWorkflows: async ({ template }: { template: string }) =>
            allowed
              ? ok(
                  template === 'deploy-image'
                    ? [
                        {
                          environment,
                          namespace: 'apps',
                          name: 'd',
                          template,
                          labels: {},
                          phase: 'Running',
                          shutdown: null,
                        },
                      ]
                    : [],
                )
              : fail(refused),
          stopWorkflow: async (_namespace: string, name: string) => {
            stopped.push(`${environment}/${name}`);
            return ok({ stopped: true });
          },
        },
      });
      const context = {
        intent: {
          kind: 'rollback',
          app: 'frontend',
          environment: 'production',
          version: 'v1',
          expected: 'v2',
        },
        signal: new AbortController().signal,
        intend: () => undefined,
        result: () => undefined,
        waiting: () => undefined,
        world: {
          estate,
          limits: { hold: 1000 },
          clusters: new Map([
            ['staging', cluster('staging', false)],
            ['production', cluster('production', true)],
          ]),
        },
      } as unknown as StepContext;
      expect(await sweep(context)).toMatchObject(swept);
      expect(stopped).toEqual(['production/d']);
    },
  );
});
