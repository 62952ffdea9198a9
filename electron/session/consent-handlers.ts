import type { consentProcedures } from '../../shared/contract/consent';
import type { OutputOf } from '../../shared/contract/contract';
import type { Handlers } from '../ipc/dispatcher';
import type { Consents } from './consents';

/** Handlers of what the person allows kubeconfigs to do. */
export function consentHandlers(consents: Consents): Pick<Handlers, keyof typeof consentProcedures> {
  const all = (): OutputOf<'consent.list'> => ({ waiting: consents.waiting(), given: [...consents.given()] });
  return {
    'consent.list': all,
    'consent.allow': ({ hash }) => {
      consents.allow(hash);
      return all();
    },
    'consent.withdraw': ({ hash }) => {
      consents.withdraw(hash);
      return all();
    },
  };
}
