import type { Result } from '../../shared/domain/failure/failure';

/** What was done, as a person reads it. */
export type Done = { text: string; created?: { namespace: string; name: string } };

/** The answer of a cluster in words; a failure as it is. */
export const worded = async <T>(
  result: Promise<Result<T>>,
  text: (value: T) => Done,
): Promise<Result<Done>> => {
  const answer = await result;
  return answer.ok ? { ok: true, value: text(answer.value) } : answer;
};
