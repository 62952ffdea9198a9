import type { ClusterAccess, ClusterAction } from '../../../shared/domain/estate/cluster-access';
import { type ClusterGap, type ClusterWatch, isHidden } from '../../../shared/domain/rollout/cluster-status';

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

/** What is kept from the person, together: all that their rights keep, and all that the estate file names no way to. */
export function keptGaps(
  gaps: readonly ClusterGap[],
): { title: string; kinds: string; means: string; because: string }[] {
  const told = (some: readonly ClusterGap[], title: string) => {
    if (some.length === 0) return [];
    const unique = (texts: readonly string[]): string => [...new Set(texts)].join(' ');
    return [
      {
        title,
        kinds: [...new Set(some.map(({ kind, namespace }) => `${kind} in ${namespace}`))].join(', '),
        means: unique(some.map(({ means }) => means)),
        // An API server says the same of every kind, with its name: one of them is enough to ask for the right.
        because: unique(some.slice(0, 1).map(({ because }) => `${because.message} ${because.meaning}`)),
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
