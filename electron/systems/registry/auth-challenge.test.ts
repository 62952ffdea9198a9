import { expect, it } from 'vitest';
import { readChallenges } from './auth-challenge';

const read = (header: string | null) =>
  readChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

it.each([
  [
    'Docker Hub’s',
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/busybox:pull"',
    [
      [
        'bearer',
        {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:library/busybox:pull',
        },
      ],
    ],
  ],
  [
    'Amazon ECR’s',
    'Basic realm="https://1.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"',
    [['basic', { realm: 'https://1.dkr.ecr.eu-west-1.amazonaws.com/', service: 'ecr.amazonaws.com' }]],
  ],
  [
    'two headers, joined',
    'Bearer realm="https://a/t", service="s", Basic realm="b"',
    [
      ['bearer', { realm: 'https://a/t', service: 's' }],
      ['basic', { realm: 'b' }],
    ],
  ],
  [
    'other cases, spaces and no quotes',
    'BEARER Realm = "https://a/t" ,, ERROR=insufficient_scope',
    [['bearer', { realm: 'https://a/t', error: 'insufficient_scope' }]],
  ],
  ['quotes and commas inside', 'Basic realm="a \\"b\\", c=d"', [['basic', { realm: 'a "b", c=d' }]]],
  [
    'a token68',
    'Negotiate YWJj==, Basic realm="x"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'x' }],
    ],
  ],
  [
    'twice the same name',
    'Bearer realm="https://a", realm="https://b"',
    [['bearer', { realm: 'https://a' }]],
  ],
  ['a quote that is not closed', 'Bearer service="s", realm="https://a', [['bearer', { service: 's' }]]],
  ['nothing', '', []],
  ['none', null, []],
  ['rubbish', '"=,;', []],
])('%s', (_, header, expected) => {
  expect(read(header)).toEqual(expected);
});

it('a header that is made to take long does not', () => {
  expect(read(`Bearer ${'a="'.repeat(100_000)}`)[0]?.[0]).toBe('bearer');
  expect(read(`${' ,'.repeat(100_000)}Basic`)).toEqual([]);
});
