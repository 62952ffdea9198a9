import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { covers, type FrozenPlace } from '../../shared/domain/freeze/freeze';
import type { FreezeView } from '../../shared/domain/freeze/freeze-view';
import type { FreezeIntent } from '../../shared/domain/operation/intent';
import { queryOf } from './query-client';

/** Milliseconds between two looks: a freeze begins and ends by the clock alone. */
const looks = 15_000;

/** Every freeze of the estate, with how far it works. */
export const useFreezes = () => useQuery({ ...queryOf('freezes.list', {}), refetchInterval: looks });

/** Where something is deployed to. `pipelines`: left out, every pipeline that goes through the environment. */
export type Place = Omit<FrozenPlace, 'pipelines'> & Partial<Pick<FrozenPlace, 'pipelines'>>;

function isAbout(freeze: FreezeView, { environment, apps, pipelines }: Place): boolean {
  if (pipelines) return covers(freeze, { environment, apps, pipelines });
  return freeze.environments.includes(environment) && (freeze.app === null || apps.includes(freeze.app));
}

/** The freezes in force that are about a place, and the team's time zone. */
export function useFrozen(place: Place | null): { freezes: readonly FreezeView[]; timeZone: string } {
  const { data } = useFreezes();
  return {
    timeZone: data?.timeZone ?? 'Europe/London',
    freezes: place
      ? (data?.freezes ?? []).filter((one) => one.phase === 'active' && isAbout(one, place))
      : [],
  };
}

/** What speaks against a change of freezes, and what it comes to; `null` while it is not complete. */
export const useFreezePreview = (intent: FreezeIntent | null) =>
  useQuery({
    ...queryOf('freezes.preview', intent as FreezeIntent),
    enabled: intent !== null,
    placeholderData: keepPreviousData,
  });
