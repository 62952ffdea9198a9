import { type Freeze, type FreezeScope, freezePhase, scopeText } from '../../../shared/domain/freeze/freeze';
import { frozenEnvironments, gatesOf, thawPlan, uncovered } from '../../../shared/domain/freeze/freeze-flags';
import type { FlagClaim } from '../../../shared/domain/hold/flag-claims';
import type { FreezeIntent } from '../../../shared/domain/operation/intent';
import { type Finding, finding } from '../../../shared/domain/preflight/finding';
import { ownCommitFindings } from '../../../shared/domain/preflight/preflight-route';
import { count } from '../../../shared/domain/text/count';
import { listText } from '../../../shared/domain/text/list-text';
import { utcText } from '../../../shared/domain/text/utc-text';
import { ledgerFindings } from '../ledger-findings';
import type { World } from '../world';
import { freezeAt, others } from './freeze-changes';
import { freezeWay, isApart } from './freeze-way';

/** Nothing in the pipeline stops new releases in these. */
export const openText = (open: readonly string[]): string =>
  `Nothing in the pipeline can stop new releases in ${listText(open)}: they still deploy there.`;

/** What does not exist can't be frozen. */
function scopeFindings({ estate, ledger, reader }: World, scope: FreezeScope): Finding[] {
  const { app, environment, pipeline } = scope;
  const missing = (what: string): Finding[] => [
    finding('other', 'block', `There is no ${what}.`, 'The estate file.'),
  ];
  if (environment !== null && !estate.environments.some(({ name }) => name === environment))
    return missing(`environment ${environment}`);
  if (pipeline !== null && !estate.pipelines.some(({ name }) => name === pipeline))
    return missing(`pipeline ${pipeline}`);
  const { files } = reader.view(ledger.snapshot());
  const services = estate.pipelines.flatMap((one) => (one.kind === 'bags' ? one.services : []));
  if (app !== null && !services.includes(app) && ![...files.values()].some((apps) => apps.has(app)))
    return missing(`app ${app}`);
  return [];
}

/** What a freeze of this scope does, before anyone sets it. */
function effectFindings({ estate, ledger, reader }: World, scope: FreezeScope): Finding[] {
  const gates = gatesOf(scope, estate, reader.view(ledger.snapshot()).files);
  const { open } = frozenEnvironments(scope, estate);
  const where = [...new Set(gates.map(({ before }) => before))];
  const apps = new Set(gates.map(({ app }) => app)).size;
  const found: Finding[] = [];
  if (gates.length > 0)
    found.push(
      finding(
        'freeze',
        'info',
        `Switches automatic deploys off for ${count(apps, 'app')}, in the files of ${listText(where)}, where the pipeline looks. Promotions in progress are stopped.`,
        'Lifting the freeze gives back what it switched off.',
      ),
    );
  if (open.length > 0)
    found.push(finding('freeze', 'info', openText(open), 'The pipelines in the estate file.'));
  return found;
}

/** What lifting gives back, and what stays off, and why. */
function thawFindings({ estate, ledger, reader }: World, freeze: Freeze): Finding[] {
  const snapshot = ledger.snapshot();
  const plans = thawPlan(freeze, reader.view(snapshot).files, (app) =>
    reader.claims(snapshot, app).filter((one) => one.freeze?.operation !== freeze.operation),
  );
  const restored = [...plans].filter(([, { restore }]) => restore.length > 0);
  const kept = [...plans].flatMap(([app, plan]) =>
    plan.kept.map(({ environment, because }) => `${app} in ${environment}: ${because}`),
  );
  const gated = frozenEnvironments(freeze, estate).gated;
  const text =
    restored.length === 0
      ? 'No automatic deploys are switched on by this.'
      : `Switches automatic deploys on again for ${count(restored.length, 'app')}${gated.length > 0 ? ` into ${listText(gated)}` : ''}. Nothing is deployed now.`;
  return [
    finding('freeze', 'info', text, `Set by ${freeze.by} at ${utcText(freeze.at)}.`),
    ...(kept.length > 0
      ? [
          finding(
            'freeze',
            'info',
            `${count(kept.length, 'flag')} ${kept.length === 1 ? 'stays' : 'stay'} as ${kept.length === 1 ? 'it is' : 'they are'}.`,
            `${kept.slice(0, 5).join('. ')}${kept.length > 5 ? `, and ${kept.length - 5} more` : ''}.`,
          ),
        ]
      : []),
  ];
}

/** Whether it changes flags of apps now or later, or the record alone. Of an unreadable freeze that is not known. */
export function touches(world: World, intent: FreezeIntent): 'flags' | 'records' {
  if (intent.kind === 'freeze') return intent.automatic ? 'flags' : 'records';
  if (intent.kind === 'change-freeze') return 'records';
  const snapshot = world.ledger.snapshot();
  const there = freezeAt(world, snapshot, intent.freeze);
  if (!there?.ok) return there ? 'flags' : 'records';
  const { files } = world.reader.view(snapshot);
  const claims = (app: string): readonly FlagClaim[] => world.reader.claims(snapshot, app);
  if (intent.kind === 'begin-freeze')
    return uncovered(there.value, world.estate, files, claims).some(({ now }) => now !== false)
      ? 'flags'
      : 'records';
  const plans = thawPlan(there.value, files, others(world, snapshot, intent.freeze));
  return [...plans.values()].some(({ restore }) => restore.length > 0) ? 'flags' : 'records';
}

/** How it lands, or why it can't. */
function wayFindings(world: World, intent: FreezeIntent): Finding[] {
  if (world.ledger.readOnlyBecause !== null) return [];
  const way = freezeWay(world, intent.scope, touches(world, intent));
  if (way.by === 'closed') return ownCommitFindings(way.access, way.changes);
  if (way.by === 'commit') return [];
  const now = isApart(world);
  const text = {
    freeze: now
      ? 'Its flags go by a pull request. Deploys by hand meet the freeze at once; automatic deploys go on until the pull request is reviewed and merged.'
      : 'It goes by a pull request, and begins once that is reviewed and merged. Until then nothing is frozen.',
    thaw: now
      ? 'The freeze is over at once. Automatic deploys stay off until a pull request that switches them on is reviewed and merged.'
      : 'It goes by a pull request. The freeze lasts until that is reviewed and merged.',
  };
  const said =
    intent.kind === 'thaw'
      ? text.thaw
      : intent.kind === 'freeze'
        ? text.freeze
        : 'It goes by a pull request that waits for its review.';
  return [
    finding('freeze', 'info', said, 'Your rights, as checked: the branch takes no commits of your own.'),
  ];
}

/** Everything that speaks against a change of freezes, and what it comes to, before anything is committed. */
export function freezeFindings(world: World, intent: FreezeIntent): Finding[] {
  const { ledger } = world;
  const found = ledgerFindings(world);
  const snapshot = ledger.snapshot();
  const there = intent.kind === 'freeze' ? null : freezeAt(world, snapshot, intent.freeze);
  found.push(...wayFindings(world, intent));
  if (intent.kind === 'freeze') {
    if (intent.until !== null && Date.parse(intent.until) <= world.now().getTime())
      found.push(finding('freeze', 'block', 'Its end is over already.', utcText(intent.until)));
    else if (
      intent.until !== null &&
      intent.from !== null &&
      Date.parse(intent.until) <= Date.parse(intent.from)
    )
      found.push(finding('freeze', 'block', 'It ends before it begins.', utcText(intent.until)));
    found.push(...scopeFindings(world, intent.scope));
    if (intent.automatic) found.push(...effectFindings(world, intent.scope));
    return found;
  }
  const freeze = there;
  if (freeze === null) {
    // An autopilot that was not the first has nothing to do.
    if (intent.kind === 'change-freeze' || (intent.kind === 'thaw' && !intent.ended))
      found.push(finding('freeze', 'block', 'This freeze was lifted already.', scopeText(intent.scope)));
    return found;
  }
  if (!freeze.ok)
    return [...found, finding('unreadable', 'block', freeze.failure.message, freeze.failure.meaning)];
  if (freeze.newer) found.push(finding('newer-record', 'block', freeze.newer.message, freeze.newer.meaning));
  if (intent.kind === 'thaw') found.push(...thawFindings(world, freeze.value));
  if (intent.kind === 'change-freeze' && freezePhase(freeze.value, world.now()) === 'ended')
    found.push(finding('freeze', 'block', 'This freeze has ended.', `${utcText(freeze.value.until ?? '')}.`));
  return found;
}
