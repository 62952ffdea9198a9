import type { Estate } from '../../shared/domain/estate/estate';
import { registryPlaces } from '../../shared/domain/estate/registry-place';

export type NeededCredential = 'ledger' | 'github' | `registry ${string}` | `concourse ${string}`;

/** Which credentials an estate takes from the vault. The practice estate brings its own; a local repo needs none. */
export function neededCredentials(opened: {
  mode: string;
  inPlace: boolean;
  estate: Estate;
}): readonly NeededCredential[] {
  const { mode, inPlace, estate } = opened;
  if (mode === 'practice') return [];
  const remote = !inPlace && /^https?:/.test(estate.ledger.url);
  const github = Boolean(estate.sources?.github ?? estate.ledger.github);
  const registries = new Set(registryPlaces(estate.registry).map(({ url }) => `registry ${url}` as const));
  const concourses = new Set(
    estate.pipelines.flatMap((one) => (one.kind === 'concourse' ? [`concourse ${one.url}` as const] : [])),
  );
  return [
    ...(remote ? (['ledger'] as const) : []),
    ...(github ? (['github'] as const) : []),
    ...registries,
    ...concourses,
  ];
}
