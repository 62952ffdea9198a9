import { describe, expect, it } from 'vitest';
import type { ManifestSources } from './application-object';
import { versionOfSync } from './synced-version';

const source = (helm: unknown): ManifestSources => ({
  source: { repoURL: 'https://git.example/v105/repo', path: 'charts/app', helm } as ManifestSources['source'],
  sources: [],
});
const values = (tag: string, replicas = 3) => ({
  values: `replicaCount: ${replicas}\nappImage:\n  repository: registry/app\n  tag: ${tag}\n`,
});

describe('the version of a sync', () => {
  it.each([
    ['a line of helm.values', source(values('v105')), source(values('v106'))],
    ['a line, where another differs, too', source(values('v105', 3)), source(values('v106', 5))],
    [
      'a parameter',
      source({ parameters: [{ name: 'tag', value: 'v105' }] }),
      source({ parameters: [{ name: 'tag', value: 'v106' }] }),
    ],
    ['a value', source({ valuesObject: { tag: 'v105' } }), source({ valuesObject: { tag: 'v106' } })],
    [
      'an image',
      source({ kustomize: { images: ['registry/app:v105'] } }),
      source({ kustomize: { images: ['registry/app:v106'] } }),
    ],
  ])('is what stands in the place of the version that the spec names: %s', (_, spec, synced) => {
    expect(versionOfSync(spec, 'v105', synced)).toBe('v106');
    expect(versionOfSync(spec, 'v105', spec)).toBe('v105');
  });

  it.each([
    ['no version is annotated', source(values('v105')), null, source(values('v106'))],
    ['the source names none', source({}), 'v9', source({})],
    ['it is too different to tell', source(values('v105')), 'v105', { source: undefined, sources: [] }],
    [
      'two places tell differently',
      source({ valuesObject: { tag: 'v105', other: 'v105' } }),
      'v105',
      source({ valuesObject: { tag: 'v106', other: 'v107' } }),
    ],
    ['it is part of a longer word', source({ valuesObject: { tag: 'v1050' } }), 'v105', source({})],
  ])('is not known where %s', (_, spec, version, synced) => {
    expect(versionOfSync(spec, version, synced)).toBeNull();
  });
});
