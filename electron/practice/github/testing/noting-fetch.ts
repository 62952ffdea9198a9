import type { Exchange } from './github-description';

/** Node's own `fetch`, which notes what goes to and fro, as long as it is JSON. */
export const notingFetch =
  (note: (exchange: Exchange) => void): typeof fetch =>
  async (input, init = {}) => {
    const answer = await fetch(input, init);
    const text = await answer.clone().text();
    const { pathname, search } = new URL(String(input));
    note({
      method: init.method ?? 'GET',
      url: pathname + search,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : null,
      status: answer.status,
      answer: text === '' ? null : JSON.parse(text),
    });
    return answer;
  };
