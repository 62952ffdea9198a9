import { z } from 'zod';

/** Scheme, host and port: the API of a registry begins at the root of its host (OCI distribution specification, "API"). */
const registryUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
  .refine((url) => /^https?:\/\/[^/?#@]+\/?$/i.test(url), {
    error:
      'must be scheme, host and port alone, without a user: what follows the host belongs into `repository`',
  });

/** OCI distribution specification, "Pulling manifests": `<name>`; with `{app}` put in as a letter. */
const repositoryName = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const isRepository = (text: string): boolean => text.length <= 255 && repositoryName.test(text);
const nameRule = 'must be lower-case letters, digits, ".", "_", "-" and "/", as registries take it';

/** An app whose image lies elsewhere. What is left out is as for the others. */
const appPlaceSchema = z.strictObject({
  url: registryUrl.optional().describe('Its registry. Missing: as for the others.'),
  tokenService: registryUrl.optional().describe('Where that registry sends for tokens.'),
  repository: z
    .string()
    .refine(isRepository, { error: nameRule })
    .optional()
    .describe('Its repository. Missing: as for the others.'),
});

/**
 * Where the apps' images are, in any registry that speaks the OCI distribution API (GHCR, Amazon ECR, Docker Hub as
 * `https://registry-1.docker.io`, GitLab, Harbor …). With it a version counts as published when its image is there, and
 * bags hold the digests that the registry tells. The sign-in is kept in the vault, by registry; without one it is asked
 * as anybody.
 */
export const registrySchema = z.strictObject({
  url: registryUrl.describe('The registry: scheme, host and port alone, such as `https://ghcr.io`.'),
  tokenService: registryUrl
    .optional()
    .describe(
      'Where it sends for tokens when that is another host than its own, as GitLab’s does. Docker Hub’s is known.',
    ),
  repository: z
    .string()
    .refine((text) => text.split('{app}').length === 2, { error: 'must contain {app} once' })
    .refine((text) => isRepository(text.replace('{app}', 'a')), { error: nameRule })
    .default('{app}')
    .describe('The repository of an app’s images, such as `example/{app}`; the tag is the version.'),
  apps: z
    .record(z.string().min(1), appPlaceSchema)
    .default({})
    .describe('Apps whose images lie elsewhere, by name.'),
});
export type RegistryConfig = z.infer<typeof registrySchema>;

/** A registry as it is asked: both are origins. */
export interface RegistryPlace {
  url: string;
  tokenService: string | null;
}

const placeOf = (url: string, tokenService: string | undefined): RegistryPlace => ({
  url: new URL(url).origin,
  tokenService: tokenService === undefined ? null : new URL(tokenService).origin,
});

/** Where an app's image is; `repository` is `null` where the app's name can't stand in one. */
export function imagePlace(
  registry: RegistryConfig,
  app: string,
): RegistryPlace & { repository: string | null } {
  const own = Object.hasOwn(registry.apps, app) ? registry.apps[app] : undefined;
  // Another registry has its tokens elsewhere, too.
  const tokenService = own?.tokenService ?? (own?.url === undefined ? registry.tokenService : undefined);
  const repository = own?.repository ?? registry.repository.replace('{app}', () => app);
  return {
    ...placeOf(own?.url ?? registry.url, tokenService),
    repository: isRepository(repository) ? repository : null,
  };
}

/** Every registry that an estate names, once. */
export function registryPlaces(registry: RegistryConfig | undefined): RegistryPlace[] {
  if (!registry) return [];
  const all = [null, ...Object.keys(registry.apps)].map((app) => {
    const { url, tokenService } =
      app === null ? placeOf(registry.url, registry.tokenService) : imagePlace(registry, app);
    return { url, tokenService };
  });
  return all.filter(
    (one, index) =>
      all.findIndex(({ url, tokenService }) => url === one.url && tokenService === one.tokenService) ===
      index,
  );
}
