import type { LogSource } from '../../../shared/contract/logs';
import type { JoinedSource } from '../../data/log-session';

/** Colours that tell sources apart; beyond them they come round again, so there is always a name beside. */
const tones = 8;

/** How a source is called in front of its lines. */
export interface SourceLabel {
  /** Short, and different from every other in the session as far as the names tell. */
  text: string;
  /** 0-based number of its colour. */
  tone: number;
}

/** What pods' names have in common up to a hyphen says nothing when they stand side by side. */
function commonPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let length = first.length;
  for (const other of others) {
    let same = 0;
    while (same < length && first[same] === other[same]) same += 1;
    length = same;
  }
  return first.slice(0, first.lastIndexOf('-', length - 1) + 1);
}

/** Labels by number of source: role, what tells the pod from the others, and the container where a pod has several. */
export function sourceLabels(joined: readonly JoinedSource[]): ReadonlyMap<number, SourceLabel> {
  const sources = joined.map(({ source }) => source);
  const pods = [...new Set(sources.map(({ pod }) => pod))];
  const prefix = pods.length > 1 ? commonPrefix(pods) : '';
  const manyContainers = new Set(sources.map(({ container }) => container)).size > 1;
  const environments = new Set(sources.map(({ environment }) => environment)).size > 1;
  const roles = new Map<string | null, number>();
  const byPod = new Set(sources.map(({ role, pod }) => `${role} ${pod}`));
  for (const key of byPod) {
    const role = key.slice(0, key.lastIndexOf(' '));
    roles.set(role, (roles.get(role) ?? 0) + 1);
  }
  const labelOf = ({ role, pod, container, previous, environment }: LogSource): string => {
    // A role that only one pod has names it.
    const named = role !== null && roles.get(role) === 1 && pods.length > 1;
    const name = named ? '' : pods.length > 1 ? pod.slice(prefix.length) || pod : manyContainers ? '' : pod;
    return [
      environments ? environment : '',
      role ?? '',
      name,
      manyContainers ? container : '',
      previous ? '(previous)' : '',
    ]
      .filter(Boolean)
      .join(' ');
  };
  return new Map(
    joined.map(({ number, source }) => [number, { text: labelOf(source), tone: number % tones }]),
  );
}
