import type { ClusterAccess } from '../estate/cluster-access';
import type { RouteConfig } from '../estate/routes';
import type { RouteAccess } from './route';

/** What was asked and answered; `not-asked`: not yet; `failure`: asked, without an answer, and why in a sentence. */
export type Asked<T> = 'not-asked' | { failure: string } | { answer: T };

/**
 * What a person may do to a branch, as far as a reader may see it; `null`: not visible. What binds others but not this
 * person (an admin where admins are not bound, somebody whom a rule lets pass) does not count.
 */
export interface BranchRights {
  permission: 'admin' | 'maintain' | 'write' | 'triage' | 'read' | null;
  archived: boolean;
  protected: boolean | null;
  /** Only a pull request changes it: nearly always with an approving review. */
  needsReview: boolean | null;
  needsCodeOwners: boolean | null;
  /** Pushes, and merges as well, are for others. */
  restrictsPushes: boolean | null;
  allowsAutoMerge: boolean | null;
  /** Kinds of rules that lie on the branch, such as `pull_request`, as rulesets call them. */
  rules: readonly string[];
}

/** A workflow file of GitHub Actions, as somebody may dispatch it. */
export interface WorkflowFileRights {
  /** Whether it is there, and can be run by hand (trigger `workflow_dispatch`). */
  exists: boolean;
  /** Names of its inputs; `null`: not visible, or not readable. */
  inputs: readonly string[] | null;
  /** Whether the person may run it (write on the repo); `null`: not visible. */
  mayRun: boolean | null;
}

/** What is known of a person's routes to one environment for one app. */
export interface RouteFacts {
  app: string;
  environment: string;
  branch: string;
  /** Why this console changes nothing at all; `null`: it may. */
  readOnlyBecause: string | null;
  /** `null`: the estate names no GitHub for the release repo. */
  repo: Asked<BranchRights> | null;
  /** Whether a WorkflowTemplate may be submitted; `null`: the estate names no cluster there. */
  submit: ClusterAccess | null;
  /** `null`: the estate names no GitHub for the apps' repos. */
  workflowFile: Asked<WorkflowFileRights> | null;
  /** The team of the environment, and whether the person is in it; `null`: the estate names none. */
  team: { name: string; membership: Asked<'active' | 'pending' | 'none'> } | null;
  /** What a try in earnest was refused with, until something changed; by kind of route. */
  refused: ReadonlyMap<RouteConfig['kind'], string>;
}

const open: RouteAccess = { state: 'open' };
const closed = (because: string, remedy: string | null): RouteAccess => ({
  state: 'closed',
  because,
  remedy,
});
const unknown = (because: string): RouteAccess => ({ state: 'unknown', because });

const mayWrite = ({ permission }: BranchRights): boolean =>
  permission === 'admin' || permission === 'maintain' || permission === 'write';

const askOwner = 'An owner of the release repo can give you write access.';

/** A commit by the person, straight onto the branch or by a merge without a review. */
function directly({ repo, branch }: RouteFacts): RouteAccess {
  if (repo === null) return unknown('Only trying can tell: the estate file names no GitHub repo to ask.');
  if (repo === 'not-asked') return unknown('Your rights on the release repo have not been checked yet.');
  if ('failure' in repo) return unknown(`Your rights on the release repo are not known: ${repo.failure}`);
  const rights = repo.answer;
  if (rights.archived) return closed('The release repo is archived.', 'An owner can unarchive it.');
  if (rights.permission !== null && !mayWrite(rights))
    return closed(`You have ${rights.permission} access to the release repo, not write.`, askOwner);
  const rules = [
    rights.needsReview ? 'needs a review' : null,
    rights.restrictsPushes ? 'takes commits from a few accounts only' : null,
  ].filter((rule) => rule !== null);
  if (rules.length > 0)
    return closed(
      `${branch} is protected: it ${rules.join(' and ')}.`,
      'An owner of the release repo decides who may pass by.',
    );
  if (rights.protected === false && rights.permission !== null) return open;
  return unknown(
    rights.protected
      ? `${branch} is protected, and its rules are not visible to you: only trying can tell.`
      : 'Only trying can tell.',
  );
}

/** Whoever is not in the environment's team; `null`: it names none, or the person is in it, or that is not known. */
function outsideTeam({ team, environment }: RouteFacts): RouteAccess | null {
  if (!team || typeof team.membership !== 'object' || !('answer' in team.membership)) return null;
  switch (team.membership.answer) {
    case 'active':
      return null;
    case 'pending':
      return closed(
        `Your invitation to the GitHub team ${team.name} is not accepted yet; ${environment} needs it.`,
        'Accept the invitation on GitHub.',
      );
    case 'none':
      return closed(
        `You are not in the GitHub team ${team.name}, which ${environment} needs.`,
        `A maintainer of ${team.name} can add you, or deploy for you.`,
      );
  }
}

function byWorkflow(facts: RouteFacts): RouteAccess {
  const { submit, environment } = facts;
  if (submit === null) return closed(`The estate file has no cluster for ${environment}.`, null);
  switch (submit.state) {
    case 'allowed':
      return open;
    case 'denied':
      return closed(submit.why, `Whoever runs the ${environment} cluster can let you create workflows.`);
    case 'unknown':
      // Argo Workflows' own server tells only when it is tried; its roles go by the same team.
      return (submit.onlyTrying ? outsideTeam(facts) : null) ?? unknown(submit.why);
  }
}

function byActions(facts: RouteFacts): RouteAccess {
  const { workflowFile, team, app } = facts;
  if (workflowFile === null) return closed('The estate file names no GitHub for the apps’ repos.', null);
  const stranger = outsideTeam(facts);
  if (stranger) return stranger;
  if (workflowFile === 'not-asked') return unknown(`${app}’s workflow has not been checked yet.`);
  if ('failure' in workflowFile) return unknown(`${app}’s workflow is not known: ${workflowFile.failure}`);
  const { exists, mayRun } = workflowFile.answer;
  if (!exists) return closed(`${app}’s repo has no such workflow.`, 'Its owners can add it.');
  if (mayRun === false)
    return closed(
      `You may not run workflows in ${app}’s repo: that needs write access.`,
      'An owner of its repo can give it.',
    );
  if (mayRun === null) return unknown('Only trying can tell whether you may run it.');
  if (team && (team.membership === 'not-asked' || 'failure' in team.membership))
    return unknown(
      team.membership === 'not-asked'
        ? `Whether you are in the GitHub team ${team.name} has not been checked yet.`
        : `Whether you are in the GitHub team ${team.name} is not known: ${team.membership.failure}`,
    );
  return open;
}

function byPullRequest({ repo }: RouteFacts): RouteAccess {
  if (repo === null) return closed('The estate file names no GitHub for the release repo.', null);
  if (repo === 'not-asked') return unknown('Your rights on the release repo have not been checked yet.');
  if ('failure' in repo) return unknown(`Your rights on the release repo are not known: ${repo.failure}`);
  const rights = repo.answer;
  if (rights.archived) return closed('The release repo is archived.', 'An owner can unarchive it.');
  if (rights.permission === null) return unknown('Only trying can tell.');
  return mayWrite(rights)
    ? open
    : closed(`You have ${rights.permission} access to the release repo, not write.`, askOwner);
}

/** Whether the person may use a route, by what was asked; nothing is guessed. */
export function routeAccess({ kind }: RouteConfig, facts: RouteFacts): RouteAccess {
  if (facts.readOnlyBecause !== null) return closed(facts.readOnlyBecause, null);
  const refused = facts.refused.get(kind);
  if (refused !== undefined) return closed(refused, null);
  switch (kind) {
    case 'push':
    case 'merge-branch':
      return directly(facts);
    case 'workflow':
      return byWorkflow(facts);
    case 'actions':
      return byActions(facts);
    case 'pull-request':
      return byPullRequest(facts);
  }
}

/** What taking a route means, before the click. @param who the person, as the system of the route knows them. */
export function routeText(route: RouteConfig, who: string): string {
  switch (route.kind) {
    case 'push':
      return `By a push as ${who}, at once.`;
    case 'merge-branch':
      return `By a branch that ${who} merges, at once.`;
    case 'workflow':
      return `Through Argo Workflows (${route.template}) as ${who}. The commit will be by ${route.committer}; usually 20 s.`;
    case 'actions':
      return `Through GitHub Actions (${route.workflow}) as ${who}. The commit will be by ${route.committer}; usually some minutes, longer where an image has to be built.`;
    case 'pull-request':
      return `By a pull request as ${who}. It waits for a review: hours or days.`;
  }
}
