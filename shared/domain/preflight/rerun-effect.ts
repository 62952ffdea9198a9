import type { Board } from '../board/board';
import { carrierTemplates } from '../hold/hold-state';
import { compareVersions, shortVersion } from '../ledger/version';
import type { Workflow } from '../workflows/workflow';

/** What of a board tells what a workflow would change. */
type Places = {
  cells: readonly { app: string; environment: string; ledger: { version: string | null } | null }[];
  environments: readonly Pick<Board['environments'][number], 'name' | 'before'>[];
};

/** What running a workflow once more leads to. */
export interface RerunEffect {
  text: string;
  /** An environment would go back to an older version, or nobody can say that it would not. */
  goesBack: boolean;
}

const say = (version: string | null): string => (version === null ? 'no version' : shortVersion(version));

/** How an environment changes when a version comes to it, as the end of a sentence. */
function change(environment: string, now: string | null, version: string): RerunEffect {
  if (now === version) return { text: `${environment} already has ${say(version)}`, goesBack: false };
  const order = now === null ? 1 : compareVersions(version, now);
  if (order === null)
    return {
      text: `${environment} changes from ${say(now)} to ${say(version)}; which is newer can’t be determined`,
      goesBack: true,
    };
  return order < 0
    ? { text: `${environment} goes back from ${say(now)} to ${say(version)}`, goesBack: true }
    : { text: `${environment} goes from ${say(now)} to ${say(version)}`, goesBack: false };
}

/**
 * What a workflow would deploy if it ran again, or on: it carries the version and the answers of its own day in its
 * labels and parameters, whatever the environments have by now (docs/argo.md, "What really holds an automatic
 * deploy back").
 * @returns `null`: it deploys nothing.
 */
export function rerunEffect(workflow: Workflow, { cells, environments }: Places): RerunEffect | null {
  const { template, labels, environment } = workflow;
  const told = (name: string): string | undefined =>
    workflow.parameters?.find((one) => one.name === name)?.value ?? labels[name];
  const [app, version] = [told('repoName'), told('imageTag')];
  const isCarrier = carrierTemplates.some((one) => one === template);
  if (!isCarrier && template !== 'post-sync') return null;
  const has = (name: string): string | null =>
    cells.find((cell) => cell.app === app && cell.environment === name)?.ledger?.version ?? null;
  if (!app || !version)
    return {
      text: 'It may deploy a version but does not say which: check its parameters.',
      goesBack: true,
    };
  if (isCarrier) {
    const into = told('environment') ?? environment;
    const { text, goesBack } = change(into, has(into), version);
    return { text: `This run deploys ${say(version)}: ${text}.`, goesBack };
  }
  const tests = `This run tests ${say(version)}.`;
  const here = has(environment);
  const now = here === version ? '' : ` ${environment} now has ${say(here)}.`;
  const next = environments.find(({ before }) => before === environment);
  const isHeld = told('promoteDeployment') === 'false' || told('automaticDeploysEnabled') === 'false';
  // Drafts never promote.
  if (!next || isHeld || (told('application') ?? '').startsWith('draft-'))
    return here === version ? null : { text: `${tests}${now} It promotes nothing.`, goesBack: false };
  const { text, goesBack } = change(next.name, has(next.name), version);
  return { text: `${tests}${now} If it passes, ${text}.`, goesBack };
}
