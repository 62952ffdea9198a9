import type { ConsentRequest, GivenConsent, WaitingConsent } from '../../shared/domain/estate/consent';
import { FailureError } from '../../shared/domain/failure/failure';
import type { TrustGate } from '../systems/kubernetes/trust';

/** Where what was allowed lies between starts. */
export interface ConsentStore {
  get(): readonly GivenConsent[];
  /** @throws FailureError where it cannot be written. */
  set(given: readonly GivenConsent[]): void;
}

/** Answers that are forgotten when the estate is closed. */
export function passingStore(): ConsentStore {
  let given: readonly GivenConsent[] = [];
  return {
    get: () => given,
    set: (all) => {
      given = all;
    },
  };
}

/** What kubeconfigs of estates may have this computer do: asked once for each content, and remembered by its hash. */
export interface Consents {
  /** The gate of one environment's cluster. */
  gateOf(environment: string): TrustGate;
  waiting(): WaitingConsent[];
  given(): readonly GivenConsent[];
  /** Allows what waits under a hash. @throws FailureError `not-found`: nothing does, since it changed meanwhile. */
  allow(hash: string): void;
  /** Nothing is run by it from now on. */
  withdraw(hash: string): void;
  /** Called when something waits, waits no more, was allowed or withdrawn. Returns the unsubscribe. */
  onChange(listener: () => void): () => void;
}

/** Answers that are kept: the oldest go first. */
const mostGiven = 500;

export function createConsents(store: ConsentStore, now: () => Date): Consents {
  const asked = new Map<string, ConsentRequest>();
  const gates = new Map<string, Set<() => void>>();
  const listeners = new Set<() => void>();
  const isGiven = (hash: string): boolean => store.get().some((one) => one.hash === hash);
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  /** The answer under a hash changed: clusters that asked for it begin again. */
  const answered = (hash: string): void => {
    for (const [environment, request] of asked)
      if (request.hash === hash) for (const listener of [...(gates.get(environment) ?? [])]) listener();
    tell();
  };
  return {
    gateOf: (environment) => ({
      permits(request) {
        const before = asked.get(environment)?.hash;
        if (request === null) asked.delete(environment);
        else asked.set(environment, request);
        if (before !== request?.hash) tell();
        return request === null || isGiven(request.hash);
      },
      onChange(listener) {
        const own = gates.get(environment) ?? new Set();
        gates.set(environment, own.add(listener));
        return () => own.delete(listener);
      },
    }),
    waiting() {
      const given = store.get();
      const found = new Map<string, WaitingConsent>();
      for (const [environment, request] of asked) {
        if (given.some(({ hash }) => hash === request.hash)) continue;
        const known = found.get(request.hash);
        if (known) known.environments.push(environment);
        else {
          const before = given.findLast(
            ({ kubeconfig, context }) => kubeconfig === request.kubeconfig && context === request.context,
          );
          found.set(request.hash, {
            ...request,
            environments: [environment],
            changedSince: before?.at ?? null,
          });
        }
      }
      return [...found.values()];
    },
    given: () => store.get(),
    allow(hash) {
      const request = [...asked.values()].find((one) => one.hash === hash);
      if (!request)
        throw new FailureError({
          code: 'not-found',
          message: 'The kubeconfig changed after you opened this.',
          meaning: 'Nothing was allowed and nothing ran.',
          next: [{ do: 'advice', label: 'Review it, then decide again.' }],
        });
      if (isGiven(hash)) return;
      store.set([...store.get(), { ...request, at: now().toISOString() }].slice(-mostGiven));
      answered(hash);
    },
    withdraw(hash) {
      store.set(store.get().filter((one) => one.hash !== hash));
      answered(hash);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
