import { type Finding, needsAttention } from './finding';

/** Whether it asks what becomes of a sync, and nobody has said. */
export const isOpenChoice = ({ level, sync }: Finding): boolean => level === 'warn' && sync?.choice === null;

/** Findings that need a reason to get past. What becomes of a sync needs a choice instead. */
export const obstaclesOf = (findings: readonly Finding[]): Finding[] =>
  findings.filter((finding) => needsAttention([finding]) && !isOpenChoice(finding));

/** Codes of what a person overrides who goes on with a reason. */
export const overridesOf = (findings: readonly Finding[]): Finding['code'][] => [
  ...new Set(obstaclesOf(findings).map(({ code }) => code)),
];

/** What no reason gets past; `null`: nothing. */
export const finalBlock = (findings: readonly Finding[]): Finding | null =>
  findings.find(({ level, overridable }) => level === 'block' && !overridable) ?? null;
