import type { ClusterStore } from '../cluster/store';
import { substituted } from './expressions';
import type { Template, WorkflowSpec, WorkflowStep, WorkflowTemplate } from './kubernetes-shapes';

/** Where a template is run: what its names and parameters mean there. */
export interface Scope {
  /** Templates that `template:` names are looked up here. */
  spec: WorkflowSpec;
  /** `namespaced/<WorkflowTemplate>` or `local/<workflow>`. */
  name: string;
  inputs: ReadonlyMap<string, string>;
  boundary?: string;
  /** Exit handlers run on after `Stop`. */
  exit: boolean;
}

/** The template that a step names; a text says why there is none. */
export function resolved(
  store: ClusterStore,
  namespace: string | undefined,
  step: WorkflowStep,
  scope: Scope,
): { template: Template; spec: WorkflowSpec; name: string } | string {
  if (step.templateRef) {
    const { name } = step.templateRef;
    const found = store.get<WorkflowTemplate>('WorkflowTemplate', namespace, name);
    if (!found) return `workflowtemplates.argoproj.io "${name}" not found`;
    const template = found.spec.templates?.find((one) => one.name === step.templateRef?.template);
    if (!template) return `template ${step.templateRef.template} not found in workflow template ${name}`;
    return { template, spec: found.spec, name: `namespaced/${name}` };
  }
  const template = scope.spec.templates?.find((one) => one.name === step.template);
  if (!template) return `template name ${step.template ?? ''} undefined`;
  return { template, spec: scope.spec, name: scope.name };
}

/**
 * A template's inputs by name; a text says which is missing.
 * @param workflow values that are known in the whole workflow.
 */
export function inputsOf(
  template: Template,
  step: WorkflowStep,
  scope: Scope,
  workflow: ReadonlyMap<string, string>,
): Map<string, string> | string {
  const inputs = new Map<string, string>();
  const values = valuesIn(scope, workflow);
  for (const { name, value, default: fallback } of template.inputs?.parameters ?? []) {
    const given = step.arguments?.parameters?.find((one) => one.name === name)?.value;
    // An entrypoint's inputs are filled with the workflow's parameters of the same name.
    const found = given ?? value ?? workflow.get(`workflow.parameters.${name}`) ?? fallback;
    if (found === undefined) return `inputs.parameters.${name} was not supplied`;
    inputs.set(name, substituted(found, values));
  }
  return inputs;
}

/** What `{{…}}` means in a scope. */
export function valuesIn(scope: Scope, workflow: ReadonlyMap<string, string>): Map<string, string> {
  const values = new Map(workflow);
  for (const [name, value] of scope.inputs) values.set(`inputs.parameters.${name}`, value);
  return values;
}
