import type { BatchItem } from '../operation/kinds/batch';
import { mostInBatch } from '../operation/kinds/batch';
import type { Finding } from '../preflight/finding';
import { finalBlock, isOpenChoice, obstaclesOf, overridesOf } from '../preflight/obstacles';
import { count } from '../text/count';
import { listText } from '../text/list-text';
import type { BatchCandidate } from './batch-candidates';

/** The intent of one app of a batch, as it is previewed. */
export function candidateIntent({
  app,
  environment,
  from,
  current,
  version,
}: BatchCandidate): BatchItem['intent'] {
  const cell = { app, environment, version, expected: current };
  return from === null ? { kind: 'rollback', ...cell } : { kind: 'promote', ...cell, from };
}

/** How the checks of one app stand. */
export type BatchChecks =
  | { state: 'checking' }
  | { state: 'failed' }
  | { state: 'done'; findings: readonly Finding[] };

/** An app that was chosen, with its checks. */
export interface Chosen {
  candidate: BatchCandidate;
  checks: BatchChecks;
}

/** Why one app can't go in a batch, whatever reason is given; `null`: it can. */
export function keptOut(findings: readonly Finding[]): string | null {
  const final = finalBlock(findings);
  if (final) return final.message;
  return findings.some(isOpenChoice)
    ? 'A sync is running: decide about it in a deployment of its own.'
    : null;
}

/** Why a batch can't be sent, as a sentence; `null`: it can. */
export function batchBlocked(
  chosen: readonly Chosen[],
  reason: string,
  readOnly: string | null,
): string | null {
  if (readOnly) return readOnly;
  if (chosen.length === 0) return 'Choose at least one app.';
  if (chosen.length > mostInBatch) return `Choose at most ${mostInBatch} apps.`;
  const unseen = chosen
    .filter(({ checks }) => checks.state === 'failed')
    .map(({ candidate }) => candidate.app);
  if (unseen.length > 0) return `The checks could not run for ${listText(unseen, 3)}.`;
  const waiting = chosen.filter(({ checks }) => checks.state === 'checking').length;
  if (waiting > 0) return `The checks are still running for ${count(waiting, 'app')}.`;
  const out = chosen.flatMap(({ candidate, checks }) =>
    checks.state === 'done' && keptOut(checks.findings) !== null ? [candidate.app] : [],
  );
  if (out.length > 0) return `Leave out ${listText(out, 3)}: the checks block it.`;
  const obstacles = chosen.flatMap(({ checks }) =>
    checks.state === 'done' ? obstaclesOf(checks.findings) : [],
  ).length;
  if (obstacles > 0 && reason.trim() === '')
    return `Enter a reason to override ${count(obstacles, 'finding')}.`;
  return null;
}

/** What is sent: every app's own intent, what the person saw of it, and what of that they override. */
export function batchItems(chosen: readonly Chosen[], reason: string): BatchItem[] {
  const why = reason.trim();
  return chosen.flatMap(({ candidate, checks }): BatchItem[] => {
    if (checks.state !== 'done') return [];
    const override = overridesOf(checks.findings);
    return [
      {
        intent: {
          ...candidateIntent(candidate),
          ...(why ? { reason: why } : {}),
          ...(override.length > 0 ? { override } : {}),
        },
        seen: [...checks.findings],
      },
    ];
  });
}
