import type { connectProcedures, FoundEnvironment } from '../../shared/contract/connect';
import type { Answers } from './answers';
import { devEstates } from './estates';

const environment = (name: string, tier: 'production' | 'standard' = 'standard'): FoundEnvironment => ({
  name,
  tier,
  context: null,
  wrapper: [],
  argoCd: null,
  argoWorkflows: null,
});

/** A release repo over SSH that was never asked before, then found by its layout. */
export function devConnect(): Answers<typeof connectProcedures> {
  let trusted = false;
  return {
    'connect.look': ({ url }) =>
      !trusted && !url.startsWith('https:')
        ? {
            outcome: 'host-key',
            host: 'git.example.org',
            keys: [
              { type: 'ssh-ed25519', fingerprint: 'SHA256:Zb1tB3X0eIw3vY2cVd0l5p5o2T5Tg7Yw9s6kq0m1n2A' },
            ],
          }
        : {
            outcome: 'found',
            branch: 'main',
            by: 'layout',
            name: 'releases',
            environments: [
              environment('integration'),
              environment('staging'),
              environment('production', 'production'),
            ],
            chain: ['integration', 'staging', 'production'],
            hosts: [],
            commands: [],
          },
    'connect.trust-host': () => {
      trusted = true;
      return {};
    },
    'connect.contexts': () => ({
      file: '~/.kube/config',
      contexts: ['harbour-integration', 'harbour-staging', 'harbour-production'].map((name) => ({
        name,
        server: `https://${name}.example.org`,
        command: 'aws',
      })),
      problem: null,
    }),
    'connect.finish': () => devEstates()['estates.get']({}),
  };
}
