/**
 * Following a log: it stays at the newest line until a person scrolls up; then lines that come are counted, and one
 * click goes back. Line numbers are absolute: they count lines that were let go, too.
 */
export interface FollowState {
  following: boolean;
  /** Lines that had come when following stopped. */
  seen: number;
}

export type FollowEvent =
  | { type: 'lines'; total: number }
  /** The person moved the view, by whatever means; `atEnd` when the newest line is in sight. */
  | { type: 'scrolled'; up: boolean; atEnd: boolean; total: number }
  | { type: 'to-end'; total: number }
  | { type: 'stop'; total: number };

export const followStart: FollowState = { following: true, seen: 0 };

export function follow(state: FollowState, event: FollowEvent): FollowState {
  switch (event.type) {
    case 'lines':
      return state.following && state.seen !== event.total ? { following: true, seen: event.total } : state;
    case 'scrolled':
      if (event.up && state.following) return { following: false, seen: event.total };
      // Only moving down to the end takes up following again: a view that is shorter than the log is always "at the
      // end" for a moment while it is laid out.
      if (!event.up && event.atEnd && !state.following) return { following: true, seen: event.total };
      return state;
    case 'to-end':
      return { following: true, seen: event.total };
    case 'stop':
      return state.following ? { following: false, seen: event.total } : state;
  }
}

/** How many lines came since following stopped. */
export function newLines(state: FollowState, total: number): number {
  return state.following ? 0 : Math.max(0, total - state.seen);
}
