import { answer, type Exchange, GatewayError } from '../gateway';
import { type ArgoAction, argoActions, argoResources, type Backend, permits } from './backend';

/** `GET /api/v1/account/can-i/…` (argo-cd, `server/account/account.go`, `CanI`). */
export function canI(backend: Backend, exchange: Exchange): void {
  const { resource = '', action = '' } = exchange.path;
  const isKnown = (list: readonly string[], one: string): void => {
    if (!list.includes(one))
      throw new GatewayError('InvalidArgument', `[${list.join(' ')}] does not contain ${one}`);
  };
  isKnown(argoActions, action);
  isKnown(argoResources, resource);
  const isPermitted = permits(backend.person(exchange), action as ArgoAction);
  answer(exchange.response, { value: isPermitted ? 'yes' : 'no' });
}
