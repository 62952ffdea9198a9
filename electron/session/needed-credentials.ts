import { registryPlaces } from '../../shared/domain/estate/registry-place';
import type { Session, SessionConfig } from './open-session';

/** The practice estate brings its own; a local repo needs none. */
export function neededCredentials({
  mode,
  inPlace,
  estate,
}: Pick<SessionConfig, 'mode' | 'inPlace' | 'estate'>): Session['neededCredentials'] {
  if (mode === 'practice') return [];
  const remote = !inPlace && /^https?:/.test(estate.ledger.url);
  const github = Boolean(estate.sources?.github ?? estate.ledger.github);
  const registries = new Set(registryPlaces(estate.registry).map(({ url }) => `registry ${url}` as const));
  return [...(remote ? (['ledger'] as const) : []), ...(github ? (['github'] as const) : []), ...registries];
}
