import { count } from '../../shared/domain/text/count';
import { type GitHub, gitHubFailure, whoseToken } from '../systems/github/github-client';

/** Whose the token is that is used for GitHub, in a sentence: account, scopes, end and limit as far as GitHub tells. */
export async function gitHubAccountText(github: GitHub): Promise<{ ok: boolean; text: string }> {
  try {
    const { account, scopes, expires, limit } = await whoseToken(github);
    const may = scopes === null ? 'scopes not reported by GitHub' : `scopes: ${scopes}`;
    const left = limit
      ? `; ${limit.remaining.toLocaleString('en-GB')} of ${count(limit.limit, 'request')} left until ${limit.resets}`
      : '';
    return {
      ok: true,
      text: `Connected as ${account}; ${may}; ${expires ? `expires ${expires}` : 'no expiry reported'}${left}.`,
    };
  } catch (error) {
    const failure = gitHubFailure(error, 'the token');
    return { ok: false, text: `${failure.message} ${failure.meaning}` };
  }
}
