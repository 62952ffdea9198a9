import { type Failure, FailureError } from '../../shared/domain/failure/failure';
import type { Connection } from '../systems/kubernetes/types';

/** Why nothing is asked of a Kubernetes API: the estate file names no context for the environment. */
export const noKubernetes = (environment: string): Failure => ({
  code: 'not-configured',
  message: `No Kubernetes API in the estate file for ${environment}.`,
  meaning: 'Signalbox does not ask it for Deployments and pods, or for anything else there.',
  next: [{ do: 'advice', label: 'Add a kubeconfig’s context to the estate file to see more.' }],
});

/** A connection to nowhere: each request fails in words, and nothing is sent. */
export function withoutKubernetes(environment: string): Connection {
  const refuse = async (): Promise<never> => {
    throw new FailureError(noKubernetes(environment));
  };
  return {
    context: '',
    server: '',
    namespace: 'default',
    insecure: false,
    open: refuse,
    json: refuse,
    close: () => undefined,
  };
}
