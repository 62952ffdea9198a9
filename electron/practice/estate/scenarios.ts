import { argoSystems } from '../../../shared/domain/estate/argo-servers';
import type { ControlOutput } from '../../systems/practice/control-contract';
import { allEnvironments, type BagEnvironment } from '../../systems/practice/environments';
import { endArgoSessions } from '../argo-servers/accounts';
import type { AppProject } from '../controllers/kubernetes-shapes';
import { argoNamespace } from '../controllers/render';
import { allApps, bagPipelineName, type SeedApp, seedServices } from './apps';
import { lockedByRival, lockPath, unlockedByRival } from './bag-locks';
import { type ScenarioHandlers, ScenarioRefusal } from './control-server';
import { testSuites } from './deployed';
import { withAutomaticDeploys, withImageTag } from './image-tag-values';
import { consoleUser, rival } from './people';
import { isAway, type PracticeEstate } from './practice-estate';
import { publishInto } from './publish';
import { pullScenarios } from './pull-scenarios';

const slowSeconds = 45;

/**
 * The scenarios, played on whatever estate runs at the moment.
 * @param options.reset replaces the estate by a fresh one
 */
export function scenarioHandlers(options: {
  estate: () => PracticeEstate;
  reset: () => Promise<void>;
}): ScenarioHandlers {
  const { estate } = options;
  let publishing: Promise<unknown> = Promise.resolve();

  const allOrOne = (environment: string | undefined): string | null => environment ?? null;
  const demandVersion = async (app: string, version: string): Promise<void> => {
    const repo = estate().appRepo(app);
    const revision = /^v\d/.test(version) ? `refs/tags/${version}` : version;
    if ((await repo.resolve(revision)) === null)
      throw new ScenarioRefusal(`${app} has no version ${version}: publish it first`);
  };
  const demandRepo = (): void => {
    if (estate().git.faults.down) throw new ScenarioRefusal('the release repo is away: bring it up first');
  };
  const commitAsRival = async (
    app: string,
    environment: string,
    message: string,
    edit: (text: string) => string,
  ): Promise<{ commit: string }> => {
    demandRepo();
    return { commit: await estate().repo.commitAs(rival, { repo: app, environment, message, edit }) };
  };
  const changeLock = async (
    environment: BagEnvironment,
    action: 'Lock' | 'Unlock',
    edit: (text: string | null) => string,
  ): Promise<{ commit: string }> => {
    demandRepo();
    const message = `${action} ${environment} of ${bagPipelineName}\n`;
    const change = { path: lockPath(environment), message, edit };
    return { commit: await estate().repo.commitFileAs(rival, change) };
  };

  return {
    async publishRelease({ app, migration, breaks, environments: where, deploy }) {
      const seed = appOf(app);
      if (migration && !seed.migrates) throw new ScenarioRefusal(`${app} has no database to migrate`);
      // Services are not deployed by themselves: they wait to be packed into a bag.
      const alone = !seedServices.includes(seed);
      if (deploy && alone && isAway(estate().state, 'integration'))
        throw new ScenarioRefusal('integration is away: bring it up first');
      const { clock, faults, controllers } = estate();
      // One at a time: the next release number is read from the repo.
      const published = publishing.then(() =>
        publishInto(estate().appRepo(app), seed, { now: clock.now(), migration }),
      );
      publishing = published.catch(() => {});
      const { version, commit, pullRequest } = await published;
      for (const environment of where ?? [null]) {
        const place = { app, environment, version };
        if (breaks === 'crash-loop') faults.set('crashLoops', place);
        if (breaks === 'image-missing') faults.set('images', place);
        if (breaks === 'tests-fail') faults.set('tests', { ...place, outcome: 'fail' });
        if (breaks === 'tests-flaky') faults.set('tests', { ...place, outcome: 'flaky' });
        if (breaks === 'migration-fails') faults.set('migrations', place);
        if (breaks === 'slow') faults.set('slow', { app, environment, readySeconds: slowSeconds });
      }
      const request = { repo: app, imageTag: version, promote: true };
      const workflow = deploy && alone ? await controllers.integration.deployImage(request) : null;
      return { version, commit, pullRequest, workflow };
    },

    async makeVersionCrashLoop({ app, version, environment }) {
      estate().faults.set('crashLoops', { app, version, environment: allOrOne(environment) });
      for (const controllers of Object.values(estate().controllers)) controllers.faultsChanged(app);
      return {};
    },
    async breakTests({ app, version, outcome, environment }) {
      estate().faults.set('tests', { app, version, outcome, environment: allOrOne(environment) });
      return {};
    },
    async breakSuite({ environment, suite, outcome }) {
      if (!testSuites(environment).includes(suite))
        throw new ScenarioRefusal(`${environment} has no suite ${suite}`);
      estate().faults.setSuite(suite, environment, outcome === 'pass' ? null : outcome);
      return {};
    },
    async slowRollout({ app, readySeconds, environment }) {
      estate().faults.set('slow', { app, readySeconds, environment: allOrOne(environment) });
      return {};
    },
    async heal({ app, environment }) {
      estate().faults.clear(app, allOrOne(environment));
      return {};
    },

    async clusterDown({ environment, how }) {
      estate().state.clusters[environment] = how;
      await estate().clusters[environment].server.faults.reachability(how);
      // Argo's servers run in the cluster.
      estate().argoCd[environment].faults.reachability(how);
      estate().argoWorkflows[environment].faults.reachability(how);
      return {};
    },
    async clusterUp({ environment }) {
      await estate().clusters[environment].server.faults.reachability('up');
      estate().argoCd[environment].faults.reachability('up');
      estate().argoWorkflows[environment].faults.reachability('up');
      estate().state.clusters[environment] = 'up';
      return {};
    },
    async setImage({ app, environment, version }) {
      const { controllers } = estate();
      const found = appOf(app).applications.filter((one) => controllers[environment].setImage(one, version));
      if (found.length === 0) throw new ScenarioRefusal(`${app} has no Deployment in ${environment}`);
      return {};
    },
    async setSyncWindows({ environment, windows }) {
      estate().clusters[environment].store.modify<AppProject>(
        'AppProject',
        argoNamespace,
        'govuk',
        (draft) => {
          draft.spec.syncWindows = windows;
        },
      );
      return {};
    },
    async compressWorkflows({ environment, on }) {
      estate().controllers[environment].compressWorkflows(on);
      return {};
    },
    async stopArgoCd({ environment, on }) {
      estate().controllers[environment].stopArgoCd(on);
      return {};
    },
    async cutWatches({ environment, expire }) {
      for (const name of environment ? [environment] : allEnvironments) {
        const { faults } = estate().clusters[name].server;
        if (expire) faults.expireWatches();
        else faults.cutWatches();
      }
      return {};
    },

    async gitDown() {
      estate().git.setFaults({ down: true });
      estate().github.setFaults({ down: true });
      return {};
    },
    async gitUp() {
      estate().git.setFaults({ down: false });
      estate().github.setFaults({ down: false });
      return {};
    },
    async setGitFaults(change) {
      estate().git.setFaults(change);
      return { ...estate().git.faults };
    },
    async setGithubFaults(change) {
      estate().github.setFaults(change);
      return { ...estate().github.faults };
    },
    async cutNextPush({ how }) {
      estate().git.setFaults({ cutNextPush: how });
      return {};
    },

    async deployAsSomeoneElse({ app, environment, version }) {
      await demandVersion(app, version);
      const message = `Update ${app} image tag to ${version} for ${environment}\n`;
      return commitAsRival(app, environment, message, (text) => withImageTag(text, version, false));
    },
    async holdAsSomeoneElse({ app, environment, automaticDeploysEnabled: on }) {
      const message = `${on ? 'Resume' : 'Hold'} automatic deploys of ${app} in ${environment}\n`;
      return commitAsRival(app, environment, message, (text) => withAutomaticDeploys(text, on));
    },

    lockAsSomeoneElse: ({ environment, how, reason }) =>
      changeLock(environment, 'Lock', (text) =>
        lockedByRival(environment, text, { how, reason, at: estate().clock.now() }),
      ),
    unlockAsSomeoneElse: ({ environment }) =>
      changeLock(environment, 'Unlock', (text) => unlockedByRival(environment, text)),

    async setRights({ profile, protectedBy, scopes, approvals }) {
      const { rights } = estate().state;
      if (profile) rights.profile = profile;
      if (protectedBy) rights.protectedBy = protectedBy;
      if (scopes) rights.scopes = scopes;
      if (approvals) rights.approvals = approvals;
      for (const name of allEnvironments) estate().clusters[name].server.faults.cutWatches();
      return structuredClone(rights);
    },
    async setTeamMember({ team, login = consoleUser.login, member }) {
      const { rights } = estate().state;
      const others = rights.teams[team].filter((one) => one !== login);
      rights.teams[team] = member ? [...others, login] : others;
      for (const name of allEnvironments) estate().clusters[name].server.faults.cutWatches();
      return structuredClone(rights);
    },

    async setArgoSessions({ end, ...change }) {
      const { argoSessions } = estate().state;
      Object.assign(argoSessions, change);
      if (end) {
        endArgoSessions(argoSessions, end);
        const servers = { 'argo-cd': estate().argoCd, 'argo-workflows': estate().argoWorkflows };
        // As a load balancer does sooner or later: what comes after it needs a session.
        for (const system of end.system ? [end.system] : argoSystems)
          for (const name of end.environment ? [end.environment] : allEnvironments)
            servers[system][name].faults.cutStreams();
      }
      return structuredClone(argoSessions);
    },
    async signInToArgo({ environment, system }) {
      const { token, expires } = estate().argoAccounts(environment, system).signIn(consoleUser.login);
      return { authorization: `Bearer ${token}`, expiresMs: expires.getTime() };
    },

    ...pullScenarios(estate),

    received: async () => structuredClone(estate().receivers.received),
    async setReceivers(change) {
      Object.assign(estate().receivers.modes, change);
      return {};
    },
    async setReleaseApp({ app, ...known }) {
      estate().receivers.releaseApps.set(app, known);
      return {};
    },

    async setSpeed({ speed }) {
      estate().clock.speed = speed;
      return {};
    },
    async save() {
      await estate().save();
      return {};
    },
    status: () => statusOf(estate()),
    async concourse(input) {
      const { concourse } = estate();
      const { misbehaviour, accounts, faults } = concourse;
      const counts = {
        'tests-fail': misbehaviour.failTests,
        'deploys-fail': misbehaviour.failDeploys,
        'tests-print': misbehaviour.testLines,
      };
      if (input.happens === 'image') concourse.publish(input.service);
      else if ('count' in input) counts[input.happens][input.team] = input.count;
      else if ('seconds' in input) misbehaviour.deploySeconds = input.seconds;
      else if (input.happens === 'sessions-end') accounts.expireAll();
      else faults.reachability(input.happens === 'away' ? 'refused' : 'up');
      return {};
    },
    async reset() {
      await options.reset();
      return {};
    },
  };
}

function appOf(repo: string): SeedApp {
  const found = allApps.find((app) => app.repo === repo);
  if (!found) throw new ScenarioRefusal(`there is no app ${repo}`);
  return found;
}

async function statusOf(estate: PracticeEstate): Promise<ControlOutput<'status'>> {
  // Asked of the bare repo itself: the scenario may have taken the release repo away from everybody else.
  const head = await estate.releaseRepo.readRef('refs/heads/main');
  if (head === null) throw new ScenarioRefusal('the release repo has no main');
  const tags: ControlOutput<'status'>['tags'] = {};
  for (const environment of allEnvironments)
    tags[environment] = Object.fromEntries(await estate.repo.imageTags(head, environment));
  return {
    speed: estate.clock.speed,
    urls: {
      git: estate.git.url,
      github: estate.github.url,
      clusters: Object.fromEntries(allEnvironments.map((name) => [name, estate.clusters[name].server.url])),
    },
    head,
    tags,
    faults: {
      git: { ...estate.git.faults },
      github: { ...estate.github.faults },
      apps: estate.faults.state,
      clusters: Object.fromEntries(
        allEnvironments.map((name) => [name, estate.state.clusters[name] ?? 'up']),
      ),
    },
    rights: structuredClone(estate.state.rights),
  };
}
