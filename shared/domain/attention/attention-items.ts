import { deploymentWord } from '../bags/bag-words';
import { isStuck } from '../bags/machine';
import type { BagPipelineView, StageView } from '../bags/view';
import type { Board, Cell } from '../board/board';
import { isOnlyUncompared } from '../board/cell-words';
import { type ComparisonOutage, errorCause } from '../board/comparison-error';
import { awaitsConsent, type Freshness } from '../board/freshness';
import { servedText, whyStuck, whyTroubled } from '../board/why';
import { debtSentence, offSentence } from '../emergency/debt-words';
import { isHidden } from '../rollout/cluster-status';
import { notVisible } from '../rollout/not-visible';
import { listText } from '../text/list-text';
import { argoOutages, outageSentence } from './argo-outage';
import { attentionReason } from './attention-reason';

/** One thing that needs attention, wherever in the estate. */
export interface AttentionItem {
  key: string;
  /** What it is about: `router · production`. */
  subject: string;
  /** In two words. */
  reason: string;
  /** In a sentence; `null`: not told. */
  cause: string | null;
  /** Whether users are still served, in a sentence; `null`: not known, or no matter. */
  served: string | null;
  /** ISO 8601 UTC; `null`: not told. */
  since: string | null;
  /** Of an environment that users see. */
  production: boolean;
  /** Somebody has still to put it back. */
  owed: boolean;
  place:
    | { at: 'cell'; cell: Cell }
    | { at: 'pipeline'; pipeline: string; environment: string }
    | { at: 'cluster'; environment: string }
    | { at: 'repo' }
    | { at: 'freezes' }
    | { at: 'announcements' };
}

function ofCell(cell: Cell, production: boolean, { away, debts }: Board['emergency']): AttentionItem | null {
  const debt = debts.find(({ app, environment }) => app === cell.app && environment === cell.environment);
  const reason = attentionReason(cell);
  const isWell = cell.health === 'Healthy' && cell.rollout === null;
  // That something else runs than Git wants is what an emergency rollback is for. What fails is told all the same.
  if (debt && (reason === null || isWell))
    return {
      key: `cell ${cell.environment} ${cell.app}`,
      subject: `${cell.app} · ${cell.environment}`,
      reason: 'Emergency rollback',
      cause: `${cell.app} ${debtSentence(debt, cell.ledger?.version ?? null)} ${offSentence(debt)}`,
      served: null,
      since: debt.since,
      // A banner says it on every screen.
      production: false,
      owed: true,
      place: { at: 'cell', cell },
    };
  // While the release repo is away Argo CD can compare nothing: that is told once, and hides no app that fails.
  if (reason === null || (away !== null && isOnlyUncompared(cell))) return null;
  const why = whyTroubled(cell);
  return {
    key: `cell ${cell.environment} ${cell.app}`,
    subject: `${cell.app} · ${cell.environment}`,
    reason,
    cause: why?.text ?? null,
    served: servedText(cell),
    since: why?.since ?? null,
    production,
    owed: false,
    place: { at: 'cell', cell },
  };
}

/** A deployment of a bag that waits for a person, with the lock kept; or a lock that can't be read. */
function ofStage({ pipeline }: BagPipelineView, stage: StageView): AttentionItem | null {
  const { environment, running, lock, lockProblem, tier } = stage;
  const stuck = running !== null && lock !== null && isStuck(running.state) ? running : null;
  if (!stuck && !lockProblem) return null;
  const failed = Object.entries(stuck?.tests ?? {}).flatMap(([suite, end]) =>
    end === 'failed' ? [suite] : [],
  );
  const tests = failed.length > 0 ? `Failed: ${failed.join(', ')}.` : null;
  return {
    key: `pipeline ${pipeline} ${environment}`,
    subject: `${pipeline} · ${environment}`,
    reason: stuck ? `Bag ${stuck.bag}: ${deploymentWord(stuck).toLowerCase()}` : 'Lock unreadable',
    cause: stuck
      ? `${stuck.failure ?? tests ?? 'Nobody has decided what becomes of it.'} The environment stays locked.`
      : (lockProblem?.message ?? null),
    served: null,
    since: stuck?.since ?? null,
    production: tier === 'production',
    owed: false,
    place: { at: 'pipeline', pipeline, environment },
  };
}

function ofSource(
  subject: string,
  freshness: Freshness,
  place: AttentionItem['place'],
): AttentionItem | null {
  if (freshness.state !== 'unreachable') return null;
  const refused = freshness.failure.code === 'unauthorised';
  return {
    key: `source ${subject}`,
    subject,
    reason: awaitsConsent(freshness)
      ? 'Needs your permission'
      : refused
        ? 'Sign-in refused'
        : freshness.failure.code === 'signed-out'
          ? 'Not signed in'
          : 'Unreachable',
    cause: freshness.failure.message,
    served: null,
    since: freshness.since,
    production: false,
    owed: false,
    place,
  };
}

/** Promotions that the pipeline should have made and did not. Users are served all the while. */
function ofPromotions({ cells, environments }: Board, now: number): AttentionItem[] {
  const views = new Map(environments.map((one) => [one.name, one]));
  const found: AttentionItem[] = [];
  for (const [at, cell] of cells.entries()) {
    const view = views.get(cell.environment);
    if (!view || view.before === null) continue;
    const why = whyStuck(cell, view, ofSameApp(cells, at, view.before), now);
    if (!why || attentionReason(cell) !== null) continue;
    found.push({
      key: `promotion ${cell.environment} ${cell.app}`,
      subject: `${cell.app} · ${cell.environment}`,
      reason: 'Promotion stuck',
      cause: why.text,
      served: null,
      since: why.since,
      production: false,
      owed: false,
      place: { at: 'cell', cell },
    });
  }
  return found;
}

/** The cell of the same app in another environment, near a place: those of an app stand beside each other. */
function ofSameApp(cells: readonly Cell[], at: number, environment: string): Cell | null {
  const app = cells[at]?.app;
  for (const step of [-1, 1])
    for (let place = at + step; cells[place]?.app === app && app !== undefined; place += step)
      if (cells[place]?.environment === environment) return cells[place] ?? null;
  return null;
}

/** What keeps Argo CD from comparing: one entry each, and none of its own where the release repo is away for everybody. */
function ofOutages(board: Board): AttentionItem[] {
  const isToldAlready = board.ledger.state === 'unreachable' || board.emergency.away !== null;
  return argoOutages(board).flatMap((one): AttentionItem[] => {
    const [environment = ''] = one.environments;
    if (one.outage === 'repo' && isToldAlready) return [];
    return [
      {
        key: `argo-cd ${one.outage}`,
        subject: one.environments.length === 1 ? `Argo CD · ${environment}` : 'Argo CD',
        reason: outageWord[one.outage],
        cause: outageSentence(one),
        served: null,
        since: one.since,
        production: false,
        owed: false,
        place: { at: 'cluster', environment },
      },
    ];
  });
}

const outageWord: Record<ComparisonOutage, string> = {
  repo: 'Can’t read the repo',
  'sign-in': 'Sign-in refused',
  'argo-cd': 'Doesn’t answer',
  cluster: 'Can’t read the cluster',
};

/** Cells that Argo CD can't compare for the same cause, which may lie in what they share: one entry for all of them. */
function grouped(items: readonly AttentionItem[]): AttentionItem[] {
  const groups = new Map<string, AttentionItem[]>();
  const others: AttentionItem[] = [];
  for (const item of items) {
    const cause = item.place.at === 'cell' ? uncomparedCause(item.place.cell) : null;
    if (cause === null) others.push(item);
    else groups.set(cause, [...(groups.get(cause) ?? []), item]);
  }
  const together = [...groups].map(([cause, some]): AttentionItem[] => {
    const first = some.find(({ production }) => production) ?? some[0];
    if (!first || some.length === 1) return some;
    const subjects = some.map(({ subject }) => subject);
    return [
      {
        ...first,
        key: `cells ${cause}`,
        subject: `${first.subject} and ${some.length - 1} more`,
        cause: `${first.cause ?? first.reason} The same in ${listText(
          subjects.filter((one) => one !== first.subject),
          4,
        )}.`,
        since: some.flatMap(({ since }) => since ?? []).sort()[0] ?? null,
      },
    ];
  });
  return [...others, ...together.flat()];
}

/** Why Argo CD can't compare a cell that is well otherwise; `null`: that is not what is wrong with it. */
function uncomparedCause(cell: Cell): string | null {
  if (!isOnlyUncompared(cell)) return null;
  const error = cell.applications
    .flatMap(({ conditions }) => conditions)
    .find(({ type }) => type === 'ComparisonError' || type === 'InvalidSpecError');
  return error ? `${error.type} ${errorCause(cell.app, error.message)}` : null;
}

/** ISO texts order by time; comparing them as a language does takes a hundred times as long. */
const byTime = (a: string | null, b: string | null): number =>
  (a ?? '') < (b ?? '') ? -1 : Number((a ?? '') > (b ?? ''));

const isItem = (one: AttentionItem | null): one is AttentionItem => one !== null;

/**
 * All that needs attention: what users see first, then what is still to be put back, then the newest. Sources that can't be reached are among it, since
 * nothing of theirs is known to be fine.
 * @param now ms since the epoch: what is overdue depends on it.
 */
export function attentionItems(
  board: Board,
  pipelines: readonly BagPipelineView[],
  now: number,
): AttentionItem[] {
  const live = new Set(board.environments.flatMap(({ name, tier }) => (tier === 'production' ? [name] : [])));
  const items = [
    ofSource('Release repo', board.ledger, { at: 'repo' }),
    ...board.environments.map(({ name, cluster }) =>
      ofSource(`Cluster of ${name}`, cluster, { at: 'cluster', environment: name }),
    ),
    ...pipelines.flatMap((pipeline) => pipeline.stages.map((stage) => ofStage(pipeline, stage))),
    ...ofOutages(board),
    ...ofPromotions(board, now),
    ...grouped(
      board.cells.map((cell) => ofCell(cell, live.has(cell.environment), board.emergency)).filter(isItem),
    ),
  ].filter(isItem);
  return items.sort(
    (a, b) =>
      Number(b.production) - Number(a.production) ||
      Number(b.owed) - Number(a.owed) ||
      byTime(b.since, a.since),
  );
}

/**
 * Why it can't be said that nothing needs attention, as a sentence; `null`: everything was seen.
 * @param pipelinesKnown whether all pipelines of bags have been read.
 */
export function notKnownBecause(board: Board, pipelinesKnown: boolean): string | null {
  if (board.commit === null && board.ledger.state === 'unreachable')
    return 'The release repo has not been read yet.';
  if (board.commit === null || board.ledger.state === 'connecting') return 'Checking the release repo…';
  const waiting = board.environments.filter(({ cluster }) => cluster.state === 'connecting');
  if (waiting.length > 0) return `Checking ${waiting.map(({ name }) => name).join(', ')}…`;
  if (!pipelinesKnown) return 'Checking the bags…';
  if (board.environments.every(({ cluster }) => cluster.state === 'absent'))
    return 'Health is not known: no clusters are connected.';
  const blind = board.environments.filter(
    ({ gaps, cluster }) => gaps.some((gap) => !isHidden(gap)) || cluster.state === 'absent',
  );
  if (blind.length > 0) return `Not everything can be seen in ${blind.map(({ name }) => name).join(', ')}.`;
  // What nobody here may see is no trouble: it is told at each environment, and claimed of nobody here.
  return board.environments.some(({ gaps }) => notVisible(gaps) !== null)
    ? 'Nothing that is visible to you needs attention.'
    : null;
}
