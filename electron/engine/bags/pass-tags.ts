import { setTimeout as pause } from 'node:timers/promises';
import { passTag, passTagPrefix } from '../../../shared/domain/bags/deploying';
import type { PipelineRecords } from '../../../shared/domain/bags/pipeline-records';
import type { Pass } from '../../../shared/domain/bags/records';
import { type Failure, fail, type Result } from '../../../shared/domain/failure/failure';
import { recordPath } from '../../../shared/domain/records/record-paths';
import { inBackground } from '../../log/log';
import type { World } from '../world';
import { bagPipelines, recordsNow } from './pipelines';

/** Passes that are older are left alone, in milliseconds: tags that somebody tidied away do not come back. */
const youngerThan = 14 * 24 * 3_600_000;
/** The longest wait after tags could not be made, in milliseconds. */
const longestWait = 10 * 60_000;

const notFound = (tag: string): Failure => ({
  code: 'not-found',
  message: `The commit for the tag ${tag} was not found.`,
  meaning: 'The pass still counts; the tag is only for people and other tools.',
  next: [],
});

/**
 * Puts a pass's tag beside the commit that recorded it; the commit is found by the file that it wrote. A tag that is
 * there already is left as it is.
 * @param commit of the pass, where it is known.
 */
export async function tagPass(
  world: World,
  pass: Pick<Pass, 'pipeline' | 'environment' | 'bag' | 'operation' | 'tag'>,
  signal: AbortSignal,
  commit: string | null = null,
): Promise<Result<{ made: boolean }>> {
  const log = commit === null ? await world.ledger.log([recordPath('pass', pass)], 1, signal) : null;
  if (log && !log.ok) return log;
  const found = commit ?? log?.value[0]?.commit;
  return found === undefined ? fail(notFound(pass.tag)) : world.ledger.tag(pass.tag, found);
}

/**
 * Makes up for tags of passes whose console died between the pass and its tag: every console looks, and whoever is first
 * makes it. Whoever recorded the pass has a head start.
 * @returns to be called when the ledger moved
 */
export function makeUpForPassTags(world: World, signal: AbortSignal): { look: () => void } {
  /** Tags that are known to be at the remote. */
  const there = new Set<string>();
  /** What the ledger said when nothing was open any more: clusters change far more often than it does. */
  const settled = new WeakSet<PipelineRecords>();
  let working = false;
  let failures = 0;

  const open = (): Pass[] =>
    bagPipelines(world.estate).flatMap(({ name, environments }) => {
      const records = recordsNow(world, name);
      if (settled.has(records)) return [];
      const since = world.now().getTime() - youngerThan;
      const found = environments.flatMap((environment) =>
        records.environment(environment).passes.flatMap(({ found: pass }) => {
          if (!pass.ok || there.has(pass.value.tag) || Date.parse(pass.value.at) < since) return [];
          // Another name than the rule's was written by somebody else, and is theirs to make.
          return pass.value.tag === passTag(environment, pass.value.at) ? [pass.value] : [];
        }),
      );
      if (found.length === 0) settled.add(records);
      return found;
    });

  /** @returns whether all tags are there now. */
  async function makeUp(): Promise<boolean> {
    const known = await world.ledger.tags(passTagPrefix, signal);
    if (!known.ok) return false;
    for (const tag of known.value) there.add(tag);
    for (const pass of open()) {
      const tagged = await tagPass(world, pass, signal);
      if (!tagged.ok) return false;
      there.add(pass.tag);
    }
    return true;
  }

  async function work(): Promise<void> {
    while (!signal.aborted && open().length > 0) {
      await pause(Math.min(world.limits.tag * 2 ** failures, longestWait), undefined, { signal });
      failures = (await makeUp()) ? 0 : failures + 1;
    }
  }

  const look = (): void => {
    if (working || signal.aborted || world.ledger.readOnlyBecause !== null) return;
    working = true;
    inBackground(
      world.log,
      'bags.pass-tags-failed',
      work().finally(() => {
        working = false;
      }),
      { signal },
    );
  };
  return { look };
}
