import type { BagSetup, PracticeApp } from '../ports';
import { type BagEnvironment, type EnvironmentName, isBagEnvironment, seedApps, seedServices } from './apps';

/** What runs in an environment. */
export const deployedApps = (environment: EnvironmentName): readonly PracticeApp[] =>
  isBagEnvironment(environment) ? services : seedApps;

// The workflow db-setup migrates their database, and the suites of the environment test them together.
const services = seedServices.map((service) => ({ ...service, migrates: false, postSync: false }));

/** Suites of the environments that bags come to; production has its smoke tests every ten minutes besides. */
export const bagSetups: Readonly<Record<BagEnvironment, BagSetup>> = {
  'notify-preview': { suites: ['functional-tests', 'smoke-tests'], periodic: null },
  'notify-staging': { suites: ['functional-tests', 'smoke-tests', 'provider-tests'], periodic: null },
  'notify-production': {
    suites: ['smoke-tests', 'provider-tests'],
    periodic: { suite: 'smoke-tests', everySeconds: 600 },
  },
};
