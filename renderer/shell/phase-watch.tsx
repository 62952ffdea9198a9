import { notifications } from '@mantine/notifications';
import { Link, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { shortTitleOf } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { stepAt } from '../../shared/domain/operation/present-step';
import { useOperations, useSession } from '../data/queries';
import { announce } from '../ui/text/announcer';
import { operationStateWord, stepWord } from '../ui/text/words';

/** What changed between two looks at the operations: a step, or the end. The first look is only remembered. */
export function phaseChanges(
  before: ReadonlyMap<string, string> | null,
  operations: readonly Operation[],
): { operation: Operation; text: string; ended: boolean }[] {
  if (!before) return [];
  const changes = [];
  for (const operation of operations) {
    const was = before.get(operation.id);
    if (was === phaseOf(operation)) continue;
    const ended = operation.state !== 'running';
    // What had ended before this window saw it is no news.
    if (ended && was === undefined) continue;
    const step = stepAt(operation);
    const phase = ended ? operationStateWord[operation.state] : step ? stepWord(step.name) : 'started';
    changes.push({ operation, text: `${shortTitleOf(operation.intent)}: ${phase}`, ended });
  }
  return changes;
}

/** One text per phase that is worth telling apart. */
export function phaseOf(operation: Operation): string {
  return `${operation.state} ${operation.state === 'running' ? (stepAt(operation)?.name ?? '') : ''}`;
}

/** Announces changes of phase, and notifies of the end of one's own operations; each leads to its operation. */
export function PhaseWatch() {
  const operations = useOperations({ limit: 50 }).data;
  const actor = useSession().data?.actor;
  const before = useRef<Map<string, string> | null>(null);
  const notified = useRef<Operation[]>([]);
  useEffect(() => {
    if (!operations) return;
    for (const { operation, text, ended } of phaseChanges(before.current, operations)) {
      announce(text);
      if (!ended || operation.actor !== actor || isInSight(operation, location.hash)) continue;
      notify(operation);
      notified.current.push(operation);
    }
    before.current = new Map(operations.map((operation) => [operation.id, phaseOf(operation)]));
  }, [operations, actor]);
  // A notification goes when one comes to where its news is seen.
  const { href } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is what it waits for
  useEffect(() => {
    const seen = notified.current.filter((one) => isInSight(one, location.hash));
    for (const { id } of seen) notifications.hide(id);
    notified.current = notified.current.filter((one) => !seen.includes(one));
  }, [href]);
  return null;
}

/**
 * Whether its end is seen where the window is: on its own screen; or on that of its pipeline of bags, whose cards show
 * what became of a deployment and what failed in it, and hold the way back, which nothing may cover. What was refused
 * before anything ran leaves no trace there.
 */
export const isInSight = ({ id, intent, state, jobs }: Operation, hash: string): boolean =>
  hash.includes(id) ||
  ('pipeline' in intent &&
    (state === 'succeeded' || (state === 'failed' && jobs.length > 0)) &&
    hash.split('?')[0] === `#/pipelines/${encodeURIComponent(intent.pipeline)}`);

/** Ends that nothing is wrong with. */
const quiet: ReadonlySet<Operation['state']> = new Set(['cancelled', 'superseded']);

function notify(operation: Operation): void {
  const good = operation.state === 'succeeded';
  notifications.show({
    id: operation.id,
    title: operationStateWord[operation.state],
    color: good ? 'teal' : quiet.has(operation.state) ? 'gray' : 'brick',
    autoClose: good || operation.state === 'superseded' ? 8_000 : false,
    message: (
      <Link
        to="/operations/$operationId"
        params={{ operationId: operation.id }}
        onClick={() => notifications.hide(operation.id)}
      >
        {shortTitleOf(operation.intent)}
      </Link>
    ),
  });
}
