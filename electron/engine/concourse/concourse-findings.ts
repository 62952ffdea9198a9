import { policyNeedsReason } from '../../../shared/domain/bags/policy';
import { rerunOffer, triggerOffer } from '../../../shared/domain/concourse/builds';
import { effectWords } from '../../../shared/domain/concourse/effect-words';
import { unlockRisk } from '../../../shared/domain/concourse/lock';
import { chainOfJobs } from '../../../shared/domain/concourse/pipeline-names';
import {
  choose,
  effectOf,
  needTriggering,
  type PolicyChange as VersionChange,
} from '../../../shared/domain/concourse/scheduling';
import { readOnlyFindings } from '../../../shared/domain/estate/read-only';
import { type BagIntent, subjectOf, titleOf } from '../../../shared/domain/operation/intent';
import { isStage } from '../../../shared/domain/operation/subject';
import { type CheckPolicy, weighed } from '../../../shared/domain/preflight/check-policy';
import { type Finding, finding } from '../../../shared/domain/preflight/finding';
import {
  bagOf,
  buildsOf,
  lockOf,
  type PipelineState,
  startInput,
  usedBefore,
} from '../../systems/concourse/pipeline-state';
import type { World } from '../world';
import { packChecks, standingChecks } from './concourse-checks';
import { nameOf, numberOf, type SeenPipeline, stateOf, versionOf } from './concourse-pipelines';
import { runningIn } from './stage-view';

type Policy = Extract<BagIntent, { kind: 'change-policy' }>;

/** What is changed of a bag's version; `null`: it is no such change, or the bag is not there. */
export function versionChange(seen: SeenPipeline, { change }: Policy): VersionChange | null {
  if (!('environment' in change) || change.environment === null) return null;
  const state = stateOf(seen, change.environment);
  if (change.action === 'unpin') return { kind: 'unpin' };
  if (change.action === 'autopilot') return change.on ? { kind: 'resume' } : null;
  if (!('bag' in change)) return null;
  const version = versionOf(seen, state, change.bag);
  if (!version) return null;
  const kind = ({ pin: 'pin', freeze: 'pin', 'mark-bad': 'disable', 'clear-bad': 'enable' } as const)[
    change.action
  ];
  return { kind, id: version.id };
}

const block = (code: Finding['code'], message: string, evidence: string): Finding =>
  finding(code, 'block', message, evidence, false);

/** What a change does by Concourse's rules: a warning where something starts by itself. */
function effectFindings(
  seen: SeenPipeline,
  state: PipelineState,
  change: VersionChange,
  at: string,
): Finding[] {
  const input = startInput(state);
  const effect = input && effectOf(input, change);
  if (!input || !effect)
    return [
      block('rule-blocks', 'Concourse does not list this bag here, so nothing can be changed of it.', at),
    ];
  const words = effectWords(
    input,
    change,
    effect,
    (version) => nameOf(seen, version),
    state.watched.environment,
  );
  const level = effect.starts ? 'warn' : 'info';
  return [finding(effect.starts ? 'older' : 'other', level, words.join(' '), at)];
}

function deployFindings(
  seen: SeenPipeline,
  state: PipelineState,
  intent: Extract<BagIntent, { kind: 'deploy-bag' | 'roll-back-bag' }>,
  at: string,
): Finding[] {
  const found: Finding[] = [];
  const { environment } = intent;
  const input = startInput(state);
  if (!input) return [block('rule-blocks', 'Concourse has no start-deploy that takes a bag here.', at)];
  const wanted = versionOf(seen, state, intent.bag);
  if (!wanted)
    return [block('not-passed', `Concourse does not list bag ${intent.bag} in ${environment}.`, at)];
  let chosen = choose(input).version;
  if (intent.kind === 'roll-back-bag') {
    const broken = versionOf(seen, state, intent.bad);
    const change: VersionChange | null =
      intent.how === 'pin' ? { kind: 'pin', id: wanted.id } : broken && { kind: 'disable', id: broken.id };
    const effect = change && effectOf(input, change);
    if (!change || !effect)
      return [block('rule-blocks', `Concourse does not list bag ${intent.bad} here.`, at)];
    chosen = effect.after.version;
    found.push(...effectFindings(seen, state, change, at));
  }
  if (chosen?.id !== wanted.id)
    found.push(
      block(
        'rule-blocks',
        chosen
          ? `Concourse would take ${nameOf(seen, chosen)}, not bag ${intent.bag}: it takes no other. Pin bag ${intent.bag}, or disable the newer ones first.`
          : 'Concourse would take no bag.',
        at,
      ),
    );
  const job = state.jobs.get(state.watched.jobs.startDeploy);
  const offer = job && triggerOffer(job);
  if (offer && !offer.offered) found.push(block('rule-blocks', offer.because, at));
  if (offer?.offered && offer.note) found.push(finding('other', 'warn', offer.note, at));
  found.push(...lockFindings(seen, state, at));
  const running = runningIn(state);
  const bag = running && numberOf(seen, running.version);
  if (bag === intent.bag && intent.kind === 'deploy-bag')
    found.push(finding('same', 'info', `Bag ${bag} runs in ${environment} already.`, at));
  else if (bag !== null && intent.bag < bag && intent.kind === 'deploy-bag')
    found.push(finding('older', 'warn', `Bag ${intent.bag} is older than bag ${bag}, which runs there.`, at));
  const chain = chainOfJobs(state.watched).flatMap((name) => {
    const known = state.jobs.get(name);
    return known ? [{ job: known, used: usedBefore(state, name, Number.POSITIVE_INFINITY) }] : [];
  });
  const byHand = needTriggering(chain, state.watched.bagResource, wanted.version);
  if (byHand.length > 0)
    found.push(
      finding(
        'other',
        'info',
        `${byHand.join(', ')} ${byHand.length === 1 ? 'does' : 'do'} not follow by ${byHand.length === 1 ? 'itself' : 'themselves'} for a bag that was deployed here before: Signalbox starts each in its turn.`,
        at,
      ),
    );
  return found;
}

const policyOf = ({ estate }: World, environment: string): CheckPolicy | undefined =>
  estate.environments.find(({ name }) => name === environment)?.checks;

/** What speaks against a deployment by hand, as the environment's policy weighs it: it is the same as elsewhere. */
function deployChecks(
  world: World,
  seen: SeenPipeline,
  state: PipelineState,
  intent: Extract<BagIntent, { kind: 'deploy-bag' | 'roll-back-bag' }>,
  at: string,
): Finding[] {
  const { environment } = intent;
  const found = [
    ...deployFindings(seen, state, intent, at),
    ...standingChecks(world, seen, state, intent.kind, versionOf(seen, state, intent.bag)),
  ];
  return weighed(found, policyOf(world, environment), intent.kind === 'roll-back-bag');
}

function lockFindings(seen: SeenPipeline, state: PipelineState, at: string): Finding[] {
  const lock = lockOf(state);
  const { environment } = state.watched;
  if (lock?.state === 'changed-outside' || lock?.state === 'unknown')
    return [finding('locked', 'unknown', `Can’t tell whether ${environment} is locked.`, at)];
  if (lock?.state !== 'held') return [];
  const holder = bagOf(state, lock.by.id);
  return [
    finding(
      'locked',
      'warn',
      `${environment} is locked by ${lock.by.job} #${lock.by.name}${holder ? ` for ${nameOf(seen, holder)}` : ''}: the deployment waits for it, with the bag that it takes now.`,
      at,
    ),
  ];
}

function unlockFindings(seen: SeenPipeline, state: PipelineState, at: string): Finding[] {
  const { jobs, environment } = state.watched;
  if (jobs.forceUnlock === null || !state.jobs.has(jobs.forceUnlock))
    return [block('rule-blocks', 'The pipeline has no job that unlocks by force.', at)];
  const lock = lockOf(state) ?? { state: 'free', by: null, version: null };
  const of = (names: readonly string[]) => names.flatMap((name) => buildsOf(state, name));
  const risk = unlockRisk(lock, {
    startDeploys: of([jobs.startDeploy]),
    deploys: of(jobs.deploy),
    tests: of(jobs.tests),
  });
  const found: Finding[] = [];
  if (lock.state === 'free') found.push(finding('other', 'info', `${environment} is not locked.`, at));
  for (const { job, name } of risk.deploys)
    found.push(
      block('still-running', `${job} #${name} runs. A deployment must not be interrupted or overtaken.`, at),
    );
  for (const { job, name } of risk.tests)
    found.push(finding('holder-may-run', 'warn', `${job} #${name} still tests under this lock.`, at));
  if (risk.next) {
    const bag = bagOf(state, risk.next.id);
    found.push(
      finding(
        'holder-may-run',
        'warn',
        `${risk.next.job} #${risk.next.name} waits for the lock and takes it at once${bag ? `, with ${nameOf(seen, bag)}` : ''}.`,
        at,
      ),
    );
  }
  return found;
}

function testFindings(
  state: PipelineState,
  intent: Extract<BagIntent, { kind: 'retry-tests' | 'abort-tests' }>,
  at: string,
): Finding[] {
  const running = runningIn(state);
  const wanted = intent.kind === 'retry-tests' ? 'test-failed' : 'testing';
  if (running?.deployment.state !== wanted)
    return [
      block(
        'rule-blocks',
        wanted === 'testing' ? 'No tests are running there.' : 'There are no failed tests to run again.',
        at,
      ),
    ];
  if (intent.kind === 'abort-tests')
    return [finding('other', 'info', 'The lock stays taken, and the bag does not pass.', at)];
  const builds = running.deployment.jobs.flatMap(({ job, build, tries }) =>
    build && state.watched.jobs.tests.includes(job) ? [{ build, tries }] : [],
  );
  return builds.flatMap(({ build, tries }): Finding[] => {
    if (build.status === 'succeeded') return [];
    const offer = rerunOffer('test', build);
    return offer.offered
      ? [finding('other', 'info', `${build.job} runs again with the same bag: try ${tries + 1}.`, at)]
      : [block('rule-blocks', offer.because, at)];
  });
}

/** Who may change something: Concourse refuses others, and this is told before anyone clicks. */
function roleFindings({ view }: SeenPipeline, state: PipelineState, at: string): Finding[] {
  const user = view.user();
  if (!user || user.isAdmin) return [];
  const roles = user.teams[state.watched.place.team] ?? [];
  if (roles.some((role) => ['pipeline-operator', 'member', 'owner'].includes(role))) return [];
  return [
    finding(
      'permission',
      'unknown',
      `${user.name} is ${roles.join(', ') || 'nobody'} in the team ${state.watched.place.team}: Concourse may refuse it.`,
      at,
    ),
  ];
}

/** All findings of an intent on a pipeline that a Concourse runs. @param except the operation that asks */
export function concourseFindings(
  world: World,
  seen: SeenPipeline,
  intent: BagIntent,
  except: string | null,
): Finding[] {
  const freshness = seen.view.freshness();
  const at = `Concourse at ${new URL(seen.view.client.url).host}, as of ${seen.view.freshnessAt()}.`;
  const found = [...readOnlyFindings(world.ledger.readOnlyBecause)];
  if (freshness.state !== 'live')
    found.push(
      block(
        'environment-unreachable',
        'Concourse is not reachable, so nothing can be changed now.',
        freshness.state === 'unreachable' ? freshness.failure.message : 'It has not answered yet.',
      ),
    );
  const environment = subjectOf(intent).environment ?? seen.pipeline.environments[0] ?? '';
  const state = stateOf(seen, environment);
  found.push(...roleFindings(seen, state, at));
  const other = world
    .open()
    .find(
      ({ id, intent: theirs }) => id !== except && isStage(subjectOf(theirs), intent.pipeline, environment),
    );
  if (other && intent.kind !== 'abort-tests' && intent.kind !== 'change-policy')
    found.push(
      block('operation-running', `Already running: ${titleOf(other.intent)}.`, `Operation ${other.id}.`),
    );
  switch (intent.kind) {
    case 'deploy-bag':
    case 'roll-back-bag':
      return [...found, ...deployChecks(world, seen, state, intent, at)];
    case 'force-unlock':
      return [...found, ...unlockFindings(seen, state, at)];
    case 'retry-tests':
    case 'abort-tests':
      return [...found, ...testFindings(state, intent, at)];
    case 'pack-bag': {
      const job =
        state.watched.jobs.packBag === null ? undefined : state.jobs.get(state.watched.jobs.packBag);
      const offer = job && triggerOffer(job);
      if (!offer) return [...found, block('rule-blocks', `Bags are not packed in ${environment}.`, at)];
      if (!offer.offered) return [...found, block('rule-blocks', offer.because, at)];
      return [
        ...found,
        finding(
          'other',
          'info',
          'Concourse packs the newest version of each service; it can’t be told another.',
          at,
        ),
        ...weighed(packChecks(world, seen, state), policyOf(world, environment), false),
      ];
    }
    case 'change-policy':
      return [...found, ...policyFindings(world, seen, state, intent, at)];
    default:
      return [
        ...found,
        block(
          'rule-blocks',
          'Concourse’s lock is taken by start-deploy alone. Switch automatic deploys off, or pin a bag instead.',
          at,
        ),
      ];
  }
}

function policyFindings(
  world: World,
  seen: SeenPipeline,
  state: PipelineState,
  intent: Policy,
  at: string,
): Finding[] {
  const { change } = intent;
  const found: Finding[] = [];
  if (policyNeedsReason(change) && !intent.reason?.trim())
    found.push(finding('needs-reason', 'block', 'This needs a reason.', 'So that others can see why.'));
  if (change.action === 'autopilot' && !change.on && change.environment !== null)
    return [
      ...found,
      finding(
        'other',
        'info',
        `The job ${state.watched.jobs.startDeploy} is paused: nothing starts by itself, and what is asked for waits.`,
        at,
      ),
    ];
  if (state.bagResource?.pinned?.inConfig && ['pin', 'freeze', 'unpin'].includes(change.action))
    return [
      ...found,
      block(
        'rule-blocks',
        'The pin stands in the pipeline’s configuration: only a change of that takes it away.',
        at,
      ),
    ];
  const meant = versionChange(seen, intent);
  if (!meant)
    return [
      ...found,
      block(
        'rule-blocks',
        'Concourse has nothing of this kind: it is a matter of pipelines in the release repo.',
        at,
      ),
    ];
  const input = startInput(state);
  const starts = input && effectOf(input, meant)?.starts;
  return [
    ...found,
    ...effectFindings(seen, state, meant, at),
    // What starts because of it is a deployment, whoever starts it.
    ...(starts
      ? weighed(
          standingChecks(world, seen, state, 'deploy-bag', starts),
          policyOf(world, state.watched.environment),
          false,
        )
      : []),
  ];
}
