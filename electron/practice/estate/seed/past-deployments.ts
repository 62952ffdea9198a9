import { type AppsEnvironment, environments } from '../../../systems/practice/environments';
import type { ImageTagValues } from '../../ports';
import type { SeedApp } from '../apps';
import { bot, type Person, releaseManagers } from '../people';
import { after, day, hour, minute } from './calendar';
import type { Random } from './random';
import { type Release, recentReleases } from './releases';

/** One change of the release repo: a deployment, a rollback, a hold set or released. */
export interface ReleaseRepoEvent {
  at: Date;
  author: Person;
  message: string;
  /** Whether update-image-tag made it (a branch, merged) or a person on main. */
  pipeline: boolean;
  app: string;
  changes: Partial<Record<AppsEnvironment, ImageTagValues>>;
}

/** Stands for the tip of the app's first unmerged branch until the app repo is there. */
export const branchTip = '{branch-tip}';

type State = Record<AppsEnvironment, ImageTagValues>;

/**
 * Invents what happened to one app in the release repo, oldest first. It follows the pipeline's rules: a release
 * goes to integration; what passed its tests goes on, when the environment before has promotion and automatic
 * deploys on. Some tests fail, some versions are rolled back (and held until the next release), and the
 * newest days leave a little drift:
 * - whitehall and travel-advice-publisher: production is one release behind
 * - search-api: a person deployed the newest to integration alone
 * - router: held; integration got the newest all the same
 * - smart-answers: integration runs a branch
 */
export function inventDeployments(
  random: Random,
  app: SeedApp,
  releases: readonly Release[],
  now: Date,
): ReleaseRepoEvent[] {
  const events: ReleaseRepoEvent[] = [];
  const first = { imageTag: `v${app.base}`, automaticDeploysEnabled: true, promoteDeployment: true };
  const state: State = { integration: { ...first }, staging: { ...first }, production: { ...first } };
  let held = false;

  const set = (
    at: Date,
    author: Person,
    message: string,
    pipeline: boolean,
    changes: Partial<Record<AppsEnvironment, Partial<ImageTagValues>>>,
  ): void => {
    const full: Partial<State> = {};
    for (const environment of environments) {
      const change = changes[environment];
      if (!change) continue;
      state[environment] = { ...state[environment], ...change };
      full[environment] = state[environment];
    }
    events.push({ at, author, message, pipeline, app: app.repo, changes: full });
  };
  const update = (at: Date, environment: AppsEnvironment, imageTag: string, promoteDeployment = true): void =>
    set(at, bot, `Update ${app.repo} image tag to ${imageTag} for ${environment}`, true, {
      [environment]: { imageTag, promoteDeployment },
    });

  const recent = (recentReleases[app.repo] ?? []).length;
  const story = (release: Release, index: number): void => {
    const version = `v${release.version}`;
    const newest = index === releases.length - 1;
    const calm = index >= releases.length - Math.max(recent, 1);
    if (held && app.repo !== 'router') {
      set(
        after(release.mergedAt, -random.int(15, 50) * minute),
        random.pick(releaseManagers),
        `Resume automatic deploys of ${app.repo}`,
        false,
        { staging: { automaticDeploysEnabled: true }, production: { automaticDeploysEnabled: true } },
      );
      held = false;
    }
    if (newest && app.repo === 'search-api') {
      update(after(release.mergedAt, 9 * minute), 'integration', version, false);
      return;
    }
    let at = after(release.mergedAt, random.int(4 * 60, 9 * 60) * 1000);
    update(at, 'integration', version);
    if (!state.integration.automaticDeploysEnabled || (!calm && random.chance(0.05))) return;
    at = after(at, random.int(3 * 60, 9 * 60) * 1000);
    update(at, 'staging', version);
    if (newest && (app.repo === 'whitehall' || app.repo === 'travel-advice-publisher')) return;
    if (!state.staging.automaticDeploysEnabled || (!calm && random.chance(0.04))) return;
    const before = state.production.imageTag;
    // Now and then a person takes the last step, hours later.
    const byHand = !calm && random.chance(0.12);
    at = after(at, byHand ? random.int(60, 240) * minute : random.int(4 * 60, 14 * 60) * 1000);
    update(at, 'production', version, !byHand);
    if (!calm && random.chance(0.07)) {
      set(
        after(at, random.int(11, 48) * minute),
        random.pick(releaseManagers),
        `Roll back ${app.repo} to ${before} in production`,
        false,
        {
          staging: { automaticDeploysEnabled: false },
          production: { imageTag: before, automaticDeploysEnabled: false, promoteDeployment: false },
        },
      );
      held = true;
    }
  };
  for (const [index, release] of releases.entries()) story(release, index);

  if (app.repo === 'smart-answers') update(after(now, -1.3 * day), 'integration', branchTip, false);
  const router = app.repo === 'router' ? events.findIndex((event) => event.at > after(now, -3 * day)) : -1;
  if (router >= 0) holdFrom(events, router, app, now);
  return events;
}

/** Rewrites the end of the router's story: held two days before now, so only integration got the newest release. */
function holdFrom(events: ReleaseRepoEvent[], from: number, app: SeedApp, now: Date): void {
  const [integration] = events.splice(from);
  const known = new Map<AppsEnvironment, ImageTagValues>();
  for (const event of events)
    for (const environment of environments) {
      const values = event.changes[environment];
      if (values) known.set(environment, values);
    }
  const changes: ReleaseRepoEvent['changes'] = {};
  for (const environment of environments) {
    const values = known.get(environment);
    if (values) changes[environment] = { ...values, automaticDeploysEnabled: false };
  }
  events.push({
    at: after(now, -3 * day + 2 * hour),
    author: releaseManagers[1] ?? bot,
    message: `Hold automatic deploys of ${app.repo} while the edge cache moves`,
    pipeline: false,
    app: app.repo,
    changes,
  });
  const values = integration?.changes.integration;
  if (integration && values)
    events.push({ ...integration, changes: { integration: { ...values, automaticDeploysEnabled: false } } });
}
