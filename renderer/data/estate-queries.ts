import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { InputOf } from '../../shared/contract/contract';
import type { Estates } from '../../shared/contract/estates';
import { call } from './call';
import { queryOf } from './query-client';

/** Which estate is open, and which ones were. */
export const useEstates = () => useQuery(queryOf('estates.get', {}));

type EstateActionName =
  | 'estates.open'
  | 'estates.open-file'
  | 'estates.close'
  | 'estates.forget'
  | 'estates.accept-change'
  | 'estates.adopt';

function useEstateAction<N extends EstateActionName>(name: N) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: InputOf<N>) => call(name, input) as Promise<Estates>,
    onSuccess: (estates) => client.setQueryData(queryOf('estates.get', {}).queryKey, estates),
    // A failed opening leaves none open.
    onError: () => void client.invalidateQueries({ queryKey: ['estates.get'] }),
  });
}

export const useOpenEstate = () => useEstateAction('estates.open');
export const useOpenEstateFile = () => useEstateAction('estates.open-file');
export const useCloseEstate = () => useEstateAction('estates.close');
export const useForgetEstate = () => useEstateAction('estates.forget');
export const useAdoptDetected = () => useEstateAction('estates.adopt');
export const useDetect = () =>
  useMutation({ mutationFn: (environment: string) => call('estates.detect', { environment }) });
export const useAcceptEstateChange = () => useEstateAction('estates.accept-change');
