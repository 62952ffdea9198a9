import type { HistoryFilter } from '../../shared/domain/history/history-event';
import type { QuestionName, Questions } from './protocol';
import { board, compare, lastDeployments } from './query/board-query';
import { eventsByIds } from './query/event-select';
import { feed } from './query/feed-query';
import { figures } from './query/figures-query';
import type { IndexFacts } from './query/index-facts';
import {
  joinedBoard,
  joinedCompare,
  joinedDeployments,
  joinedEvents,
  joinedFeed,
  joinedLast,
  joinedList,
  joinedPrevious,
  joinedVersions,
  type Lines,
} from './query/joined-queries';
import type { LineView } from './query/line-view';
import { listedOf, outlineOf } from './query/outline-query';
import { eventsOfStory, FoldedLists, mostDeploying, storyPage } from './query/stories';
import { deployments, previousVersions, versionHistory } from './query/version-query';

/** Questions that are answered from what is indexed. */
type AnsweredName = Exclude<QuestionName, 'update' | 'tell'>;

/** Events of one story that are told: a commit can change hundreds of files. */
const mostOfStory = 300;
const foldings = new FoldedLists();

type Answers = { [N in AnsweredName]: (given: Questions[N]['input']) => Questions[N]['output'] };

/**
 * Answers one question. @param lines what is indexed: the image tags first, then what lies apart from them.
 * @throws {RangeError} for a question that there is not, and whatever the question throws.
 */
export function answerTo<Name extends QuestionName>(
  lines: readonly [LineView, ...LineView[]],
  question: Name,
  input: Questions[Name]['input'],
): unknown {
  const listed = (filter: HistoryFilter) => {
    const [{ statements, facts, lines: memory }] = lines;
    return lines.length === 1
      ? listedOf(statements, facts, memory().feed.refresh(statements), filter)
      : joinedList(lines, filter);
  };
  const folded = (query: HistoryFilter & { before?: unknown; limit?: unknown }) => {
    const { before: _, limit: __, ...filter } = query;
    return foldings.get(
      lines.map(({ facts }) => facts),
      filter,
      () => listed(filter),
    );
  };
  const read = (ids: readonly number[]) =>
    lines.length === 1 ? eventsByIds(lines[0].statements, ids) : joinedEvents(lines, ids);
  const all = lines.length === 1 ? answersOf(lines[0]) : joinedAnswers(lines);
  const ours: Answers = {
    ...all,
    feed: ({ stories, ...query }) => (stories ? storyPage(folded(query), query, read) : all.feed(query)),
    outline: ({ stories, pageSize, ...filter }) => {
      if (!stories) return outlineOf(listed(filter), pageSize);
      const list = folded(filter);
      return { ...outlineOf(list, pageSize), events: list.events, people: mostDeploying(list) };
    },
    story: ({ id }) => {
      const { ids, total } = eventsOfStory(listed({}), id, mostOfStory);
      return { events: read(ids), total };
    },
    figures: (query) =>
      figures(
        lines.map(({ statements, facts, lines: memory }) => ({
          line: memory().deployments.refresh(statements, facts),
          facts,
        })),
        query,
      ),
    names: () => namesIn(lines.map(({ facts }) => facts)),
  };
  const answers: Record<string, ((given: never) => unknown) | undefined> = ours;
  const answer = answers[question];
  if (!answer) throw new RangeError(`There is no question ${question}.`);
  return answer(input as never);
}

type LineAnswers = Omit<Answers, 'outline' | 'story' | 'figures' | 'names'>;

const answersOf = ({ statements, facts }: LineView): LineAnswers => ({
  feed: (query) => feed(statements, facts, query),
  lastDeployments: () => lastDeployments(statements, facts),
  deployments: (query) => deployments(statements, facts, query),
  previousVersions: (query) => previousVersions(statements, facts, query),
  board: (moment) => board(statements, facts, moment),
  versionHistory: (query) => versionHistory(statements, facts, query),
  compare: ({ left, right }) => compare(statements, facts, left, right),
});

const joinedAnswers = (lines: Lines): LineAnswers => ({
  feed: (query) => joinedFeed(lines, query),
  lastDeployments: () => joinedLast(lines),
  deployments: (query) => joinedDeployments(lines, query),
  previousVersions: (query) => joinedPrevious(lines, query),
  board: (moment) => joinedBoard(lines, moment),
  versionHistory: (query) => joinedVersions(lines, query),
  compare: ({ left, right }) => joinedCompare(lines, left, right),
});

const namesIn = (all: readonly IndexFacts[]): Questions['names']['output'] => ({
  apps: namesOf(all, 'app'),
  environments: namesOf(all, 'environment'),
  actors: sorted(all.flatMap(actorsOf)),
});

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** Every app or environment that an event is about. */
const namesOf = (all: readonly IndexFacts[], field: 'app' | 'environment'): string[] =>
  sorted(
    all
      .flatMap(({ complete, files, perCell }) =>
        // Of a branch that was rewritten some may have no event any more.
        files.filter(({ id }) => !complete || perCell.has(id)),
      )
      .map((file) => file[field]),
  ).filter((name) => name !== '');

const actorsOf = ({ actors, complete, perActor }: IndexFacts): string[] =>
  [...actors].filter(([, id]) => !complete || perActor.has(id)).map(([name]) => name);
