import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { InputOf, OnceName, OutputOf } from '../../shared/contract/contract';
import { type Failure, type Result, unwrap } from '../../shared/domain/failure/failure';
import { askOnce } from './call';

/** An action that is done once for each attempt, without the id of the attempt. */
export type OnceRequest<N extends OnceName = OnceName> = {
  [M in N]: { name: M; input: Omit<InputOf<M>, 'requestId'> };
}[N];

/** After one of these nobody knows whether it was done. */
const withoutAnswer: ReadonlySet<Failure['code']> = new Set([
  'timeout',
  'unreachable',
  'unknown-outcome',
  'bad-data',
  'internal',
]);

/**
 * The attempts of one button, dialog or sheet: the only place in the window that makes ids of requests. An attempt
 * begins with a click and ends with an answer. While none came, the same wish is the same attempt: it is sent again as
 * it was, under its id, so that main does it once.
 */
export class Attempts {
  #open: { wish: string; id: string; request: OnceRequest } | null = null;

  /**
   * @param wish what the person wants, where the request holds more than that (the time of the click, what the checks
   * found); two requests of one wish are one attempt while no answer came.
   */
  async send<N extends OnceName>(
    request: OnceRequest<N>,
    wish: unknown = request.input,
  ): Promise<Result<OutputOf<N>>> {
    const said = JSON.stringify([request.name, wish]);
    if (this.#open?.wish !== said)
      this.#open = { wish: said, id: crypto.randomUUID(), request: request as OnceRequest };
    const attempt = this.#open;
    const answer = await askOnce(request.name, {
      ...attempt.request.input,
      requestId: attempt.id,
    } as InputOf<N>);
    const isAnswered = answer.ok || !withoutAnswer.has(answer.failure.code);
    if (isAnswered && this.#open === attempt) this.#open = null;
    return answer;
  }
}

/** The attempts of a component, for as long as it is shown. */
export const useAttempts = (): Attempts => useState(() => new Attempts())[0];

/** Does what is done once for each attempt. */
export function useOnce<N extends OnceName>() {
  const attempts = useAttempts();
  return useMutation({
    mutationFn: async (request: OnceRequest<N>): Promise<OutputOf<N>> =>
      unwrap(await attempts.send<N>(request)),
  });
}
