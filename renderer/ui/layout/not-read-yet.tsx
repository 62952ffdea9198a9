import { Empty } from './panel';

/** In place of what stands in the release repo, while that was never read: nothing is said to be absent. */
export function NotReadYet({ what }: { what: string }) {
  return (
    <Empty title="Not known yet">
      The release repo has not been read on this computer yet. {what} will show here once it has.
    </Empty>
  );
}
