import type {
  FeedOutline,
  FeedPage,
  HistoryEvent,
  HistoryEventType,
  HistoryFilter,
} from '../../../shared/domain/history/history-event';
import { deploymentWhat, whatOf } from '../index/event-row';
import { storyCount } from './feed-line';
import type { Listed } from './outline-query';

/**
 * Stories: all that one operation changed, or one commit that is no operation's, as one row of the feed. What it says is
 * the event that tells most of it; how many others there are, and whose apps, stands with it.
 */

/** Of the events of a story the first of these tells it; those that are not here come after them. */
const telling: readonly HistoryEventType[] = [
  'bag-failed',
  'bag-passed',
  'bag-started',
  'deployment',
  'bag-packed',
  'frozen',
  'unfrozen',
  'hold-set',
  'hold-released',
  'appeared',
  'gone',
  'moved',
  'marked-bad',
  'pinned',
];
const ranks = new Map(telling.map((type, rank) => [whatOf(type), rank]));
const rankOf = (what: number): number => ranks.get(what) ?? telling.length;

/** How many people are named as those who deployed most. */
const named = 5;

/** A list with a row per story, in the order of the events that tell them. */
export interface Stories extends Listed {
  /** Events of the list before it was folded. */
  events: number;
  /** Events of the story under the filter. */
  size: (row: number) => number;
  /** The first story after an event of the list, whether or not it still tells its story; `total`: there is none. */
  after: (id: number) => number;
}

function storiesOf(listed: Listed): Stories {
  const { total } = listed;
  const count = storyCount();
  const best = new Int32Array(count).fill(-1);
  const sizes = new Int32Array(count);
  for (let row = 0; row < total; row += 1) {
    const story = listed.story(row);
    const before = best[story] ?? -1;
    sizes[story] = (sizes[story] ?? 0) + 1;
    if (before < 0 || rankOf(listed.what(row)) < rankOf(listed.what(before))) best[story] = row;
  }
  const rows = best.filter((row) => row >= 0).sort();
  const at = (row: number): number => rows[row] ?? 0;
  return {
    total: rows.length,
    events: total,
    id: (row) => listed.id(at(row)),
    at: (row) => listed.at(at(row)),
    day: (row) => listed.day(at(row)),
    begin: (row) => listed.begin(at(row)),
    story: (row) => listed.story(at(row)),
    what: (row) => listed.what(at(row)),
    actor: (row) => listed.actor(at(row)),
    size: (row) => sizes[listed.story(at(row))] ?? 1,
    after: (id) => {
      let place = 0;
      while (place < total && listed.id(place) !== id) place += 1;
      const first = place === total ? -1 : rows.findIndex((row) => row > place);
      return first < 0 ? rows.length : first;
    },
  };
}

/** Who deployed most, by operations: the first few, most first. */
export function mostDeploying(stories: Listed): NonNullable<FeedOutline['people']> {
  const counts = new Map<string, number>();
  for (let row = 0; row < stories.total; row += 1) {
    if (stories.what(row) !== deploymentWhat) continue;
    const name = stories.actor(row);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, deployments]) => ({ name, deployments }))
    .sort((a, b) => b.deployments - a.deployments || (a.name < b.name ? -1 : 1))
    .slice(0, named);
}

/** One page of stories. @param read events by their ids, in that order. */
export function storyPage(
  stories: Stories,
  { before, limit }: { before?: number | undefined; limit: number },
  read: (ids: readonly number[]) => HistoryEvent[],
): FeedPage {
  // Another event may tell the story by now, since it went on: what comes after is the same.
  const first = before === undefined ? 0 : stories.after(before);
  const rows = Array.from(
    { length: Math.max(0, Math.min(limit, stories.total - first)) },
    (_, at) => first + at,
  );
  const sizes = new Map(rows.map((row) => [stories.id(row), stories.size(row)]));
  const events = read(rows.map(stories.id));
  return {
    events,
    next: first + limit < stories.total ? (events.at(-1)?.id ?? null) : null,
    sizes: events.map(({ id }) => sizes.get(id) ?? 1),
  };
}

/** Ids of all events of a story, newest first, at most so many. @param all the unfiltered list. */
export function eventsOfStory(all: Listed, id: number, most: number): { ids: number[]; total: number } {
  let story = -1;
  for (let row = 0; row < all.total && story < 0; row += 1) if (all.id(row) === id) story = all.story(row);
  const ids: number[] = [];
  let total = 0;
  for (let row = 0; row < all.total && story >= 0; row += 1) {
    if (all.story(row) !== story) continue;
    total += 1;
    if (ids.length < most) ids.push(all.id(row));
  }
  return { ids, total };
}

/** The last few foldings, by what they were made of: pages of one list come one after the other. */
export class FoldedLists {
  #known: { lines: readonly object[]; filter: string; of: Stories }[] = [];

  /** @param lines what is known of each line: another object once its index changed */
  get(lines: readonly object[], filter: HistoryFilter, list: () => Listed): Stories {
    const key = JSON.stringify(filter);
    const known = this.#known.find(
      (one) =>
        one.filter === key &&
        one.lines.length === lines.length &&
        one.lines.every((line, index) => line === lines[index]),
    );
    if (known) return known.of;
    const of = storiesOf(list());
    this.#known = [{ lines, filter: key, of }, ...this.#known].slice(0, 4);
    return of;
  }
}
