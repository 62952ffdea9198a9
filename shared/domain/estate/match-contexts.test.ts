import { expect, it } from 'vitest';
import { matchContext } from './match-contexts';

const eks = 'arn:aws:eks:eu-west-1:123456789012:cluster/govuk';

it.each([
  ['staging', ['staging', 'govuk-staging'], 'staging'],
  ['staging', ['govuk-integration', 'govuk-staging'], 'govuk-staging'],
  ['production', [`${eks}-production`, `${eks}-staging`], `${eks}-production`],
  ['production', ['prod-eu', 'stg-eu'], 'prod-eu'],
  ['integration', ['govuk-int'], 'govuk-int'],
  ['pre-live', ['harbour-pre-live', 'harbour-live'], 'harbour-pre-live'],
  // Of several none is guessed, and no part of a word counts.
  ['staging', ['a-staging', 'b-staging'], null],
  ['int', ['printing'], null],
  ['live', [], null],
])('%s among %j is %s', (environment, contexts, wanted) => {
  expect(matchContext(environment, contexts)).toBe(wanted);
});
