import type { BagEnvironment, EnvironmentName } from '../../systems/practice/environments';
import type { BagSetup, PracticeApp } from '../ports';
import { isBagEnvironment, seedApps, seedServices } from './apps';

/** What runs in an environment. */
export const deployedApps = (environment: EnvironmentName): readonly PracticeApp[] =>
  isBagEnvironment(environment) ? services : seedApps;

// The workflow db-setup migrates their database, and the suites of the environment test them together.
const services = seedServices.map((service) => ({ ...service, migrates: false, postSync: false }));

/** Test suites of the environments that bags come to; the providers of staging are tested by GitHub Actions. */
export const bagSetups: Readonly<Record<BagEnvironment, BagSetup>> = {
  'notify-preview': { suites: ['functional-tests', 'smoke-tests'] },
  'notify-staging': { suites: ['functional-tests', 'smoke-tests'] },
  'notify-production': { suites: ['smoke-tests', 'provider-tests'] },
};

/** All test suites of an environment, whoever runs them. */
export const testSuites = (environment: BagEnvironment): readonly string[] => [
  ...bagSetups[environment].suites,
  ...(environment === 'notify-staging' ? ['provider-tests'] : []),
];
