import type { Estate } from './estate';

/** The estate as far as the order of environments goes. */
export type Chains = Pick<Estate, 'pipelines' | 'environments'>;

/** The environment before another one in its chain of apps; `null` for the first, and for one that is in no chain. */
export function environmentBefore(estate: Chains, environment: string): string | null {
  for (const pipeline of estate.pipelines.filter(({ kind }) => kind === 'apps')) {
    const place = pipeline.environments.indexOf(environment);
    if (place > 0) return pipeline.environments[place - 1] ?? null;
  }
  return null;
}

/** The first environment of the chain of apps that holds this one; itself when it is in no chain. */
export function firstOfChain(estate: Chains, environment: string): string {
  const pipeline = estate.pipelines.find(
    ({ kind, environments }) => kind === 'apps' && environments.includes(environment),
  );
  return pipeline?.environments[0] ?? environment;
}

/** The first pipeline that an environment belongs to; `null` when it is in no chain. */
export function pipelineOf(
  estate: Chains,
  environment: string,
): Pick<Estate['pipelines'][number], 'name' | 'kind'> | null {
  const found = estate.pipelines.find(({ environments }) => environments.includes(environment));
  return found ? { name: found.name, kind: found.kind } : null;
}

/**
 * Every environment that has image tags once, in the order of travel: those of the pipelines first, the others as the
 * estate lists them. One that only a Concourse deploys to has none.
 */
export function environmentsInOrder(estate: Chains): string[] {
  const order = estate.pipelines.flatMap(({ kind, environments }) =>
    kind === 'concourse' ? [] : environments,
  );
  const others = estate.environments.filter(
    ({ name }) => pipelineOf(estate, name)?.kind !== 'concourse' || order.includes(name),
  );
  return [...new Set([...order, ...others.map((one) => one.name)])];
}
