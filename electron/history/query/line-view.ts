import { DeploymentLine } from './deployment-line';
import type { Statements } from './event-select';
import { FeedLine } from './feed-line';
import type { IndexFacts } from './index-facts';

/** What is in memory of a whole index. */
export interface MemoryLines {
  deployments: DeploymentLine;
  feed: FeedLine;
}

export const memoryLines = (): MemoryLines => ({ deployments: new DeploymentLine(), feed: new FeedLine() });

/** The index of one line, as questions read it. */
export interface LineView {
  statements: Statements;
  facts: IndexFacts;
  /** What its events are marked with: they come from elsewhere than the release repo. */
  origin: 'concourse' | null;
  /** Not filled yet, or not up to date: each has a `refresh`. */
  lines: () => MemoryLines;
}
