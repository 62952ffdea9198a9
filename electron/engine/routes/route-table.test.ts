import { describe, expect, it } from 'vitest';
import type { RouteConfig, RouteKind } from '../../../shared/domain/estate/routes';
import { routeSchema } from '../../../shared/domain/estate/routes';
import { type Failure, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import { ownCommitFindings } from '../../../shared/domain/preflight/preflight-route';
import type { BranchRights, WorkflowFileRights } from '../../../shared/domain/route/route-access';
import type { RepoRights } from '../../systems/github/repo-rights';
import { createRoutes, type Routes } from './routes';

/**
 * Routes × rights × changes: which way is taken, which are closed, why, and who can open them. Rights are what GitHub and
 * the cluster answer; all that follows from them is the code of the console.
 */
const kinds = ['push', 'merge-branch', 'workflow', 'actions', 'pull-request'] as const;
const team = 'gov-uk-production-deploy';

/** What GitHub and the cluster of production answer somebody. */
interface Person {
  branch: Result<BranchRights>;
  submit: { state: 'allowed' | 'denied' | 'unknown'; why: string };
  team: Result<'active' | 'pending' | 'none'>;
  file: Result<WorkflowFileRights>;
  readOnlyBecause?: string;
}
const free: BranchRights = {
  permission: 'write',
  archived: false,
  protected: false,
  needsReview: false,
  needsCodeOwners: false,
  restrictsPushes: false,
  allowsAutoMerge: true,
  rules: [],
};
const guarded = { ...free, protected: true, needsReview: true, restrictsPushes: true };
const mayRun = ok({ exists: true, inputs: ['gitRef', 'environment'], mayRun: true });
const submits = { state: 'allowed', why: 'Granted.' } as const;
const noWorkflows = { state: 'denied', why: 'You may not create workflows in apps.' } as const;
const noToken: Failure = {
  code: 'unauthorised',
  message: 'No GitHub token is set.',
  meaning: 'GitHub was not asked.',
  next: [],
};

const people = {
  everything: { branch: ok(free), submit: submits, team: ok('active'), file: mayRun },
  'govuk, in the team': { branch: ok(guarded), submit: submits, team: ok('active'), file: mayRun },
  'govuk, not in the team': { branch: ok(guarded), submit: noWorkflows, team: ok('none'), file: mayRun },
  'pods only': { branch: ok(guarded), submit: noWorkflows, team: ok('active'), file: mayRun },
  'no GitHub token': {
    branch: fail(noToken),
    submit: submits,
    team: fail(noToken),
    file: fail(noToken),
  },
  'reads the release repo': {
    branch: ok({ ...free, permission: 'read' }),
    submit: submits,
    team: ok('active'),
    file: mayRun,
  },
  'opened read-only': {
    branch: ok(free),
    submit: submits,
    team: ok('active'),
    file: mayRun,
    readOnlyBecause: 'This release repo was opened for reading only.',
  },
} satisfies Record<string, Person>;
type Who = keyof typeof people;

/** The routes of a person to production, all that they depend on asked. `push` and `merge-branch` exclude each other. */
async function routesOf(who: Who, landing: 'push' | 'merge-branch'): Promise<Routes> {
  const person: Person = people[who];
  const rights: RepoRights = {
    user: async () => ok({ login: 'priya', id: null, emails: [], scopes: [] }),
    branch: async () => person.branch,
    team: async () => person.team,
    workflowFile: async () => person.file,
  };
  const routes: RouteConfig[] = kinds
    .filter((kind) => kind === landing || (kind !== 'push' && kind !== 'merge-branch'))
    .map((kind) => routeSchema.parse({ kind }));
  const access = { action: 'submit-workflow', asked: true, ...person.submit };
  const made = createRoutes({
    estate: {
      ledger: { branch: 'main', landing, routes, github: { owner: 'o', repo: 'r' } },
      environments: [{ name: 'production', team: { org: 'o', team } }],
      pipelines: [{ kind: 'apps', name: 'p', environments: ['production'] }],
      sources: { github: { owner: 'o' } },
    } as unknown as Parameters<typeof createRoutes>[0]['estate'],
    clusters: new Map([['production', { view: { access: () => access } }]]) as unknown as Parameters<
      typeof createRoutes
    >[0]['clusters'],
    rights,
    readOnlyBecause: () => person.readOnlyBecause ?? null,
    person: () => 'Priya',
    now: () => new Date(0),
  });
  const { signal } = new AbortController();
  await made.ask(change.deploy, signal);
  await made.askOwnCommit(signal);
  return made;
}

const cell = { app: 'frontend', environment: 'production', reason: 'x' };
const versioned = { ...cell, version: 'v1', expected: 'v2', override: [] };
const change = {
  deploy: { kind: 'deploy', ...versioned },
  promote: { kind: 'promote', ...versioned, from: 'staging' },
  rollback: { kind: 'rollback', ...versioned },
  hold: { kind: 'hold', ...cell },
  'release a hold': { kind: 'release-hold', ...cell },
} as const satisfies Record<string, AppIntent>;
type Change = keyof typeof change;

const accessOf = (routes: Routes, kind: RouteKind) => {
  const found = routes.plan(change.deploy).routes.find((one) => one.kind === kind)?.access;
  if (!found) throw new Error(`no ${kind}`);
  if (found.state === 'open') return 'open';
  const remedy = found.state === 'closed' && found.remedy ? ` ${found.remedy}` : '';
  return `${found.state}: ${found.because}${remedy}`;
};

const isProtected =
  /^closed: main is protected: it needs a review and takes commits from a few accounts only\. An owner of the release repo decides who may pass by\.$/;
const noCreate =
  /^closed: You may not create workflows in apps\. Whoever runs the production cluster can let you create workflows\.$/;
const notInTeam =
  /^closed: You are not in the GitHub team gov-uk-production-deploy, which production needs\. A maintainer of gov-uk-production-deploy can add you, or deploy for you\.$/;
const notAsked = /^unknown: .* not known: No GitHub token is set\. GitHub was not asked\.$/;
const readsOnly =
  /^closed: You have read access to the release repo, not write\. An owner of the release repo can give you write access\.$/;
const readOnly = /^closed: This release repo was opened for reading only\.$/;
const open = /^open$/;

/** By person: push, merge-branch, workflow, actions, pull-request. */
const access: Record<Who, [RegExp, RegExp, RegExp, RegExp, RegExp]> = {
  everything: [open, open, open, open, open],
  'govuk, in the team': [isProtected, isProtected, open, open, open],
  'govuk, not in the team': [isProtected, isProtected, noCreate, notInTeam, open],
  'pods only': [isProtected, isProtected, noCreate, open, open],
  'no GitHub token': [notAsked, notAsked, open, notAsked, notAsked],
  'reads the release repo': [readsOnly, readsOnly, open, open, readsOnly],
  'opened read-only': [readOnly, readOnly, readOnly, readOnly, readOnly],
};

describe('whether somebody may take a way to production', () => {
  const rows = (Object.keys(access) as Who[]).flatMap((who) =>
    kinds.map((kind, index) => [who, kind, access[who][index]] as const),
  );
  it.each(rows)('%s: %s', async (who, kind, expected) => {
    const routes = await routesOf(who, kind === 'merge-branch' ? 'merge-branch' : 'push');
    expect(accessOf(routes, kind)).toMatch(expected ?? /never/);
  });
});

/** The way that is taken, and for a rollback by a bot how its hold lands; `null`: none can carry it. */
type Taken = RouteKind | null | `${RouteKind} + ${RouteKind | 'nothing'}`;
const nothing: Record<Change, Taken> = {
  deploy: null,
  promote: null,
  rollback: null,
  hold: null,
  'release a hold': null,
};
/** With a push first, and with a merged branch first. What only trying tells of is tried in its turn. */
const taken: Record<Who, [Record<Change, Taken>, Record<Change, Taken>]> = {
  everything: [all('push'), all('merge-branch')],
  'govuk, in the team': both({
    version: 'workflow',
    rollback: 'workflow + pull-request',
    files: 'pull-request',
  }),
  'govuk, not in the team': both({
    version: 'pull-request',
    rollback: 'pull-request',
    files: 'pull-request',
  }),
  'pods only': both({ version: 'actions', rollback: 'actions + pull-request', files: 'pull-request' }),
  'no GitHub token': [all('push'), all('merge-branch')],
  'reads the release repo': both({ version: 'workflow', rollback: 'workflow + nothing', files: null }),
  'opened read-only': [nothing, nothing],
};
function all(kind: RouteKind): Record<Change, Taken> {
  return { deploy: kind, promote: kind, rollback: kind, hold: kind, 'release a hold': kind };
}
function both(by: {
  version: Taken;
  rollback: Taken;
  files: Taken;
}): [Record<Change, Taken>, Record<Change, Taken>] {
  const one = {
    deploy: by.version,
    promote: by.version,
    rollback: by.rollback,
    hold: by.files,
    'release a hold': by.files,
  };
  return [one, one];
}

describe('which way is taken', () => {
  const rows = (Object.keys(taken) as Who[]).flatMap((who) =>
    (['push', 'merge-branch'] as const).flatMap((landing, index) =>
      (Object.keys(change) as Change[]).map(
        (what) => [who, what, landing, taken[who][index]?.[what]] as const,
      ),
    ),
  );
  it.each(rows)('%s: %s, where %s comes first', async (who, what, landing, expected) => {
    const plan = (await routesOf(who, landing)).plan(change[what]);
    const rest = plan.rest ? ` + ${plan.rest.taken ?? 'nothing'}` : '';
    expect(plan.taken === null ? null : `${plan.taken}${rest}`).toBe(expected ?? null);
    // A bot carries one version and nothing else.
    const carry = plan.routes.filter(({ carries }) => carries).map(({ kind }) => kind);
    const isVersion = what === 'deploy' || what === 'promote' || what === 'rollback';
    expect(carry).toEqual(
      [landing, ...(isVersion ? ['workflow', 'actions'] : []), 'pull-request'].sort(
        (a, b) => kinds.indexOf(a as RouteKind) - kinds.indexOf(b as RouteKind),
      ),
    );
  });
});

/** What no bot and no review carries: a lock, a bag's records, records that move (where they lie beside the image tags). */
describe('a commit of the person’s own, for locks, bags and records that are moved', () => {
  const rows: [Who, RegExp | null][] = [
    ['everything', null],
    ['govuk, in the team', /^main is protected: .* who may pass by\./],
    ['govuk, not in the team', /^main is protected/],
    ['pods only', /^main is protected/],
    ['no GitHub token', null],
    ['reads the release repo', /^You have read access to the release repo, not write\. An owner/],
  ];
  it.each(rows)('%s', async (who, expected) => {
    for (const landing of ['push', 'merge-branch'] as const)
      for (const what of ['records', 'image-tags'] as const) {
        const own = (await routesOf(who, landing)).ownCommit();
        const found = ownCommitFindings(own, what);
        if (expected === null) expect(found).toEqual([]);
        else {
          expect(found).toMatchObject([{ code: 'route-closed', level: 'block', overridable: false }]);
          expect(found[0]?.message).toMatch(expected);
        }
      }
  });
});
