import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RouteConfig, RouteKind } from '../estate/routes';
import { routeSchema } from '../estate/routes';
import { chooseRoute } from './choose-route';
import { isByBot, type RouteAccess, type RouteNeed, type RouteView } from './route';
import { type BranchRights, type RouteFacts, routeAccess } from './route-access';

const rights: BranchRights = {
  permission: 'write',
  archived: false,
  protected: false,
  needsReview: false,
  needsCodeOwners: false,
  restrictsPushes: false,
  allowsAutoMerge: false,
  rules: [],
};
const allowed = { action: 'submit-workflow', state: 'allowed', why: 'Granted.', asked: true } as const;
const everything: RouteFacts = {
  app: 'frontend',
  environment: 'production',
  branch: 'main',
  readOnlyBecause: null,
  repo: { answer: rights },
  submit: allowed,
  workflowFile: { answer: { exists: true, inputs: ['gitRef', 'environment'], mayRun: true } },
  team: { name: 'deployers', membership: { answer: 'active' } },
  refused: new Map(),
};
const route = (kind: RouteKind): RouteConfig => routeSchema.parse({ kind });
const reviewed = { repo: { answer: { ...rights, protected: true, needsReview: true } } };

describe('whether a route is open', () => {
  const rows: [string, RouteKind, Partial<RouteFacts>, RouteAccess['state'], RegExp?][] = [
    ['a free branch takes a push', 'push', {}, 'open'],
    ['a review keeps a push away', 'push', reviewed, 'closed', /main is protected: it needs a review/],
    ['and a merge', 'merge-branch', reviewed, 'closed', /needs a review/],
    ['but no pull request', 'pull-request', reviewed, 'open'],
    ['nor a workflow', 'workflow', reviewed, 'open'],
    [
      'a protection whose rules are hidden is only found out by trying',
      'push',
      { repo: { answer: { ...rights, protected: true, needsReview: null, restrictsPushes: null } } },
      'unknown',
      /only trying can tell/,
    ],
    [
      'a branch for a few accounts',
      'push',
      { repo: { answer: { ...rights, protected: true, restrictsPushes: true } } },
      'closed',
      /a few accounts only/,
    ],
    [
      'readers push nothing',
      'push',
      { repo: { answer: { ...rights, permission: 'read' } } },
      'closed',
      /read access/,
    ],
    [
      'and request nothing',
      'pull-request',
      { repo: { answer: { ...rights, permission: 'triage' } } },
      'closed',
      /triage access/,
    ],
    [
      'an archive takes nothing',
      'pull-request',
      { repo: { answer: { ...rights, archived: true } } },
      'closed',
      /archived/,
    ],
    ['not asked is not open', 'push', { repo: 'not-asked' }, 'unknown', /not been checked/],
    [
      'no answer is not open',
      'push',
      { repo: { failure: 'GitHub did not answer.' } },
      'unknown',
      /did not answer/,
    ],
    ['no GitHub, no question', 'push', { repo: null }, 'unknown', /names no GitHub/],
    ['no GitHub, no pull request', 'pull-request', { repo: null }, 'closed'],
    ['the cluster lets one submit', 'workflow', {}, 'open'],
    ['or not', 'workflow', { submit: { ...allowed, state: 'denied', why: 'No.' } }, 'closed', /No\./],
    [
      'or does not say',
      'workflow',
      { submit: { ...allowed, state: 'unknown', why: 'Not known.' } },
      'unknown',
    ],
    ['no cluster', 'workflow', { submit: null }, 'closed', /no cluster for production/],
    ['in the team', 'actions', {}, 'open'],
    ['no team asked for', 'actions', { team: null }, 'open'],
    [
      'not in the team',
      'actions',
      { team: { name: 'deployers', membership: { answer: 'none' } } },
      'closed',
      /not in the GitHub team deployers, which production needs/,
    ],
    [
      'only invited',
      'actions',
      { team: { name: 'deployers', membership: { answer: 'pending' } } },
      'closed',
      /not accepted/,
    ],
    [
      'team not asked',
      'actions',
      { team: { name: 'deployers', membership: 'not-asked' } },
      'unknown',
      /deployers/,
    ],
    [
      'no such workflow',
      'actions',
      { workflowFile: { answer: { exists: false, inputs: null, mayRun: true } } },
      'closed',
    ],
    [
      'may not run it',
      'actions',
      { workflowFile: { answer: { exists: true, inputs: null, mayRun: false } } },
      'closed',
    ],
    [
      'may it run?',
      'actions',
      { workflowFile: { answer: { exists: true, inputs: null, mayRun: null } } },
      'unknown',
    ],
    [
      'refused in earnest before',
      'workflow',
      { refused: new Map([['workflow', 'Forbidden.']]) },
      'closed',
      /Forbidden/,
    ],
    ['another route’s refusal', 'workflow', { refused: new Map([['push', 'Forbidden.']]) }, 'open'],
    ['a console that only reads', 'workflow', { readOnlyBecause: 'For reading only.' }, 'closed', /reading/],
  ];
  it.each(rows)('%s: %s', (_, kind, facts, state, because) => {
    const access = routeAccess(route(kind), { ...everything, ...facts });
    expect(access.state).toBe(state);
    if (because) expect(access.state === 'open' ? '' : access.because).toMatch(because);
  });
});

const open: RouteAccess = { state: 'open' };
const closed: RouteAccess = { state: 'closed', because: 'Closed.', remedy: null };
const maybe: RouteAccess = { state: 'unknown', because: 'Who knows.' };
const view = (kind: RouteKind, access: RouteAccess): RouteView => ({ kind, access, text: kind });

describe('which route is taken', () => {
  const version: RouteNeed[] = ['version'];
  const both: RouteNeed[] = ['version', 'files'];
  const files: RouteNeed[] = ['files'];
  const rows: [
    string,
    RouteView[],
    RouteNeed[],
    RouteKind | null,
    RouteKind | null,
    RouteKind | null | undefined,
  ][] = [
    [
      'the first that is open',
      [view('workflow', open), view('actions', open)],
      version,
      null,
      'workflow',
      undefined,
    ],
    [
      'not a closed one',
      [view('workflow', closed), view('actions', open)],
      version,
      null,
      'actions',
      undefined,
    ],
    [
      'one that only trying can tell of, in its turn',
      [view('push', maybe), view('workflow', open)],
      version,
      null,
      'push',
      undefined,
    ],
    [
      'one that may be, rather than none',
      [view('push', maybe), view('workflow', closed)],
      version,
      null,
      'push',
      undefined,
    ],
    [
      'the person’s choice',
      [view('workflow', open), view('actions', open)],
      version,
      'actions',
      'actions',
      undefined,
    ],
    [
      'unless it is closed',
      [view('workflow', open), view('actions', closed)],
      version,
      'actions',
      'workflow',
      undefined,
    ],
    [
      'a review last, for a version',
      [view('pull-request', open), view('workflow', open)],
      version,
      null,
      'workflow',
      undefined,
    ],
    [
      'unless it is chosen',
      [view('pull-request', open), view('workflow', open)],
      version,
      'pull-request',
      'pull-request',
      undefined,
    ],
    [
      'files by no bot',
      [view('workflow', open), view('pull-request', open)],
      files,
      null,
      'pull-request',
      undefined,
    ],
    ['none for files', [view('workflow', open)], files, null, null, undefined],
    [
      'a rollback whole by a push',
      [view('push', open), view('workflow', open)],
      both,
      null,
      'push',
      undefined,
    ],
    [
      'a rollback by a bot, its hold by review',
      [view('workflow', open), view('pull-request', open)],
      both,
      null,
      'workflow',
      'pull-request',
    ],
    ['its hold by a push', [view('workflow', open), view('push', open)], both, null, 'workflow', 'push'],
    [
      'its hold by nothing',
      [view('workflow', open), view('pull-request', closed)],
      both,
      null,
      'workflow',
      null,
    ],
    ['none at all', [view('workflow', closed), view('push', closed)], both, null, null, undefined],
  ];
  it.each(rows)('%s', (_, routes, needs, wanted, taken, rest) => {
    const plan = chooseRoute(routes, needs, wanted);
    expect(plan.taken).toBe(taken);
    expect(plan.rest === null ? undefined : plan.rest.taken).toBe(rest);
    expect(plan.routes.map(({ kind }) => kind)).toEqual(routes.map(({ kind }) => kind));
  });

  it('is never a closed one, and never a bot for files, whatever there is', () => {
    const kinds: RouteKind[] = ['push', 'merge-branch', 'workflow', 'actions', 'pull-request'];
    const routes = fc
      .uniqueArray(fc.constantFrom(...kinds))
      .chain((some) =>
        fc.tuple(
          ...some.map((kind) => fc.constantFrom(open, closed, maybe).map((access) => view(kind, access))),
        ),
      );
    fc.assert(
      fc.property(
        routes,
        fc.constantFrom(version, files, both),
        fc.option(fc.constantFrom(...kinds)),
        (all: RouteView[], needs, wanted) => {
          const plan = chooseRoute(all, needs, wanted);
          for (const kind of [plan.taken, plan.rest?.taken ?? null]) {
            if (kind === null) continue;
            expect(all.find((one) => one.kind === kind)?.access.state).not.toBe('closed');
          }
          if (plan.taken !== null && !needs.includes('version')) expect(isByBot(plan.taken)).toBe(false);
          if (plan.rest?.taken) expect(isByBot(plan.rest.taken)).toBe(false);
          // Whatever can carry it and is not closed is used rather than nothing.
          if (plan.taken === null)
            expect(
              all.some(
                ({ kind, access }) =>
                  access.state !== 'closed' && (needs.includes('version') || !isByBot(kind)),
              ),
            ).toBe(false);
        },
      ),
      { seed: 11, numRuns: 2_000 },
    );
  });
});
