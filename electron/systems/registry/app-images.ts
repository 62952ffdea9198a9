import {
  imagePlace,
  type RegistryConfig,
  type RegistryPlace,
} from '../../../shared/domain/estate/registry-place';
import type { ImageFound } from '../../../shared/domain/ledger/image-found';
import { isImageTag } from '../../../shared/domain/ledger/version';
import type { AnswerLimits } from '../http/bounded-fetch';
import { createRegistry, type Registry } from './registry-client';
import type { RegistrySecret } from './registry-token';
import { registryFailure } from './registry-trouble';

/** The apps' images, in the registries that the estate names. */
export interface AppImages {
  /** Asks the registry for a version's image. Never rejects: what could not be asked is `unknown`, with the reason. */
  look(app: string, version: string, signal: AbortSignal): Promise<ImageFound>;
  /** Uses a registry's sign-in once, and says what came of it. */
  test(place: RegistryPlace, signal: AbortSignal): Promise<{ ok: boolean; text: string }>;
}

/** @param config.secret what the vault keeps for a registry; `null`: nothing, it is asked as anybody. */
export function createAppImages(config: {
  registry: RegistryConfig;
  secret: (place: RegistryPlace) => Promise<RegistrySecret | null>;
  fetch?: typeof fetch | undefined;
  limits?: Partial<AnswerLimits>;
  now: () => number;
}): AppImages {
  const registries = new Map<string, Registry>();
  const registryAt = ({ url, tokenService }: RegistryPlace): Registry => {
    const key = `${url} ${tokenService}`;
    const known = registries.get(key);
    if (known) return known;
    const made = createRegistry({
      url,
      tokenService,
      secret: () => config.secret({ url, tokenService }),
      fetch: config.fetch,
      now: config.now,
      ...(config.limits ? { limits: config.limits } : {}),
    });
    registries.set(key, made);
    return made;
  };
  const hostOf = (url: string): string => new URL(url).host;

  return {
    async look(app, version, signal) {
      const place = imagePlace(config.registry, app);
      const host = hostOf(place.url);
      const { repository } = place;
      const name = `${host}/${repository ?? app}:${version}`;
      if (repository === null)
        return {
          state: 'unknown',
          name,
          because: `${app} can’t be part of a repository’s name: write its repository under registry.apps in signalbox.yaml.`,
        };
      if (!isImageTag(version))
        return { state: 'missing', name, because: `${version.slice(0, 60)} can’t be an image’s tag.` };
      try {
        const found = await registryAt(place).look(repository, version, signal);
        if (found.state === 'there') return { ...found, name };
        const because =
          found.what === 'tag'
            ? `The registry has no image ${name}.`
            : `The registry ${host} has no repository ${repository}.`;
        return { state: 'missing', name, because };
      } catch (error) {
        if (signal.aborted)
          return { state: 'unknown', name, because: `The check of the registry ${host} was cancelled.` };
        const { message, meaning } = registryFailure(error, host);
        return { state: 'unknown', name, because: `${message} ${meaning}` };
      }
    },
    async test(place, signal) {
      const host = hostOf(place.url);
      try {
        const { signedIn } = await registryAt(place).check(signal);
        return {
          ok: true,
          text: signedIn
            ? `The registry ${host} accepted this sign-in.`
            : `The registry ${host} answers without a sign-in. Some images may still need one.`,
        };
      } catch (error) {
        const { message, meaning } = registryFailure(error, host);
        return { ok: false, text: `${message} ${meaning}` };
      }
    },
  };
}
