import {
  type BagEnvironment,
  bagEnvironments,
  type EnvironmentName,
} from '../../systems/practice/environments';
import type { PracticeApp } from '../ports';

/** Owner of every repo of the practice estate. */
export const owner = 'alphagov';
/** The release repo. */
export const releaseRepoName = 'govuk-helm-charts';
/** Name of the pipeline of bags. */
export const bagPipelineName = 'notify';
/** Whether an environment belongs to the chain of bags. */
export const isBagEnvironment = (name: EnvironmentName): name is BagEnvironment =>
  (bagEnvironments as readonly string[]).includes(name);

/** Where an app's values for an environment lie in the release repo (GOV.UK's layout). */
export const imageTagPath = (environment: string, repo: string): string =>
  `charts/app-config/image-tags/${environment}/${repo}`;

/** A practice app, with what its invented history needs. */
export interface SeedApp extends PracticeApp {
  /** Release number before the seeded history begins. */
  base: number;
  /** Releases within the seeded months. */
  releases: number;
  /** Number of its newest pull request before the seeded history. */
  pull: number;
  /** What its migrations and features are about. */
  nouns: readonly string[];
}

const app = (
  repo: string,
  base: number,
  releases: number,
  pull: number,
  nouns: readonly string[],
  more: { twin?: boolean; worker?: boolean; replicas?: number; migrates?: boolean } = {},
): SeedApp => {
  const applications = more.twin ? [repo, `draft-${repo}`] : [repo];
  return {
    repo,
    applications,
    workers: more.worker ? [repo] : [],
    replicas: more.replicas ?? 2,
    migrates: more.migrates ?? false,
    base,
    releases,
    pull,
    nouns,
  };
};

/** The 14 apps of the practice estate. */
export const seedApps: readonly SeedApp[] = [
  app(
    'publishing-api',
    1672,
    18,
    3410,
    ['link set', 'edition', 'content ID', 'event log', 'path reservation'],
    {
      worker: true,
      replicas: 3,
      migrates: true,
    },
  ),
  app('content-store', 496, 9, 1320, ['content item', 'redirect', 'schema', 'publish intent'], {
    twin: true,
    replicas: 3,
    migrates: true,
  }),
  app('frontend', 2101, 17, 4870, ['landing page', 'cookie banner', 'transaction page', 'homepage'], {
    replicas: 3,
  }),
  app('router', 240, 5, 610, ['route table', 'redirect handler', 'health check'], { replicas: 2 }),
  app(
    'whitehall',
    3214,
    18,
    9210,
    ['document collection', 'attachment', 'organisation', 'edition', 'consultation'],
    {
      worker: true,
      replicas: 3,
      migrates: true,
    },
  ),
  app('search-api', 938, 11, 3290, ['synonym list', 'relevance rule', 'facet', 'indexer'], { worker: true }),
  app('email-alert-api', 812, 9, 2240, ['subscriber list', 'digest run', 'delivery attempt'], {
    worker: true,
    migrates: true,
  }),
  app('asset-manager', 655, 8, 1505, ['asset upload', 'virus scan', 'redirect URL'], { worker: true }),
  app('collections', 1241, 15, 4120, ['browse page', 'taxon page', 'topic feed'], { replicas: 2 }),
  app('government-frontend', 1588, 10, 3350, ['news article', 'publication page', 'contents list'], {}),
  app('smart-answers', 1704, 12, 7080, ['flow', 'calculator', 'outcome', 'question page'], {}),
  app('signon', 702, 8, 3005, ['permission', 'API user', 'two-step verification', 'access log'], {
    worker: true,
    migrates: true,
  }),
  app('static', 521, 5, 3460, ['header', 'footer', 'analytics tag'], { replicas: 2 }),
  app('travel-advice-publisher', 918, 9, 2190, ['country page', 'alert status', 'edition'], {
    worker: true,
    migrates: true,
  }),
];

/** The 6 services that are packed into bags, and are tested and deployed together. */
export const seedServices: readonly SeedApp[] = [
  app('notify-api', 1180, 16, 4520, ['notification', 'service limit', 'template version', 'inbound number'], {
    migrates: true,
  }),
  app('notify-admin', 2044, 14, 5310, ['dashboard', 'template folder', 'team member', 'usage page'], {}),
  app('notify-celery', 866, 12, 1920, ['retry queue', 'letter batch', 'provider callback', 'research mode'], {
    replicas: 3,
  }),
  app('notify-template-preview', 402, 7, 905, ['letter PDF', 'address block', 'page count'], {}),
  app('notify-antivirus', 211, 4, 480, ['scan result', 'signature update', 'quarantine'], { replicas: 1 }),
  app('notify-document-download', 318, 5, 700, ['download link', 'confirmation page', 'expiry'], {
    replicas: 1,
  }),
];

/** Whatever is deployed in the estate. */
export const allApps: readonly SeedApp[] = [...seedApps, ...seedServices];
