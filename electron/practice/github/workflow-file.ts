import { parse } from 'yaml';
import { z } from 'zod';

const inputSchema = z.object({
  required: z.boolean().default(false),
  default: z.union([z.string(), z.boolean(), z.number()]).optional(),
  options: z.array(z.string()).optional(),
});
const fileSchema = z.object({
  name: z.string().optional(),
  'run-name': z.string().optional(),
  on: z.unknown(),
  jobs: z
    .record(
      z.string(),
      z.object({
        name: z.string().optional(),
        needs: z.union([z.string(), z.array(z.string())]).default([]),
        environment: z.union([z.string(), z.object({ name: z.string() })]).optional(),
        steps: z.array(z.object({ name: z.string().optional() }).loose()).default([]),
      }),
    )
    .default({}),
});

/** A file below `.github/workflows`, as far as the practice estate runs it. */
export interface WorkflowFile {
  /** `.github/workflows/<file>`. */
  path: string;
  name: string;
  runName: string | null;
  /** Inputs of the trigger `workflow_dispatch`, by name; `null` where it lacks the trigger. */
  inputs: ReadonlyMap<string, z.output<typeof inputSchema>> | null;
  /** `needs` are keys of jobs that come before it in the file: others are not waited for. */
  jobs: readonly {
    key: string;
    name: string;
    needs: readonly string[];
    /** The GitHub environment that it deploys to, which may want an approval first. */
    environment: string | null;
    steps: readonly string[];
  }[];
}

/** Reads a workflow file. @returns `null` where it is none. */
export function parseWorkflowFile(path: string, text: string): WorkflowFile | null {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return null;
  }
  const file = fileSchema.safeParse(value);
  if (!file.success) return null;
  const { name = path, 'run-name': runName = null, on, jobs } = file.data;
  return {
    path,
    name,
    runName,
    inputs: dispatchInputs(on),
    jobs: Object.entries(jobs).map(([key, job], index, all) => ({
      key,
      name: job.name ?? key,
      needs: [job.needs].flat().filter((one) => all.slice(0, index).some(([before]) => before === one)),
      environment: (typeof job.environment === 'object' ? job.environment.name : job.environment) ?? null,
      steps: job.steps.map((step, index) => step.name ?? `Run step ${index + 1}`),
    })),
  };
}

/** `on` may be a name, a list of names, or a map with what each trigger takes. */
function dispatchInputs(on: unknown): WorkflowFile['inputs'] {
  const trigger = 'workflow_dispatch';
  if (on === trigger || (Array.isArray(on) && on.includes(trigger))) return new Map();
  if (typeof on !== 'object' || on === null || !Object.hasOwn(on, trigger)) return null;
  const given = z
    .object({ inputs: z.record(z.string(), inputSchema.nullable()).optional() })
    .nullable()
    .safeParse((on as Record<string, unknown>)[trigger]);
  const inputs = given.success ? (given.data?.inputs ?? {}) : {};
  return new Map(
    Object.entries(inputs).map(([name, input]) => [name, input ?? { required: false }] as const),
  );
}

/**
 * What a dispatch with these inputs runs with: what was given, and the defaults.
 * @returns why it is refused, in GitHub's words, as a text
 */
export function dispatchValues(
  file: WorkflowFile,
  given: Record<string, unknown>,
): Map<string, string> | string {
  const { inputs } = file;
  if (!inputs) return "Workflow does not have 'workflow_dispatch' trigger";
  const unexpected = Object.keys(given).filter((name) => !inputs.has(name));
  if (unexpected.length > 0) return `Unexpected inputs provided: ${JSON.stringify(unexpected)}`;
  const values = new Map<string, string>();
  for (const [name, { required, default: fallback, options }] of inputs) {
    const value = given[name] ?? fallback;
    if (value === undefined) {
      if (required) return `Required input '${name}' not provided`;
      continue;
    }
    const text = String(value);
    if (options && !options.includes(text))
      return `Provided value '${text}' for input '${name}' not in the list of allowed values`;
    values.set(name, text);
  }
  return values;
}

/** A text of a workflow file with the inputs filled in that it names. */
export const withInputs = (text: string, values: ReadonlyMap<string, string>): string =>
  text.replace(
    /\$\{\{\s*(?:github\.event\.)?inputs\.([\w-]+)\s*\}\}/g,
    (_, name: string) => values.get(name) ?? '',
  );

/** The title of a run: `run-name` with its inputs filled in, or the workflow's name. */
export function runTitle(file: WorkflowFile, values: ReadonlyMap<string, string>): string {
  return withInputs(file.runName ?? '', values).trim() || file.name;
}
