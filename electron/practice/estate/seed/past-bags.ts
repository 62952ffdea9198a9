import type { Bag, BagDeployment } from '../../../../shared/domain/bags/records';
import { commitMessage } from '../../../../shared/domain/ledger/trailers';
import { put, type RecordChange, recordFiles } from '../../../../shared/domain/records/record-change';
import { type BagEnvironment, bagEnvironments } from '../../../systems/practice/environments';
import { bagPipelineName, imageTagPath, type SeedApp } from '../apps';
import { testSuites } from '../deployed';
import { formatImageTagFile } from '../image-tag-values';
import { type Person, releaseManagers } from '../people';
import { after, day, hour, minute, workingMoments } from './calendar';
import type { Random } from './random';
import type { PlainCommit } from './release-repo-stream';
import type { Release } from './releases';

/** A service with its releases, oldest first. */
interface ReleasedService {
  service: SeedApp;
  releases: readonly Release[];
}

/** Hours before now at which the newest bags were packed, oldest first. */
const recentBags = [25, 5.5];
const pipeline = bagPipelineName;

/**
 * Invents what happened to the bags, oldest first, as the console writes it: each is packed from the newest versions of
 * all services, and goes through the environments until its tests fail somewhere; then its lock is broken, and now and
 * then it is marked bad. The newest two went all the way.
 */
export function inventBags(random: Random, services: readonly ReleasedService[], now: Date): PlainCommit[] {
  const story = new Story(random);
  const moments = [
    ...workingMoments(random, now, 100, 3, 22),
    ...recentBags.map((hours) => after(now, -hours * hour)),
  ];
  let last = '';
  for (const packedAt of moments) {
    const versions = new Map(
      services.map(({ service, releases }) => {
        const newest = releases.findLast((release) => release.mergedAt < packedAt);
        return [service.repo, `v${newest?.version ?? service.base}`] as const;
      }),
    );
    const content = [...versions.values()].join(' ');
    if (content === last) continue;
    last = content;
    const by = random.pick(releaseManagers);
    const bag = story.pack(packedAt, by, versions);
    let at = after(packedAt, random.int(20, 90) * 1000);
    for (const environment of bagEnvironments) {
      const deployment = story.deploy(at, by, environment, bag);
      at = after(at, random.int(7, 14) * minute);
      if (packedAt < after(now, -2 * day) && random.chance(0.12)) {
        story.giveUp(at, random.pick(releaseManagers), deployment);
        break;
      }
      story.pass(at, by, deployment);
      at = after(at, random.int(1, 5) * minute);
    }
  }
  return story.commits;
}

/** What is told of the bags so far, as commits of the release repo. */
class Story {
  readonly commits: PlainCommit[] = [];
  readonly #random: Random;
  readonly #tokens = new Map<BagEnvironment, number>();
  readonly #running = new Map<BagEnvironment, number>();
  #bags = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  pack(at: Date, by: Person, versions: ReadonlyMap<string, string>): Bag {
    this.#bags += 1;
    const operation = operationId(this.#random, at);
    const bag: Bag = {
      pipeline,
      bag: this.#bags,
      ...made(at, by, operation),
      // The commit's own name is not known before it is imported.
      commit: 'main',
      source: 'published',
      reason: '',
      services: Object.fromEntries([...versions].map(([service, version]) => [service, { version }])),
    };
    this.#commit(at, by, `Pack bag ${bag.bag} of ${pipeline}`, 'pack-bag', operation, [put('bag', bag)]);
    return bag;
  }

  /** The lock, the deployment and all image tags of the bag: in one commit, so that the history stays short. */
  deploy(at: Date, by: Person, environment: BagEnvironment, bag: Bag): BagDeployment {
    const operation = operationId(this.#random, at);
    const token = (this.#tokens.get(environment) ?? 0) + 1;
    this.#tokens.set(environment, token);
    const since = at.toISOString();
    const deployment: BagDeployment = {
      pipeline,
      environment,
      bag: bag.bag,
      ...made(at, by, operation),
      cause: 'automatic',
      reason: '',
      token,
      state: 'deploying',
      since,
      replaced: this.#running.get(environment) ?? null,
      leftRunning: [],
      tagged: true,
      tests: {},
      failure: null,
    };
    this.#running.set(environment, bag.bag);
    const held = { by: by.name, email: by.email, operation, kind: 'bag' as const, bag: bag.bag };
    const files = Object.fromEntries(
      Object.entries(bag.services).map(([service, { version }]) => [
        imageTagPath(environment, service),
        formatImageTagFile({
          imageTag: version,
          automaticDeploysEnabled: true,
          promoteDeployment: false,
        }),
      ]),
    );
    this.#commit(
      at,
      by,
      `Deploy bag ${bag.bag} to ${environment}`,
      'bag',
      operation,
      [
        put('deployment', deployment),
        put('lock', { pipeline, environment, token, held: { ...held, reason: '', since, until: null } }),
      ],
      files,
    );
    return deployment;
  }

  /** The pass and the release of the lock: in one commit, with its tag. */
  pass(at: Date, by: Person, deployment: BagDeployment): void {
    const { environment, bag, operation, token } = deployment;
    const tag = `passed-${environment}-${at.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')}`;
    const tests = Object.fromEntries(
      testSuites(environment as BagEnvironment).map((suite) => [suite, 'passed' as const]),
    );
    this.#commit(at, by, `Pass bag ${bag} of ${pipeline} in ${environment}`, 'bag-pass', operation, [
      put('pass', { pipeline, environment, bag, ...made(at, by, operation), tag }),
      put('deployment', { ...deployment, state: 'done', since: at.toISOString(), tests }),
      put('lock', { pipeline, environment, token, held: null }),
    ]);
    const last = this.commits.at(-1);
    if (last) last.tag = tag;
  }

  /** Tests that failed, and whoever broke the lock after them; a bag that got as far as production is marked bad. */
  giveUp(at: Date, by: Person, deployment: BagDeployment): void {
    const { environment, bag, token } = deployment;
    const [strict = 'functional-tests', ...others] = testSuites(environment as BagEnvironment);
    const operation = operationId(this.#random, at);
    const tests = Object.fromEntries([
      [strict, 'failed' as const],
      ...others.map((suite) => [suite, 'passed' as const] as const),
    ]);
    const since = at.toISOString();
    const reason = this.#random.pick([
      'A callback is not sent: fixed in the next bag.',
      'The letter preview is empty.',
      'The new queue is not drained.',
    ]);
    const bad = environment === 'notify-production';
    this.#commit(at, by, `Unlock ${environment} of ${pipeline} by force`, 'force-unlock', operation, [
      put('deployment', { ...deployment, state: 'abandoned', since, tests, failure: `${strict} failed.` }),
      put('lock', { pipeline, environment, token, held: null }),
      ...(bad ? [put('bad-bag', { pipeline, environment, bag, ...made(at, by, operation), reason })] : []),
    ]);
  }

  #commit(
    at: Date,
    author: Person,
    subject: string,
    kind: string,
    operation: string,
    changes: readonly RecordChange[],
    files: Record<string, string> = {},
  ): void {
    const texts: Record<string, string> = {};
    const written = recordFiles(changes, () => null);
    if (written.ok) for (const [path, text] of written.value) if (text !== null) texts[path] = text;
    this.commits.push({
      at,
      author,
      message: commitMessage(subject, { operation, kind }).trimEnd(),
      pipeline: false,
      files: { ...texts, ...files },
    });
  }
}

const made = (at: Date, by: Person, operation: string) => ({
  by: by.name,
  at: at.toISOString(),
  operation,
});

/** A UUID of version 7 (RFC 9562): the time, then chance. */
function operationId(random: Random, at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`;
}
