import type { Build, Job } from './model';

/** Node ids of a build's plan, in the order of its steps. */
export interface PlanIds {
  gets: ReadonlyMap<string, string>;
  /** By the place of the step in the job's config; `after`: the `get` that follows a `put`. */
  steps: readonly { id: string; after: string | null }[];
}

/**
 * The plan of a build as the API shows it (`atc/public_plan.go`), without what steps are configured with.
 * @param nextId makes the next node's id
 */
export function planOf(build: Build, nextId: () => string): { plan: unknown; ids: PlanIds } {
  const { config } = build.job;
  const gets = new Map<string, string>();
  const getNodes = build.inputs.map(({ name, version }) => {
    const id = nextId();
    gets.set(name, id);
    return { id, get: { name, type: 'practice', resource: name, version: version.value } };
  });
  const steps: { id: string; after: string | null }[] = [];
  const nodes: unknown[] =
    getNodes.length > 1 ? [{ id: nextId(), in_parallel: { steps: getNodes } }] : [...getNodes];
  for (const step of config.steps) {
    const id = nextId();
    if (step.kind === 'task') {
      steps.push({ id, after: null });
      nodes.push({ id, task: { name: step.name, privileged: false, hermetic: false } });
    } else {
      const after = nextId();
      const named = { name: step.resource, type: 'practice', resource: step.resource };
      steps.push({ id, after });
      nodes.push({
        id: nextId(),
        on_success: { step: { id, put: named }, on_success: { id: after, get: named } },
      });
    }
  }
  const [only] = nodes;
  const whole = nodes.length === 1 ? only : { id: nextId(), do: nodes };
  return { plan: { schema: 'exec.v2', plan: whole }, ids: { gets, steps } };
}

/** What the API shows of a job's inputs with `…/jobs/:job/inputs`: sources with their credentials are among it. */
export const jobInputs = (job: Job): object[] =>
  job.config.inputs.flatMap(({ resource: name }) => {
    const version = job.nextInputs.get(name);
    const source = job.pipeline.resources.find(({ config }) => config.name === name)?.config.source;
    return typeof version === 'object'
      ? [{ name, resource: name, type: 'practice', source, version: version.value }]
      : [];
  });
