import type { ArgoSystem } from '../../../shared/domain/estate/argo-servers';
import type { ClusterAccess, ClusterAction } from '../../../shared/domain/estate/cluster-access';
import { type ClusterGap, type ClusterWatch, isHidden } from '../../../shared/domain/rollout/cluster-status';
import { listText } from '../../../shared/domain/text/list-text';

/** What an action is, for people. */
export const clusterActionWord: Record<ClusterAction, string> = {
  refresh: 'Refresh an Application',
  sync: 'Sync an Application',
  'terminate-sync': 'Terminate a sync',
  'submit-workflow': 'Submit and resubmit workflows',
  'stop-workflow': 'Stop, terminate and suspend workflows',
  'resume-workflow': 'Resume workflows',
  'retry-workflow': 'Retry workflows from their failure',
  'read-logs': 'Read logs',
  'read-events': 'Read events',
  'switch-automatic-sync': 'Switch automatic sync off and on',
  'set-image': 'Set the image of a Deployment',
};

export const accessWord: Record<ClusterAccess['state'], string> = {
  allowed: 'Allowed',
  denied: 'Not allowed',
  unknown: 'Not known',
};

/** A latency as people read it: `18 ms`, `1.2 s`. */
export function latencyText(ms: number | null): string {
  if (ms === null) return 'not measured';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/**
 * Gaps as they are told: kinds of which nothing but the health is shown together, since an account that lacks one of
 * them mostly lacks them all.
 */
export function toldGaps(gaps: readonly ClusterGap[]): ClusterGap[] {
  const minor = gaps.filter(({ topics }) => topics.every((one) => one === 'resources') && topics.length > 0);
  const [first] = minor;
  if (!first || minor.length === 1) return [...gaps];
  return [
    ...gaps.filter((one) => !minor.includes(one)),
    {
      ...first,
      kind: minor.map(({ kind }) => kind).join(', '),
      selector: null,
      means: [...new Set(minor.map(({ means }) => means))].join(' '),
    },
  ];
}

/** The server of Argo's that shows what a cluster does not; `null`: neither of them does. */
export const systemOf = ({ topics }: ClusterGap): ArgoSystem | null => {
  if (topics.some((topic) => topic === 'applications' || topic === 'projects')) return 'argo-cd';
  return topics.includes('workflows') ? 'argo-workflows' : null;
};

/** What is kept from a person for one cause. */
interface KeptGaps {
  title: string;
  kinds: string;
  means: string;
  because: string;
  /** Which of the kinds one of Argo's servers may show, by that server. */
  shownBy: ReadonlyMap<ArgoSystem, string>;
}

/** What is kept from the person, together: all that their rights keep, and all that the estate file names no way to. */
export function keptGaps(gaps: readonly ClusterGap[]): KeptGaps[] {
  const told = (some: readonly ClusterGap[], title: string): KeptGaps[] => {
    if (some.length === 0) return [];
    const kinds = new Map<ArgoSystem, Set<string>>();
    for (const gap of some) {
      const system = systemOf(gap);
      if (system) kinds.set(system, (kinds.get(system) ?? new Set()).add(gap.kind));
    }
    const unique = (texts: readonly string[]): string => [...new Set(texts)].join(' ');
    return [
      {
        title,
        kinds: [...new Set(some.map(({ kind, namespace }) => `${kind} in ${namespace}`))].join(', '),
        means: unique(some.map(({ means }) => means)),
        // An API server says the same of every kind, with its name: one of them is enough to ask for the right.
        because: unique(some.slice(0, 1).map(({ because }) => `${because.message} ${because.meaning}`)),
        shownBy: new Map([...kinds].map(([system, its]) => [system, listText([...its], 4)])),
      },
    ];
  };
  const isUnnamed = ({ because }: ClusterGap): boolean => because.code === 'not-configured';
  return [
    ...told(
      gaps.filter((gap) => !isUnnamed(gap)),
      'Not visible to you:',
    ),
    ...told(gaps.filter(isUnnamed), 'Not in the estate file:'),
  ];
}

/** Whether a watch is of a kind that is kept from the person. */
export const isKeptWatch = (
  { kind, namespace, selector }: ClusterWatch,
  gaps: readonly ClusterGap[],
): boolean =>
  gaps.some(
    (gap) => isHidden(gap) && gap.kind === kind && gap.namespace === namespace && gap.selector === selector,
  );
