import { describe, expect, it } from 'vitest';
import { imagePlace, registryPlaces, registrySchema } from './registry-place';

describe('the registry of an estate', () => {
  it.each([
    ['a path after the host', { url: 'https://ghcr.io/example' }],
    ['a user', { url: 'https://ada@ghcr.io' }],
    ['another scheme', { url: 'ftp://ghcr.io' }],
    ['a repository without the app', { url: 'https://ghcr.io', repository: 'example/web' }],
    ['a repository that leads out', { url: 'https://ghcr.io', repository: '../{app}' }],
    ['a repository in upper case', { url: 'https://ghcr.io', repository: 'Example/{app}' }],
    [
      'an app’s repository with a query',
      { url: 'https://ghcr.io', apps: { web: { repository: 'web?x=1' } } },
    ],
  ])('is not taken with %s', (_, config) => {
    expect(registrySchema.safeParse(config).success).toBe(false);
  });

  const registry = registrySchema.parse({
    url: 'https://ghcr.io/',
    tokenService: 'https://tokens.example',
    repository: 'example/{app}',
    apps: {
      router: { repository: 'other/router-next' },
      search: { url: 'https://quay.io' },
      web: { url: 'https://registry.example:5000', tokenService: 'https://login.example' },
    },
  });
  it('each app has its place', () => {
    expect(imagePlace(registry, 'frontend')).toEqual({
      url: 'https://ghcr.io',
      tokenService: 'https://tokens.example',
      repository: 'example/frontend',
    });
    expect(imagePlace(registry, 'router').repository).toBe('other/router-next');
    // The tokens of one registry are none of another's.
    expect(imagePlace(registry, 'search')).toMatchObject({ url: 'https://quay.io', tokenService: null });
    expect(imagePlace(registry, 'web')).toMatchObject({ tokenService: 'https://login.example' });
    // Names come from files of the release repo.
    for (const name of ['../x', 'Upper', 'a b', 'a?b', '$&'])
      expect(imagePlace(registry, name).repository).toBe(null);
  });
  it('every registry is named once', () => {
    expect(registryPlaces(registry).map(({ url }) => url)).toEqual([
      'https://ghcr.io',
      'https://quay.io',
      'https://registry.example:5000',
    ]);
    expect(registryPlaces(undefined)).toEqual([]);
  });
});
