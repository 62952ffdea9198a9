import type { Estate } from './estate';

/** Absolute here or on another system, or in the person's home. */
const isAbsolute = (named: string): boolean => /^(?:[/\\]|~[/\\]|[A-Za-z]:[/\\])/.test(named);

/** Programs and kubeconfigs that an estate names relative to its file, each in a sentence's words. */
export function relativePlaces({ environments }: Pick<Estate, 'environments'>): string[] {
  return environments.flatMap(({ name, cluster }) => {
    const program = cluster?.exec?.wrapper[0];
    return [
      ...(program !== undefined && /[/\\]/.test(program) && !isAbsolute(program)
        ? [`the wrapper \u201c${program}\u201d of ${name}`]
        : []),
      ...(cluster?.kubeconfig !== undefined && !isAbsolute(cluster.kubeconfig)
        ? [`the kubeconfig \u201c${cluster.kubeconfig}\u201d of ${name}`]
        : []),
    ];
  });
}
