import { bagEnvironments } from '../../systems/practice/environments';
import type { Program } from '../controllers/container-programs';
import { suiteTest } from '../controllers/suite-test';
import type { Faults } from '../ports';

/** The file of the GitHub Actions workflow that tests the providers of an environment, below `.github/workflows/`. */
export const providerTestsFile = 'provider-tests.yml';

/** Its text. `request` is shown in the run's name, so that who dispatched it finds the run again. */
export const providerTestsWorkflow = `name: Provider tests
run-name: Provider tests of bag \${{ inputs.bag }} in \${{ inputs.environment }} \${{ inputs.request }}
on:
  workflow_dispatch:
    inputs:
      environment:
        type: choice
        required: true
        options: [${bagEnvironments.join(', ')}]
      bag:
        type: string
        required: true
      request:
        type: string
        default: ''
jobs:
  provider-tests:
    name: provider-tests
    runs-on: ubuntu-latest
    steps:
      - name: Check out the tests
        uses: actions/checkout@v5
      - name: Install Python
        uses: actions/setup-python@v6
      - name: Run the provider tests
        run: pytest tests/provider-tests --environment "$ENVIRONMENT"
`;

/** What its last step runs in an environment. */
export const providerTests = (environment: string, faults: Faults): Program =>
  suiteTest({
    suite: 'provider-tests',
    environment,
    outcome: () =>
      faults.suiteOutcome?.({ suite: 'provider-tests', environment, versions: new Map(), strict: false }) ??
      'pass',
  });
