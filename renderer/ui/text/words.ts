import type { Drift, Hold } from '../../../shared/domain/board/board';
import type { Freshness } from '../../../shared/domain/board/freshness';
import type { DeploymentKind } from '../../../shared/domain/history/deployment';
import type { OperationState } from '../../../shared/domain/operation/operation';
import { type StepName, steps } from '../../../shared/domain/operation/steps';
import { count } from '../../../shared/domain/text/count';
import { clock } from '../time/time';

/** How a cell stands to the first environment of its chain; empty when it stands the same. */
export function driftText(drift: Drift): string {
  switch (drift.state) {
    case 'same':
      return '';
    case 'behind':
      return `${drift.by} behind`;
    case 'ahead':
      return `${drift.by} ahead`;
    case 'differs':
      return 'differs';
    case 'unknown':
      return 'drift unknown';
  }
}

/** The same as a sentence. */
export function driftSentence(drift: Drift): string {
  switch (drift.state) {
    case 'same':
      return 'Up to date.';
    case 'behind':
      return `${count(drift.by, 'release')} behind ${drift.of}.`;
    case 'ahead':
      return `${count(drift.by, 'release')} ahead of ${drift.of}.`;
    case 'differs':
      return `Differs from ${drift.of}; the order can’t be determined.`;
    case 'unknown':
      return `Can’t tell how far behind: ${drift.because}`;
  }
}

export function holdText(hold: Hold): string {
  return { pending: 'Hold pending', effective: 'Held', unknown: 'Hold unknown', alarm: 'Hold bypassed' }[
    hold.state
  ];
}

/** The same for a cell of the board, where the mark of a hold stands before it. */
export function holdWord(hold: Hold): string {
  return { pending: 'Pending', effective: 'Held', unknown: 'Held?', alarm: 'Bypassed' }[hold.state];
}

export function holdSentence(hold: Hold): string {
  return {
    pending: 'Hold requested; waiting for the cluster to confirm.',
    effective: 'Automatic deploys are held.',
    unknown: 'Automatic deploys were held, but the cluster can’t confirm it.',
    alarm: 'A version was promoted here despite the hold.',
  }[hold.state];
}

/** A step of an operation as people read it. */
export const stepWord = (step: StepName): string => steps[step].label;

export const kindWord: Record<DeploymentKind, string> = {
  deploy: 'Deploy',
  promote: 'Promotion',
  rollback: 'Rollback',
  bag: 'Bag',
  automatic: 'Automatic',
  manual: 'Manual',
};

export const operationStateWord: Record<OperationState, string> = {
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  superseded: 'Superseded',
  unknown: 'Outcome unknown',
};

/** How a version came to where it is, as the begin of a sentence. */
export const cameWord: Record<DeploymentKind, string> = {
  deploy: 'Deployed',
  promote: 'Promoted',
  rollback: 'Rolled back',
  bag: 'Deployed in a bag',
  automatic: 'Deployed automatically',
  manual: 'Changed manually',
};

/** A freshness in words. `what` begins the sentence where there is nothing to show. */
export function freshnessText(freshness: Freshness, now: number): string {
  switch (freshness.state) {
    case 'live':
      return 'live';
    case 'connecting':
      return freshness.asOf ? `connecting, as of ${clock(freshness.asOf, now)}` : 'connecting';
    case 'unreachable':
      // It was never asked, so it is not away.
      if (freshness.failure.code === 'consent-needed') return 'waiting for your permission';
      // It is there, and kept from this person.
      if (freshness.failure.code === 'forbidden' && freshness.asOf === null) return 'not visible to you';
      if (freshness.failure.code === 'signed-out')
        return freshness.asOf === null
          ? 'not signed in'
          : `not signed in, as of ${clock(freshness.asOf, now)}`;
      if (freshness.failure.code === 'unauthorised')
        return freshness.asOf === null
          ? `sign-in refused since ${clock(freshness.since, now)}`
          : `sign-in refused, as of ${clock(freshness.asOf, now)}`;
      return freshness.asOf
        ? `as of ${clock(freshness.asOf, now)}`
        : `unreachable since ${clock(freshness.since, now)}`;
    case 'absent':
      return 'not connected';
  }
}
