import { type ClusterGap, type ClusterTopic, isHidden } from './cluster-status';

/** What people call the topics that what they see rests on; others are told on the cluster's own page. */
const names: readonly (readonly [ClusterTopic, string])[] = [
  ['applications', 'Argo CD'],
  ['workflows', 'Argo Workflows'],
  ['rollouts', 'Deployments'],
  ['pods', 'pods'],
];

/** What of an environment a person may not see, and what that means for what is shown. */
export interface NotVisible {
  /** "Not visible to you: Argo CD, Argo Workflows." */
  text: string;
  meaning: string;
}

/**
 * What of an environment is kept from the person, in one sentence for all of it; `null`: nothing that counts. What is only
 * out of reach for now is not of it.
 */
export function notVisible(gaps: readonly ClusterGap[]): NotVisible | null {
  const hidden = gaps.filter(isHidden);
  const about = (topic: ClusterTopic) => hidden.filter((gap) => gap.topics.includes(topic));
  const kept = names.filter(([topic]) => about(topic).length > 0);
  if (kept.length === 0) return null;
  const isKept = (topic: ClusterTopic): boolean => about(topic).length > 0;
  const isUnnamed = kept.every(([topic]) =>
    about(topic).every(({ because }) => because.code === 'not-configured'),
  );
  const what = kept.map(([, name]) => name).join(', ');
  return {
    text: isUnnamed ? `Not in the estate file: a way to ${what}.` : `Not visible to you: ${what}.`,
    meaning: meaningOf(isKept),
  };
}

function meaningOf(isKept: (topic: ClusterTopic) => boolean): string {
  const tests = isKept('workflows') ? ' Tests and promotions are not shown.' : '';
  if (!isKept('applications'))
    return isKept('rollouts') && isKept('pods')
      ? `Rollouts are followed in Argo CD.${tests}`
      : isKept('rollouts')
        ? `Rollouts are followed by pods and Argo CD.${tests}`
        : tests.trim() || 'Why a pod fails is not shown.';
  if (!isKept('rollouts'))
    return `Rollouts are followed by Deployments${isKept('pods') ? '' : ' and pods'}.${tests}`;
  if (!isKept('pods')) return `Rollouts are followed by pods.${tests}`;
  return `What runs is not shown.${tests}`;
}
