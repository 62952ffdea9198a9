import type { HistoryFilter } from '../../shared/domain/history/history-event';
import type { QuestionName, Questions } from './protocol';
import { board, compare, lastDeployments } from './query/board-query';
import { eventsByIds } from './query/event-select';
import { feed } from './query/feed-query';
import { figures } from './query/figures-query';
import type { IndexFacts } from './query/index-facts';
import { joinedBoard, joinedCompare, joinedEvents, joinedFeed, joinedList } from './query/joined-queries';
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
 * Answers one question. @param records the line of records, where these lie apart and it is indexed.
 * @throws {RangeError} for a question that there is not, and whatever the question throws.
 */
export function answerTo<Name extends QuestionName>(
  tags: LineView,
  records: LineView | null,
  question: Name,
  input: Questions[Name]['input'],
): unknown {
  const answers: Record<string, ((given: never) => unknown) | undefined> = answersOf(tags, records);
  const answer = answers[question];
  if (!answer) throw new RangeError(`There is no question ${question}.`);
  return answer(input as never);
}

function answersOf(tags: LineView, records: LineView | null): Answers {
  const { statements, facts, lines } = tags;
  const both = records && { tags, records };
  const listed = (filter: HistoryFilter) =>
    both ? joinedList(both, filter) : listedOf(statements, facts, lines().feed.refresh(statements), filter);
  const folded = (query: HistoryFilter & { before?: unknown; limit?: unknown }) => {
    const { before: _, limit: __, ...filter } = query;
    return foldings.get(facts, records?.facts ?? null, filter, () => listed(filter));
  };
  const read = (ids: readonly number[]) => (both ? joinedEvents(both, ids) : eventsByIds(statements, ids));
  return {
    feed: ({ stories, ...query }) => {
      if (stories) return storyPage(folded(query), query, read);
      return both ? joinedFeed(both, query) : feed(statements, facts, query);
    },
    outline: ({ stories, pageSize, ...filter }) => {
      if (!stories) return outlineOf(listed(filter), pageSize);
      const list = folded(filter);
      return { ...outlineOf(list, pageSize), events: list.events, people: mostDeploying(list) };
    },
    story: ({ id }) => {
      const { ids, total } = eventsOfStory(listed({}), id, mostOfStory);
      return { events: read(ids), total };
    },
    lastDeployments: () => lastDeployments(statements, facts),
    deployments: (query) => deployments(statements, facts, query),
    previousVersions: (query) => previousVersions(statements, facts, query),
    board: (moment) => (both ? joinedBoard(both, moment) : board(statements, facts, moment)),
    versionHistory: (query) => versionHistory(statements, facts, query),
    compare: ({ left, right }) =>
      both ? joinedCompare(both, left, right) : compare(statements, facts, left, right),
    figures: (query) => figures(lines().deployments.refresh(statements, facts), facts, query),
    names: () => {
      const all = records ? [facts, records.facts] : [facts];
      return {
        apps: namesOf(all, 'app'),
        environments: namesOf(all, 'environment'),
        actors: sorted(all.flatMap(actorsOf)),
      };
    },
  };
}

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
